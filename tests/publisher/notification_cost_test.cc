#include "hookwire/testing/fake_clock.h"

#include "publisher_test.h"
#include "support/allocation_count.h"

namespace hookwire::testing {
namespace {

class NotificationCost : public PublisherTest {
 protected:
  PublisherOptions options_elsewhere() const {
    PublisherOptions elsewhere = options();
    elsewhere.journal.folder = folder_.path() / "elsewhere";
    return elsewhere;
  }
  void call() { hooked_.call<&Store::drop>(context_, id_); }

  const std::string id_ = "s-1";
};

TEST_F(NotificationCost, TheCounterCounts) {
  const std::uint64_t before = allocation_count();
  auto memory = std::make_unique<int>(1);
  EXPECT_GT(allocation_count(), before);
}

TEST_F(NotificationCost, ACallDoesNotAllocate) {
  segment_bytes_ = 256 * 1024;  // rolls over while it is counted
  open();
  context_.project_id = "a project whose name is longer than what a string holds in place";
  for (int n = 0; n < 10; ++n) call();
  const std::uint64_t before = allocation_count();
  for (int n = 0; n < 1000; ++n) call();
  EXPECT_EQ(allocation_count(), before);
  EXPECT_EQ(call_events().size(), 2020U);
  EXPECT_GT(std::distance(std::filesystem::directory_iterator(journal_folder()), {}), 2);
}

TEST_F(NotificationCost, ACallDoesNotAllocateUnderFailClosed) {
  segment_bytes_ = 1 << 20;  // rolls over while it is counted
  PublisherOptions closed = options();
  closed.on_journal_error = OnJournalError::fail_closed;
  static constexpr auto kMethods = method_descriptors<Store>();
  publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, closed, kMethods);
  chain_.replace({{.name = "notify", .hook = publisher_->make_notification_hook()}});
  for (int n = 0; n < 10; ++n) call();
  const std::uint64_t before = allocation_count();
  for (int n = 0; n < 4000; ++n) call();
  EXPECT_EQ(allocation_count(), before);
  EXPECT_EQ(call_events().size(), 8020U);
  EXPECT_GT(std::distance(std::filesystem::directory_iterator(journal_folder()), {}), 2);
}

TEST_F(NotificationCost, ACallWithSecretsDoesNotAllocate) {
  open();
  const std::string id = "a share whose name is longer than what a string holds in place";
  access_ = {.to = "with open-sesame-4711 within", .key = "open-sesame-4711"};
  const std::array arguments{Argument{"id", ValueRef::to(id)},
                             Argument{"access", ValueRef::to(access_)}};
  static constexpr MethodDescriptor kMake{.name = "make2", .secrets = {"access.key", "result"}};
  std::string result = "a token that is the result, open-sesame-4711 with it";
  static constexpr std::array kMethods{&kMake};
  publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, options_elsewhere(), kMethods);
  chain_.replace({{.name = "notify", .hook = publisher_->make_notification_hook()}});
  const auto make = [&] {
    Outcome outcome;
    chain_.run(kMake, context_, arguments, outcome, [&] { outcome.set_replaceable(result); });
  };
  for (int n = 0; n < 10; ++n) make();
  const std::uint64_t before = allocation_count();
  for (int n = 0; n < 1000; ++n) make();
  EXPECT_EQ(allocation_count(), before);
  EXPECT_EQ(publisher_->status().lost_events, 0U);
}

TEST_F(NotificationCost, APolicyDoesNotAllocate) {
  PublisherOptions ruled = options();
  ruled.policy = {{.drop = true, .method = "dr*", .user = "monitor-*"},
                  {.level = PublishLevel::args, .project = "*x"}};
  static constexpr auto kMethods = method_descriptors<Store>();
  publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, ruled, kMethods);
  chain_.replace({{.name = "notify", .hook = publisher_->make_notification_hook()}});
  for (int n = 0; n < 10; ++n) call();
  const std::uint64_t before = allocation_count();
  for (int n = 0; n < 500; ++n) call();
  context_.user_id = "monitor-7";
  const std::uint64_t named = allocation_count();
  for (int n = 0; n < 500; ++n) call();
  EXPECT_EQ(allocation_count() - named, 0U);
  EXPECT_EQ(named, before) << "a short name fits a string";
  EXPECT_EQ(call_events().size(), 1020U) << "those of the monitor are dropped";
}

TEST_F(NotificationCost, ACutEventDoesNotAllocate) {
  open();
  const std::string large(70'000, 'i');
  hooked_.call<&Store::drop>(context_, large);
  const std::uint64_t before = allocation_count();
  for (int n = 0; n < 10; ++n) hooked_.call<&Store::drop>(context_, large);
  EXPECT_EQ(allocation_count(), before);
  EXPECT_EQ(call_events().back().flags, kFlagCut);
}

TEST_F(NotificationCost, AnEventReadsTheClockOnce) {
  const FakeClock clock;
  Publisher publisher(posix_, clock, log_, options(), {});
  const auto hook = publisher.make_notification_hook();
  static constexpr MethodDescriptor kMethod{.name = "touch"};
  const HookRuns runs;
  const Arguments none;
  const Call touch(kMethod, context_, none, runs);
  Outcome outcome;
  const std::uint64_t before = clock.readings();
  HookData data = hook->pre(touch);
  EXPECT_EQ(clock.readings(), before + 1);
  hook->post(touch, outcome, data);
  EXPECT_EQ(clock.readings(), before + 2);
}

}  // namespace
}  // namespace hookwire::testing
