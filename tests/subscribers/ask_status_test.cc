#include "hookwire/client/ask_status.h"

#include <algorithm>
#include <future>
#include <span>
#include <string>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/base/error.h"
#include "hookwire/testing/temp_folder.h"

#include "subscribers/scripted_publisher.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;

class AskStatus : public ::testing::Test {
 protected:
  AskStatus() {
    StatusReport report{.publisher = "nas01@gold"};
    for (int n = 0; n < 20; ++n) {
      report.hooks.push_back({.name = "hook", .class_name = std::string(5000, 'x')});
    }
    bytes_ = encode_status(report);
  }
  ~AskStatus() override { stop_.request_stop(); }

  void ask() {
    answer_ = std::async(std::launch::async,
                         [this] { return ask_status(clock_, endpoint_, 60s, stop_.get_token()); });
  }
  /// Sends one of the two parts that the report is in.
  void send(std::uint64_t part) {
    const auto [first, size] = part == 1 ? std::pair(std::size_t{0}, kMaxStatusPartBytes)
                                         : std::pair(kMaxStatusPartBytes, bytes_.size());
    const auto last = std::min(bytes_.size(), size);
    publisher_.reply(StatusPart{.session = 0, .part = part, .parts = 2},
                     std::vector(bytes_.begin() + static_cast<std::ptrdiff_t>(first),
                                 bytes_.begin() + static_cast<std::ptrdiff_t>(last)));
  }
  void expect_answer() {
    const StatusReport report = answer_.get();
    EXPECT_EQ(report.publisher, "nas01@gold");
    EXPECT_EQ(report.hooks.size(), 20U);
  }

  TempFolder folder_;
  const std::string endpoint_ = "ipc://" + (folder_.path() / "stream").string();
  ScriptedPublisher publisher_{endpoint_};
  SystemClock clock_;
  std::stop_source stop_;
  std::vector<std::byte> bytes_;
  std::future<StatusReport> answer_;  // waits for the thread when it goes: the last one
};

TEST_F(AskStatus, PutsTogetherWhatComesInParts) {
  ask();
  publisher_.expect<StatusRequest>();
  send(1);
  send(2);
  expect_answer();
}

TEST_F(AskStatus, AsksAgainWhenThereIsNoAnswer) {
  ask();
  publisher_.expect<StatusRequest>();
  publisher_.expect<StatusRequest>();
  send(1);
  send(2);
  expect_answer();
}

TEST_F(AskStatus, AsksAgainWhenTheLastPartIsLost) {
  ask();
  publisher_.expect<StatusRequest>();
  send(1);
  publisher_.expect<StatusRequest>();
  send(1);
  send(2);
  expect_answer();
}

TEST_F(AskStatus, AsksAgainWhenTheFirstPartIsLost) {
  ask();
  publisher_.expect<StatusRequest>();
  send(2);
  publisher_.expect<StatusRequest>();
  send(1);
  send(2);
  expect_answer();
}

TEST_F(AskStatus, AsksAgainWhenItIsPutOff) {
  ask();
  publisher_.expect<StatusRequest>();
  publisher_.reply(StreamError{.code = StreamError::Code::too_many_requests, .message = "wait"});
  publisher_.expect<StatusRequest>();
  send(1);
  send(2);
  expect_answer();
}

TEST_F(AskStatus, APartThatIsTooLargeIsRefused) {
  ask();
  publisher_.expect<StatusRequest>();
  publisher_.reply(StatusPart{.session = 0, .part = 1, .parts = 2},
                   std::vector<std::byte>(kMaxStatusPartBytes + 1));
  EXPECT_THROW(answer_.get(), Error);
}

}  // namespace
}  // namespace hookwire::testing
