#include <atomic>
#include <thread>

#include "hookwire/publisher/relay.h"

#include "live_test.h"

// Peers that a live feed must bear.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class LiveHostileTest : public LiveTest {
 protected:
  /// One more listener, which must not suffer, and the peer that it must not suffer from.
  void SetUp() override {
    ASSERT_TRUE(listener_.heartbeat());
    ASSERT_TRUE(raw_.connected());
  }
  /// The listener hears what is appended, in order and whole.
  void expect_heard(int count) {
    const std::size_t before = listener_.sequences.size();
    const std::uint64_t last = append("failure", count);
    ASSERT_TRUE(listener_.heartbeat_through(last));
    ASSERT_EQ(listener_.sequences.size(), before + static_cast<std::size_t>(count));
    EXPECT_EQ(listener_.sequences.back(), last);
  }

  const std::unique_ptr<Live> live_ = start_live(ipc());
  Listener listener_{live_->endpoint(), {"failure/", "system/heartbeat/"}};
  RawListener raw_{path()};
};

TEST_F(LiveHostileTest, APeerThatGivesUpWhatItNeverHeldChangesNothingForOthers) {
  std::string frames;
  for (int n = 0; n < 1000; ++n) {
    frames += RawListener::frame("failure/", false) + RawListener::frame("", false) +
              RawListener::frame("never " + std::to_string(n), false);
  }
  frames += RawListener::frame("its sign");
  ASSERT_TRUE(raw_.write(frames));
  ASSERT_TRUE(eventually([&] { return live_->status().prefixes == 3; })) << "it was not heard";
  expect_heard(200);
}

TEST_F(LiveHostileTest, ASubscriptionThatIsTooLongEndsItsConnectionAlone) {
  ASSERT_TRUE(raw_.write(RawListener::frame(std::string(1000, 'p'))));
  EXPECT_TRUE(eventually([&] { return raw_.ended(); }));
  expect_heard(200);
}

TEST_F(LiveHostileTest, FramesThatAreNoSubscriptionsAreIgnored) {
  std::string frames;
  for (int n = 0; n < 1000; ++n) frames += std::string("\0\x04junk", 6) + std::string("\0\0", 2);
  ASSERT_TRUE(raw_.write(frames + RawListener::frame("its sign")));
  ASSERT_TRUE(eventually([&] { return live_->status().prefixes == 3; })) << "it was not heard";
  expect_heard(200);
}

TEST_F(LiveHostileTest, TooManyPrefixesEndEveryConnectionAndListenersComeBack) {
  std::string frames;
  for (int n = 0; n < 6000; ++n) frames += RawListener::frame("p" + std::to_string(n));
  raw_.write(frames);  // it may be cut off before it is done
  ASSERT_TRUE(eventually([&] { return live_->status().disconnections == 1; }));
  EXPECT_TRUE(eventually([&] { return raw_.ended(); }));
  EXPECT_THAT(log_.text(), HasSubstr("prefixes"));
  // ZeroMQ subscribes again only while somebody receives.
  ASSERT_TRUE(eventually([&] {
    listener_.heartbeat(10ms);
    return live_->status().prefixes == 2;
  })) << "it is not back: "
      << log_.text();
  expect_heard(200);
}

TEST_F(LiveHostileTest, AFloodOfLongPrefixesDoesNotHoldUpTheRelayOrAnAppendOrItsEnd) {
  Relay relay(files_, clock_, log_,
              {.publisher = "nas01@gold",
               .journal_folder = folder_.path() / "journal",
               .stream = {.endpoint = "ipc://" + (folder_.path() / "gold.stream").string()}});
  relay.start();
  std::atomic<std::uint64_t> written{0};
  std::jthread hostile([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      RawListener raw(path());
      for (std::uint64_t n = 0; raw.connected() && !stop.stop_requested(); ++n) {
        std::string frames;
        for (int m = 0; m < 100; ++m) {
          // Unlike from the first byte on.
          const std::string number = std::to_string(n * 100 + static_cast<std::uint64_t>(m));
          frames += RawListener::frame(std::string(number.rbegin(), number.rend()) +
                                       std::string(500, 'p'));
        }
        if (!raw.write(frames)) break;
        written += 100;
      }
    }
  });
  ASSERT_TRUE(eventually([&] { return live_->status().disconnections > 0; }))
      << written << " prefixes did not end it";
  for (int n = 0; n < 20; ++n) {
    const auto began = std::chrono::steady_clock::now();
    const std::uint64_t last = append("failure", 100);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
    ASSERT_TRUE(eventually([&] { return relay.status().last_sequence == last; }));
  }
  const auto began = std::chrono::steady_clock::now();
  live_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
}

}  // namespace
}  // namespace hookwire::testing
