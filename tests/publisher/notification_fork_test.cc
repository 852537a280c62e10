#include <thread>

#include "publisher_test.h"

namespace hookwire::testing {
namespace {

using ::testing::SizeIs;

class NotificationFork : public PublisherTest {};

TEST_F(NotificationFork, AChildPublishesNothingAndItsCallsWork) {
  open();
  hooked_.call<&Store::drop>(context_, "before");
  const std::uint64_t last = publisher_->status().last_sequence;
  EXPECT_TRUE(in_process_that_dies([&] {
    int calls = 0;
    store_.on_call = [&] { ++calls; };
    hooked_.call<&Store::drop>(context_, "in the child");
    EXPECT_EQ(calls, 1);
    store_.on_call = [] { throw std::logic_error("raised"); };
    EXPECT_THROW(hooked_.call<&Store::drop>(context_, "in the child"), std::logic_error);
    hook_->periodic({.tick = 1});
    publisher_->tell("reload", Value());
    EXPECT_EQ(publisher_->status().last_sequence, last);
    EXPECT_EQ(publisher_->status().lost_events, 4U);
    publisher_->start();
    publisher_->stop(std::chrono::nanoseconds(0));
    hook_.reset();
    chain_.replace({});
    publisher_.reset();  // does not wait for the parent's threads
    EXPECT_TRUE(log_.lines().empty()) << log_.text();
  }));
  EXPECT_EQ(publisher_->status().last_sequence, last);
  hooked_.call<&Store::drop>(context_, "after");
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(4));
  EXPECT_EQ(events[2].resource->id, "after");
}

TEST_F(NotificationFork, ACallThatForksHasOneEnd) {
  open();
  bool good = false;
  const pid_t parent = ::getpid();
  store_.on_call = [&] {
    // The child comes back from the call as well.
    const pid_t child = ::fork();
    if (child == 0) return;
    int status = 0;
    good = ::waitpid(child, &status, 0) == child && status == 0;
  };
  hooked_.call<&Store::drop>(context_, "s-1");
  if (::getpid() != parent) ::_exit(publisher_->status().lost_events == 1 ? 0 : 1);
  EXPECT_TRUE(good);
  EXPECT_THAT(call_events(), SizeIs(2));
}

}  // namespace
}  // namespace hookwire::testing
