#include <atomic>
#include <thread>

#include "hookwire/publisher/report.h"
#include "hookwire/schemas/status.h"

#include "journal/watched_files.h"
#include "publisher/publisher_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PublisherReport : public PublisherTest {
 protected:
  ~PublisherReport() override {
    if (publisher_) publisher_->show(nullptr);
  }
};

TEST_F(PublisherReport, TellsOfTheChainThatIsShownAndOfNoneBeforeAndAfter) {
  open();
  EXPECT_THAT(publisher_->report().hooks, IsEmpty());
  publisher_->show(&chain_);
  hooked_.call<&Store::drop>("s-1");
  const StatusReport report = publisher_->report();
  ASSERT_THAT(report.hooks, SizeIs(1));
  EXPECT_EQ(report.hooks[0].name, "notify");
  EXPECT_EQ(report.hooks[0].post_count, 1U);
  EXPECT_EQ(report.hooks[0].post_durations.count(), 1U);
  ASSERT_THAT(report.methods, SizeIs(1));
  EXPECT_EQ(report.methods[0].method, "drop");
  EXPECT_EQ(report.methods[0].success, 1U);
  publisher_->show(nullptr);
  EXPECT_THAT(publisher_->report().hooks, IsEmpty());
}

TEST_F(PublisherReport, TellsOfTheJournalWithoutARelay) {
  open();
  hooked_.call<&Store::drop>("s-1");
  const StatusReport report = publisher_->report();
  const PublisherStatus status = publisher_->status();
  EXPECT_EQ(report.publisher, "nas01@gold");
  EXPECT_EQ(report.journal, hex_id(status.journal_id));
  EXPECT_EQ(report.first_sequence, 1U);
  EXPECT_EQ(report.last_sequence, status.last_sequence);
  EXPECT_EQ(report.events, status.events);
  EXPECT_GE(report.segments, 1U);
  EXPECT_GT(report.free_bytes, 0U);
  EXPECT_FALSE(report.live);
  EXPECT_THAT(find_problems(report), IsEmpty());
}

// Syncs fail from the moment that it is told so.
class PublisherReportOfSyncs : public PublisherReport {
 protected:
  PublisherReportOfSyncs() {
    files_ = &watched_;
    watched_.on_sync = [this](const std::string& segment) {
      if (failing_) throw IoError(EIO, "sync " + segment);
    };
  }
  ~PublisherReportOfSyncs() override { close(); }
  void open_syncing() {
    PublisherOptions syncing = options();
    syncing.journal.sync_interval = std::chrono::milliseconds(1);
    static constexpr auto kMethods = method_descriptors<Store>();
    publisher_ = std::make_unique<Publisher>(*files_, clock_, log_, syncing, kMethods);
    hook_ = publisher_->make_notification_hook();
    chain_.replace({{"notify", "hookwire:NotificationHook", hook_, {}}});
  }

  WatchedFiles watched_;
  std::atomic<bool> failing_{false};
};

TEST_F(PublisherReportOfSyncs, OneThatFailsIsWrongNowThoughNoEventIsLost) {
  open_syncing();
  EXPECT_THAT(find_problems(publisher_->report()), IsEmpty());
  failing_ = true;
  hooked_.call<&Store::drop>("s-1");
  ASSERT_TRUE(eventually([&] { return !publisher_->report().sync_error.empty(); }));
  const StatusReport report = publisher_->report();
  EXPECT_TRUE(report.sync_failing);
  EXPECT_THAT(report.sync_error, HasSubstr("sync "));
  EXPECT_EQ(report.journal_error, "");
  EXPECT_EQ(report.lost_events, 0U);
  const std::vector<StatusProblem> problems = find_problems(report);
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_TRUE(problems[0].now);
  EXPECT_THAT(problems[0].text, HasSubstr("cannot be synced"));
}

TEST_F(PublisherReport, IsMadeWhileCallsAndChangesOfTheChainGoOn) {
  open();
  publisher_->show(&chain_);
  std::atomic<bool> stop{false};
  std::jthread caller([&] {
    while (!stop) hooked_.call<&Store::drop>("s-1");
  });
  std::uint64_t before = 0;
  for (int i = 0; i < 200; ++i) {
    chain_.enable("notify", {.periodic = true}, i % 2 == 0);
    const StatusReport report = publisher_->report();
    ASSERT_THAT(report.hooks, SizeIs(1));
    EXPECT_GE(report.hooks[0].pre_count, before);
    before = report.hooks[0].pre_count;
  }
  stop = true;
}

TEST_F(PublisherReport, AJournalAloneTellsTheSame) {
  open();
  hooked_.call<&Store::drop>("s-1");
  const StatusReport live = publisher_->report();
  const StatusReport alone = report_journal(*files_, journal_folder());
  EXPECT_EQ(alone.journal, live.journal);
  EXPECT_EQ(alone.epoch, live.epoch);
  EXPECT_EQ(alone.last_sequence, live.last_sequence);
  EXPECT_GE(alone.segments, live.segments);  // the next one is made meanwhile
  EXPECT_EQ(alone.journal_bytes, alone.segments * segment_bytes_);
  EXPECT_TRUE(alone.running);
  EXPECT_EQ(alone.publisher, "");
  EXPECT_TRUE(live.running);
  close();
  EXPECT_FALSE(report_journal(*files_, journal_folder()).running);
}

}  // namespace
}  // namespace hookwire::testing
