#include <fstream>

#include "cli_test.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

/// Hosts that want what they cannot have. What is there already goes on untouched.
class HostConflictTest : public CliTest {
 protected:
  HostConflictTest() { write_config("gold"); }

  std::string config(const std::string& name) const { return in_folder(name + ".conf"); }
  /// Copies NAME.conf with `from` replaced by `to`.
  void write_variant(const std::string& name, const std::string& from, const std::string& to) {
    std::string text = read_file(config("gold"));
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write_file(name + ".conf", text.replace(at, from.size(), to));
  }
  std::string pid_of(RunningHost& host) const { return std::to_string(host.process().pid()); }
};

TEST_F(HostConflictTest, AJournalFolderThatCannotBeMadeIsNamed) {
  write_file("file", "");
  write_variant("other", "gold.journal", "file/journal");
  const Ended ended = run({"host", "-c", config("other")});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.messages, HasSubstr("file/journal"));
  EXPECT_TRUE(std::filesystem::is_regular_file(in_folder("file")));
}

TEST_F(HostConflictTest, AJournalThatAnotherProcessWritesIsRefusedWithItsPid) {
  const auto host = start_host("gold");
  ASSERT_TRUE(host->init());
  write_variant("other", "gold.shares", "other.shares");
  const Ended ended = run({"host", "-c", config("other")});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.messages, HasSubstr("gold.journal"));
  EXPECT_THAT(ended.messages, HasSubstr(pid_of(*host)));
  EXPECT_TRUE(host->init());
  const Ended tail =
      run({"tail", "--connect", stream("gold"), "--from", "earliest", "--once", "-o", "json"});
  EXPECT_EQ(tail.code, 0) << tail.messages;
  EXPECT_EQ(tail.output, journal_lines("gold"));
}

TEST_F(HostConflictTest, ADriverThatAnotherProcessRunsIsRefusedWithItsPid) {
  const auto host = start_host("gold");
  write_variant("other", "gold.journal", "other.journal");
  const Ended ended = run({"host", "-c", config("other")});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.messages, HasSubstr("gold.shares"));
  EXPECT_THAT(ended.messages, HasSubstr(pid_of(*host)));
  EXPECT_TRUE(host->init());
}

TEST_F(HostConflictTest, AnEndpointThatAnotherProcessServesIsRefusedWithItsPid) {
  const auto host = start_host("gold");
  write_config("other");
  std::string text = read_file(config("other"));
  const std::string own = "sockets/other";
  write_file("other.conf", text.replace(text.find(own), own.size(), "sockets/gold"));
  const Ended ended = run({"host", "-c", config("other")});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.messages, HasSubstr("sockets/gold"));
  EXPECT_THAT(ended.messages, HasSubstr(pid_of(*host)));

  ASSERT_TRUE(host->init());
  const Ended tail =
      run({"tail", "--connect", stream("gold"), "--from", "earliest", "--once", "-o", "json"});
  EXPECT_EQ(tail.code, 0) << tail.messages;
  EXPECT_EQ(tail.output, journal_lines("gold")) << "the first one's socket serves on";
}

TEST_F(HostConflictTest, AJournalOfAnotherVersionIsLeftAsItIs) {
  {
    const auto host = start_host("gold");
    ASSERT_TRUE(host->init());
    ASSERT_EQ(host->finish(), 0);
  }
  const auto state = in_folder("gold.journal/journal.state");
  std::string bytes = read_file(state);
  ASSERT_EQ(bytes.at(8), 1) << "the version's lowest byte";
  bytes[8] = 9;
  std::ofstream(state, std::ios::binary) << bytes;
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"host", "-c", config("gold")},
        std::vector<std::string>{"journal", "verify", journal("gold")},
        std::vector<std::string>{"journal", "cat", journal("gold")}}) {
    const Ended ended = run(command);
    EXPECT_EQ(ended.code, 3) << command.front();
    EXPECT_THAT(ended.messages, HasSubstr("version 9")) << command.front();
    EXPECT_THAT(ended.messages, HasSubstr("gold.journal")) << command.front();
  }
  EXPECT_EQ(read_file(state), bytes);
  bytes[8] = 1;
  std::ofstream(state, std::ios::binary) << bytes;
  EXPECT_EQ(run({"journal", "verify", journal("gold")}).code, 0);
}

}  // namespace
}  // namespace hookwire::testing
