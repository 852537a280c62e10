#include <signal.h>

#include "cli_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

/// A host that is told by SIGHUP that its file changed.
class ReloadTest : public CliTest {
 protected:
  ReloadTest() {
    write_config("gold");
    host_ = start_host("gold");
  }

  /// Whether a share of so many GB is refused. Each share has a name of its own.
  bool refuses(int size_gb) {
    const Value answer = host_->ask(R"({"method":"create_share_instance","args":{"share_id":"s-)" +
                                    std::to_string(++shares_) + R"(","size_gb":)" +
                                    std::to_string(size_gb) + R"(,"share_proto":"NFS"}})");
    return text_in(answer, "outcome") == "vetoed";
  }
  std::string messages() const { return read_file(in_folder("gold.messages")); }
  /// Signals the host and waits until it says `outcome`.
  void reload(const std::string& outcome) {
    ASSERT_EQ(messages().find(outcome), std::string::npos);
    host_->process().signal(SIGHUP);
    ASSERT_TRUE(
        eventually([&] { return messages().find(outcome) != std::string::npos; }, kDeadline))
        << messages();
  }
  std::size_t reload_events() const {
    const std::vector<Value> events = values_of(journal_lines("gold"));
    return static_cast<std::size_t>(std::count_if(
        events.begin(), events.end(),
        [](const Value& event) { return text_in(event, "topic") == "system/reload/nas01@gold"; }));
  }

  std::unique_ptr<RunningHost> host_;
  int shares_ = 0;
};

TEST_F(ReloadTest, AGoodFileIsTakenOver) {
  ASSERT_FALSE(refuses(80));
  ASSERT_TRUE(refuses(101));
  write_config("gold", "", 50);
  reload("configuration taken over");
  EXPECT_TRUE(refuses(80));
  EXPECT_FALSE(refuses(50));
  EXPECT_EQ(reload_events(), 1U);
}

TEST_F(ReloadTest, AFileWithAnUnknownOptionChangesNothing) {
  write_config("gold", "colour = red\n", 50);
  reload("configuration not taken over");
  EXPECT_THAT(messages(), HasSubstr("error"));
  EXPECT_THAT(messages(), HasSubstr("gold.conf:12: [gold] colour"));
  EXPECT_FALSE(refuses(80)) << "the limit of the bad file must not hold";
  EXPECT_TRUE(refuses(101));
  EXPECT_EQ(reload_events(), 0U);

  write_config("gold", "", 50);
  reload("configuration taken over");
  EXPECT_TRUE(refuses(80)) << "a good file is taken over later";
}

TEST_F(ReloadTest, WhatOnlyARestartCanChangeIsRefusedByName) {
  write_config("gold", "", 50);
  const std::string text = read_file(in_folder("gold.conf"));
  const std::size_t at = text.find("gold.journal");
  ASSERT_NE(at, std::string::npos);
  write_file("gold.conf", std::string(text).replace(at, 12, "other.journal"));
  reload("configuration not taken over");
  EXPECT_THAT(messages(), HasSubstr("journal_dir"));
  EXPECT_FALSE(refuses(80));
  EXPECT_FALSE(std::filesystem::exists(in_folder("other.journal")));
}

TEST_F(ReloadTest, HowTheJournalIsKeptIsChangedByARestartAlone) {
  write_config("gold", "on_journal_error = fail_closed\n", 50);
  reload("changes on_journal_error, which only a restart can");
  write_config("gold", "journal_sync = disk\n", 50);
  reload("changes journal_sync, which only a restart can");
  write_config("gold", "journal_sync_interval = 5\n", 50);
  reload("changes journal_sync_interval, which only a restart can");
  EXPECT_FALSE(refuses(80));
}

TEST_F(ReloadTest, AFileThatIsGoneChangesNothing) {
  std::filesystem::remove(in_folder("gold.conf"));
  reload("configuration not taken over");
  EXPECT_THAT(messages(), HasSubstr("gold.conf"));
  EXPECT_TRUE(refuses(101));
  EXPECT_TRUE(host_->init());
}

}  // namespace
}  // namespace hookwire::testing
