#include "hookwire/client/cursor_file.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/temp_folder.h"

namespace hookwire::testing {
namespace {

class CursorFileTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "cursors"; }
  void write(const std::string& text) { std::ofstream(path()) << text; }
  std::string read() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  std::string refusal() {
    try {
      CursorFile file(files_, path());
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }

  TempFolder folder_;
  PosixFileSystem files_;
};

TEST_F(CursorFileTest, KnowsNothingWhenThereIsNoFile) {
  CursorFile file(files_, path());
  EXPECT_FALSE(file.of_endpoint("ipc://a"));
  EXPECT_FALSE(file.of_journal(1));
}

TEST_F(CursorFileTest, RemembersOverALife) {
  CursorFile(files_, path())
      .save("ipc://a b", {0xfedcba9876543210, 7, 18'000'000'000'000'000'000u});
  CursorFile later(files_, path());
  const Cursor expected{0xfedcba9876543210, 7, 18'000'000'000'000'000'000u};
  EXPECT_EQ(later.of_endpoint("ipc://a b"), expected);
  EXPECT_EQ(later.of_journal(0xfedcba9876543210), expected);
  EXPECT_EQ(read(), "hookwire-cursors 1\nfedcba9876543210 7 18000000000000000000 ipc://a b\n");
}

TEST_F(CursorFileTest, AnswersWithTheNewestOfAnEndpointAndOfAJournal) {
  {
    CursorFile file(files_, path());
    file.save("ipc://a", {1, 1, 10});
    file.save("ipc://a", {2, 1, 5});
    file.save("ipc://b", {1, 1, 20});
  }
  CursorFile file(files_, path());
  EXPECT_EQ(file.of_endpoint("ipc://a"), (Cursor{2, 1, 5}));
  EXPECT_EQ(file.of_journal(1), (Cursor{1, 1, 20}));
}

TEST_F(CursorFileTest, ReplacesTheFileAsAWhole) {
  CursorFile file(files_, path());
  file.save("ipc://a", {1, 1, 1'000'000});
  file.save("ipc://a", {1, 1, 2});
  EXPECT_EQ(read(), "hookwire-cursors 1\n0000000000000001 1 2 ipc://a\n");
  EXPECT_EQ(files_.list(folder_.path()).size(), 1u);
}

TEST_F(CursorFileTest, SaysWhichLineIsNoCursor) {
  for (const char* line : {"1 1 ipc://a", "xyz 1 1 ipc://a", "1 1 -1 ipc://a", "1 1 1 ", ""}) {
    write(std::string("hookwire-cursors 1\n0000000000000001 1 2 ipc://a\n") + line + "\n");
    EXPECT_NE(refusal().find("line 3"), std::string::npos) << line;
  }
}

TEST_F(CursorFileTest, RefusesAnotherVersionAndAnEmptyFile) {
  write("hookwire-cursors 2\n");
  EXPECT_NE(refusal().find("line 1"), std::string::npos);
  write("");
  EXPECT_NE(refusal().find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace hookwire::testing
