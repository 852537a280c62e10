#include "hookwire/client/live_subscriber.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/testing/temp_folder.h"

#include "subscribers/live_journal.h"
#include "subscribers/recording_sink.h"
#include "support/eventually.h"

// The live subscriber against the real feed.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class LiveSubscriberTest : public ::testing::Test {
 protected:
  ~LiveSubscriberTest() override { stop(); }

  std::string endpoint() const { return "ipc://" + (folder_.path() / "live").string(); }
  void publish() { publisher_ = std::make_unique<LiveJournal>(folder_.path() / "j", endpoint()); }
  void start() {
    options_.endpoints = {endpoint()};
    subscriber_ = std::make_unique<LiveSubscriber>(clock_, options_, sink_);
    thread_ = std::jthread([this](const std::stop_token& stop) { subscriber_->run(stop); });
  }
  void start_connected() {
    publish();
    start();
    ASSERT_TRUE(eventually([&] { return sink_.connects == 1; }));
  }
  void stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }

  TempFolder folder_;
  SystemClock clock_;
  RecordingSink sink_;
  LiveSubscriberOptions options_;
  std::unique_ptr<LiveJournal> publisher_;
  std::unique_ptr<LiveSubscriber> subscriber_;
  std::jthread thread_;
};

TEST_F(LiveSubscriberTest, GetsWhatIsSaidFromNowOn) {
  publish();
  publisher_->append(100);
  ASSERT_TRUE(eventually([&] { return publisher_->status().through == 100; }));
  start();
  ASSERT_TRUE(eventually([&] { return sink_.connects == 1; }));
  publisher_->append(100);
  ASSERT_TRUE(eventually([&] { return sink_.count() >= 100; }));
  EXPECT_EQ(sink_.given(), numbers(101, 200));
}

TEST_F(LiveSubscriberTest, ToFailuresGetsEveryFailureAndNothingElse) {
  options_.topics = {"failure/"};
  start_connected();
  std::vector<std::string> failures;
  for (int n = 0; n < 200; ++n) {
    publisher_->append(3);
    failures.push_back(std::to_string(publisher_->append(1, {.phase = Phase::failure})));
  }
  ASSERT_TRUE(eventually([&] { return sink_.count() >= failures.size(); }));
  EXPECT_EQ(sink_.given(), failures);
}

TEST_F(LiveSubscriberTest, ThatDoesNotKeepUpIsToldHowManyItLost) {
  options_.topics = {"failure/"};
  std::atomic<bool> held{true};
  sink_.before_records = [&] { EXPECT_TRUE(eventually([&] { return !held; })); };
  start_connected();
  std::uint64_t last = 0;
  for (int n = 0; n < 60; ++n) {
    last = publisher_->append(1000, {.phase = Phase::failure, .user = std::string(200, 'u')});
    ASSERT_TRUE(eventually([&] { return publisher_->status().through == last; }))
        << "the feed waited for it";
  }
  held = false;
  ASSERT_TRUE(eventually([&] { return !sink_.gaps().empty(); }));
  const auto reached = [&] {
    const auto gaps = sink_.gaps();
    return gaps.back().last == last;
  };
  ASSERT_TRUE(eventually(reached));
  std::uint64_t lost = 0;
  for (const SourceGap& gap : sink_.gaps()) lost += std::stoull(gap.reason);
  EXPECT_GT(lost, 0U);
  EXPECT_EQ(sink_.sequences(endpoint()).size() + lost, 60'000U);
}

TEST_F(LiveSubscriberTest, CommitsWhileThereIsAlwaysMore) {
  // It takes most of a second for what is queued for it, and is not idle before this has looked.
  std::atomic<int> taken{0};
  std::atomic<bool> looked{false};
  sink_.before_records = [&] {
    const std::int64_t end_ns = clock_.steady_ns() + 1'000'000;
    while (clock_.steady_ns() < end_ns) std::this_thread::yield();
    if (++taken == 700) {
      EXPECT_TRUE(eventually([&] { return looked.load(); }));
    }
  };
  start_connected();
  publisher_->append(900);
  ASSERT_TRUE(eventually([&] { return publisher_->status().sent_records == 900; }));
  ASSERT_TRUE(eventually([&] { return sink_.count() >= 600; }));
  EXPECT_GE(sink_.commits, 3);
  looked = true;
  EXPECT_TRUE(eventually([&] { return sink_.count() == 900; }));
}

TEST_F(LiveSubscriberTest, TellsThatNobodyIsThereAndThatSomebodyCame) {
  options_.silence = 50ms;
  start();
  ASSERT_TRUE(eventually([&] { return sink_.was_told("nobody answers there"); }));
  publish();
  EXPECT_TRUE(eventually([&] { return sink_.connects == 1; }));
  publisher_->append(3);
  EXPECT_TRUE(eventually([&] { return sink_.count() >= 3; }));
}

TEST_F(LiveSubscriberTest, ARestartOfThePublisherShowsWhatWasSaidMeanwhile) {
  start_connected();
  publisher_->append(5);
  ASSERT_TRUE(eventually([&] { return sink_.count() == 5; }));
  publisher_.reset();
  {
    PosixFileSystem files;
    JournalWriter writer(files, clock_, {.folder = folder_.path() / "j", .append_wait = 30s});
    for (int n = 0; n < 4; ++n) append_event(writer, {});
  }
  publish();
  ASSERT_TRUE(eventually([&] { return !sink_.gaps().empty(); }));
  publisher_->append(1);
  ASSERT_TRUE(eventually([&] { return sink_.count() == 7; }));
  EXPECT_EQ(sink_.given()[5], "gap 6..9");
  EXPECT_EQ(sink_.given()[6], "10");
}

TEST_F(LiveSubscriberTest, RefusesWhatIsNoEndpointAndTopicsThatAreTooLong) {
  const auto refusal = [&](LiveSubscriberOptions options) -> std::string {
    try {
      const LiveSubscriber made(clock_, std::move(options), sink_);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::configuration);
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal({.endpoints = {}}), HasSubstr("no live endpoint"));
  EXPECT_THAT(refusal({.endpoints = {"udp://x"}}), HasSubstr("live endpoint \"udp://x\""));
  EXPECT_THAT(refusal({.endpoints = {"ipc://a", "ipc://a"}}), HasSubstr("twice"));
  EXPECT_THAT(refusal({.endpoints = {"ipc://a"}, .topics = {std::string(257, 't')}}),
              HasSubstr("257 bytes"));
  EXPECT_THAT(refusal({.endpoints = {"ipc://a"}, .topics = std::vector<std::string>(17, "t")}),
              HasSubstr("17 topics"));
}

}  // namespace
}  // namespace hookwire::testing
