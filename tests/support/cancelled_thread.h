#pragma once

#include <pthread.h>

#include <functional>
#include <utility>

#include <gtest/gtest.h>

namespace hookwire::testing {

/// A thread that others cancel.
class CancelledThread {
 public:
  explicit CancelledThread(std::function<void()> work) : work_(std::move(work)) {
    const auto body = [](void* self) -> void* {
      static_cast<CancelledThread*>(self)->work_();
      return nullptr;
    };
    EXPECT_EQ(::pthread_create(&thread_, nullptr, body, this), 0);
  }
  void cancel() { EXPECT_EQ(::pthread_cancel(thread_), 0); }
  /// Waits for its end; true when it was cancelled.
  bool join() {
    void* result = nullptr;
    EXPECT_EQ(::pthread_join(thread_, &result), 0);
    return result == PTHREAD_CANCELED;
  }

 private:
  std::function<void()> work_;
  pthread_t thread_{};
};

}  // namespace hookwire::testing
