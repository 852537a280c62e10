#include "cli_test.h"

namespace hookwire::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

class BadUsageTest : public CliTest {
 protected:
  /// Runs what cannot be run and expects that the message has `named`.
  void expect_refused(const Words& words, const std::string& named) const {
    const Ended ended = run(words);
    EXPECT_EQ(ended.code, 2) << words.front();
    EXPECT_THAT(ended.messages, HasSubstr(named));
    EXPECT_THAT(ended.output, IsEmpty()) << "stdout is for data";
  }
};

TEST_F(BadUsageTest, AnUnknownCommandIsNamed) {
  expect_refused({"publish"}, "publish");
  expect_refused({"journal", "burn", "x"}, "burn");
  expect_refused({"audit", "erase"}, "erase");
  expect_refused({"help", "publish"}, "publish");
  expect_refused({"help", "journal", "burn"}, "burn");
}

TEST_F(BadUsageTest, AnUnknownFlagIsNamed) {
  expect_refused({"tail", "--loud"}, "--loud");
  expect_refused({"host", "-c", "x", "--detach"}, "--detach");
}

TEST_F(BadUsageTest, WhatIsMissingIsNamed) {
  expect_refused({"host"}, "--config");
  expect_refused({"wait", "failed", "--connect", stream("gold")}, "--timeout");
  expect_refused({"audit", "run", "--log", in_folder("log")}, "--connect");
  expect_refused({"tail"}, "--connect");
  expect_refused({"config", "check"}, "FILE");
}

TEST_F(BadUsageTest, AValueThatMakesNoSenseIsNamedWithWhatIsExpected) {
  const std::string connect = stream("gold");
  expect_refused({"tail", "--connect", connect, "--from", "yesterday"}, "yesterday");
  expect_refused({"tail", "--connect", connect, "-o", "xml"}, "xml");
  expect_refused({"tail", "--connect", connect, "--phase", "during"}, "during");
  expect_refused({"tail", "--connect", connect, "-n", "many"}, "many");
  expect_refused({"tail", "--connect", connect, "-n", "0"}, "-n: Value 0");
  expect_refused({"tail", "--connect", connect, "-n", "-1"}, "-n: Value -1");
  expect_refused({"tail", "--connect", connect, "--timeout", "soon"}, "soon");
  expect_refused({"tail", "--connect", "gopher://gold"}, "gopher://gold");
  expect_refused({"wait", "colour=red", "--connect", connect, "--timeout", "1"}, "colour=red");
}

TEST_F(BadUsageTest, WhoWantsWhatThereIsNowIsToldThatNobodyAnswers) {
  const Ended ended = run({"tail", "--connect", stream("gold"), "--from", "earliest", "--once"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.messages, HasSubstr(stream("gold") + ": nobody answers there"));
}

TEST_F(BadUsageTest, AFolderWithoutAJournalIsNamed) {
  for (const char* command : {"ls", "cat", "verify"}) {
    expect_refused({"journal", command, in_folder("nothing")}, in_folder("nothing"));
  }
  EXPECT_FALSE(std::filesystem::exists(in_folder("nothing")));
}

TEST_F(BadUsageTest, HelpStartsWithExamplesAndFitsATerminal) {
  const std::vector<Words> subjects{
      {},         {"host"}, {"tail"},         {"wait"},           {"journal"}, {"audit"},
      {"config"}, {"demo"}, {"audit", "run"}, {"journal", "cat"}, {"status"},  {"schema"}};
  for (const Words& subject : subjects) {
    Words words = subject;
    words.insert(words.begin(), "help");
    const Ended help = run(words);
    SCOPED_TRACE(subject.empty() ? "help" : "help " + subject.back());
    EXPECT_EQ(help.code, 0) << help.messages;
    EXPECT_THAT(help.first_line(), StartsWith("Examples:"));
    for (const std::string& line : help.output) EXPECT_LE(line.size(), 80U) << line;

    words = subject;
    words.emplace_back("--help");
    EXPECT_EQ(run(words).output, help.output) << "--help says the same";
  }
}

TEST_F(BadUsageTest, HelpListsEveryCommand) {
  const Ended help = run({"help"});
  for (const char* command : {"host", "tail", "wait", "journal", "audit", "config", "demo"}) {
    EXPECT_THAT(help.output, Contains(StartsWith("  " + std::string(command) + " ")));
  }
  EXPECT_EQ(run({}).output, help.output) << "no word at all asks for help";
}

TEST_F(BadUsageTest, TheVersionIsTold) {
  for (const char* word : {"--version", "version"}) {
    const Ended version = run({word});
    EXPECT_EQ(version.code, 0);
    EXPECT_THAT(version.first_line(), StartsWith("hookwire 0."));
  }
}

}  // namespace
}  // namespace hookwire::testing
