#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/clock.h"
#include "hookwire/client/subscriber.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "subscribers/recording_sink.h"
#include "support/eventually.h"

namespace hookwire::testing {

/// A subscriber in a thread of its own, and what it hands on.
class SubscriberTest : public ::testing::Test {
 protected:
  SubscriberTest() {
    options_.endpoints = {endpoint()};
    options_.start.from = StreamStart::From::earliest;
    options_.backoff_least = std::chrono::milliseconds(5);
    options_.backoff_most = std::chrono::milliseconds(20);
  }
  ~SubscriberTest() override { stop(); }

  std::string endpoint(const std::string& name = "gold") const {
    return "ipc://" + (folder_.path() / name).string();
  }

  Subscriber& subscriber() {
    if (!subscriber_) {
      subscriber_ = std::make_unique<Subscriber>(clock_, log_, options_, sink_, cursors_);
    }
    return *subscriber_;
  }
  void start() {
    thread_ =
        std::jthread([&running = subscriber()](const std::stop_token& stop) { running.run(stop); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }
  /// Waits until the sink was given `given` in all.
  void expect_given(const std::vector<std::string>& given) {
    EXPECT_TRUE(eventually([&] { return sink_.count() >= given.size(); })) << log_.text();
    EXPECT_EQ(sink_.given(), given);
  }

  TempFolder folder_;
  SystemClock clock_;
  CapturingLog log_;
  RecordingSink sink_;
  CursorStore* cursors_ = nullptr;
  SubscriberOptions options_;
  std::unique_ptr<Subscriber> subscriber_;
  std::jthread thread_;
};

}  // namespace hookwire::testing
