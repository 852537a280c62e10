#include "hookwire/hooks/config_file.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/testing/temp_folder.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

ConfigFile parse(std::string_view text) {
  return ConfigFile::parse(text, "/etc/hw.conf");
}

std::string value(const ConfigFile& file, std::string_view group, std::string_view option) {
  const ConfigGroup* found = file.find(group);
  if (found == nullptr || found->find(option) == nullptr) return "(absent)";
  return found->find(option)->value;
}

// The message with which `text` is refused.
std::string refusal(std::string_view text) {
  try {
    parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::configuration);
    return error.what();
  }
  return "(accepted)";
}

TEST(ConfigFile, ReadsGroupsAndOptionsWithTheirLines) {
  const ConfigFile file = parse(
      "# a comment\n"
      "[DEFAULT]\n"
      "host = nas01\n"
      "\n"
      "; another\n"
      "[gold]\n"
      "driver: directory\n");
  ASSERT_EQ(file.groups().size(), 2U);
  EXPECT_EQ(value(file, "DEFAULT", "host"), "nas01");
  EXPECT_EQ(value(file, "gold", "driver"), "directory");
  EXPECT_EQ(file.find("gold")->line, 6U);
  EXPECT_EQ(file.find("gold")->find("driver")->line, 7U);
}

TEST(ConfigFile, TheFirstEqualsSignOrColonSeparates) {
  const ConfigFile file = parse("[g]\na = ipc://x=y\nb: c = d\n");
  EXPECT_EQ(value(file, "g", "a"), "ipc://x=y");
  EXPECT_EQ(value(file, "g", "b"), "c = d");
}

TEST(ConfigFile, IndentedLinesContinueAnOptionUntilABlankLine) {
  const ConfigFile file = parse("[g]\nlist =\n  one,\n\ttwo\nnext = 1\n");
  EXPECT_EQ(value(file, "g", "list"), "one,\ntwo");
  EXPECT_EQ(value(file, "g", "next"), "1");
}

TEST(ConfigFile, ThereAreNoInlineComments) {
  EXPECT_EQ(value(parse("[g]\na = b # c ; d\n"), "g", "a"), "b # c ; d");
}

TEST(ConfigFile, DefaultIsNotInherited) {
  EXPECT_EQ(value(parse("[DEFAULT]\na = b\n[g]\nc = d\n"), "g", "a"), "(absent)");
}

TEST(ConfigFile, ByteOrderMarkCrLfAndAMissingLastNewlineAreFine) {
  const ConfigFile file = parse("\xEF\xBB\xBF[g]\r\na = b\r\n\r\nc = d");
  EXPECT_EQ(value(file, "g", "a"), "b");
  EXPECT_EQ(value(file, "g", "c"), "d");
}

TEST(ConfigFile, AnEmptyFileAndAnEmptyValueAreFine) {
  EXPECT_TRUE(parse("").groups().empty());
  EXPECT_EQ(value(parse("[g]\na =\n"), "g", "a"), "");
}

TEST(ConfigFile, EveryRefusalNamesFileAndLine) {
  EXPECT_THAT(refusal("a = b\n"), HasSubstr("/etc/hw.conf:1: option 'a' stands before the first"));
  EXPECT_THAT(refusal("[g]\nwords\n"), HasSubstr("/etc/hw.conf:2: 'words' is neither"));
  EXPECT_THAT(refusal("[g]\n= b\n"), HasSubstr("/etc/hw.conf:2: '= b' has no option's name"));
  EXPECT_THAT(refusal("[g\n"), HasSubstr("/etc/hw.conf:1: '[g' is no group"));
  EXPECT_THAT(refusal("[]\n"), HasSubstr("/etc/hw.conf:1: '[]' is no group"));
  EXPECT_THAT(refusal("[g] # why\n"), HasSubstr("/etc/hw.conf:1: '[g] # why' is no group"));
  EXPECT_THAT(refusal("[g]\n  a = b\n"), HasSubstr("/etc/hw.conf:2: an indented line"));
  EXPECT_THAT(refusal("[g]\na = b\n\n  c\n"), HasSubstr("/etc/hw.conf:4: an indented line"));
  EXPECT_THAT(refusal(std::string_view("[g]\na = \0b\n", 11)),
              HasSubstr("/etc/hw.conf:2: a NUL byte"));
}

TEST(ConfigFile, RepeatsAreRefusedWithTheLineOfTheFirst) {
  EXPECT_THAT(refusal("[g]\na = b\na = c\n"),
              HasSubstr("/etc/hw.conf:3: [g] a is set already, on line 2"));
  EXPECT_THAT(refusal("[g]\n[h]\n[g]\n"),
              HasSubstr("/etc/hw.conf:3: group [g] is there already, on line 1"));
}

TEST(ConfigFile, LimitsHold) {
  std::string text = "[g]\n";
  for (int i = 0; i < 4096; ++i) text += "o" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(parse(text).find("g")->options.size(), 4096U);
  EXPECT_THAT(refusal(text + "more = 1\n"), HasSubstr("more than 4096 options"));
  EXPECT_THAT(refusal(std::string((1U << 20) + 1, '#')), HasSubstr("larger than 1 MiB"));
}

TEST(ConfigFile, IsLoadedFromAFile) {
  TempFolder folder;
  const auto path = folder.path() / "hw.conf";
  std::ofstream(path) << "[g]\na = b\n";
  const ConfigFile file = ConfigFile::load(path);
  EXPECT_EQ(value(file, "g", "a"), "b");
  EXPECT_EQ(file.path(), path);
}

TEST(ConfigFile, WhatCannotBeReadIsNamed) {
  TempFolder folder;
  try {
    ConfigFile::load(folder.path() / "absent.conf");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::configuration);
    EXPECT_THAT(error.what(), HasSubstr("absent.conf: No such file"));
  }
  EXPECT_THROW(ConfigFile::load(folder.path()), IoError);
}

}  // namespace
}  // namespace hookwire::testing
