#include "cli_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

/// A host whose journal keeps little, and for a subscriber what that one has not acknowledged.
class RetentionTest : public CliTest {
 protected:
  void start(const std::string& more) {
    write_config("gold", "journal_segment_bytes = 128K\njournal_retain_size = 512K\n" + more);
    host_ = start_host("gold");
  }
  std::size_t segments() const {
    return run({"journal", "ls", journal("gold"), "-o", "json"}).output.size();
  }
  Ended audit() const {
    return run({"audit", "run", "--once", "--name", "audit", "--log", in_folder("audit"),
                "--connect", stream("gold")});
  }

  std::unique_ptr<RunningHost> host_;
};

TEST_F(RetentionTest, HistoryWaitsForTheAuditLogAndGoesWhenItIsRecorded) {
  start("journal_max_size = 64M\nretain_for = audit\n");
  ASSERT_TRUE(host_->init(2500));
  const std::size_t held = segments();
  EXPECT_GT(held, 8u);
  EXPECT_EQ(audit().code, 0) << "nothing was missing";
  EXPECT_TRUE(eventually([&] { return host_->init() && segments() <= 5; }));
  EXPECT_EQ(run({"journal", "verify", journal("gold")}).code, 0);
}

TEST_F(RetentionTest, WhoComesTooLateIsToldOfTheGap) {
  start("");
  ASSERT_TRUE(host_->init(2500));
  ASSERT_TRUE(eventually([&] { return segments() <= 5; }));
  const Ended late = run({"tail", "--connect", stream("gold"), "--from", "1", "--once"});
  EXPECT_EQ(late.code, 6);
  EXPECT_THAT(late.first_line(), HasSubstr("gap"));
}

TEST_F(RetentionTest, TheHardCapGoesBeforeTheSubscriberAndSaysWhatItMissed) {
  start("journal_max_size = 1M\nretain_for = audit\n");
  ASSERT_TRUE(host_->init(10));
  EXPECT_EQ(audit().code, 0);
  ASSERT_TRUE(host_->init(4000));
  ASSERT_TRUE(eventually([&] { return segments() <= 9; }));
  const auto told = [&] {
    return run({"journal", "cat", journal("gold"), "--topic", "system/gap/", "-o", "json"});
  };
  ASSERT_TRUE(eventually([&] { return !told().output.empty(); }));
  EXPECT_THAT(told().first_line(), HasSubstr("\"subscriber\":\"audit\""));
  EXPECT_EQ(audit().code, 6) << "and the audit log says so too";
}

}  // namespace
}  // namespace hookwire::testing
