#include <csignal>

#include "publisher_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Kills its process at a reading of the clock: every append reads it once.
class FatalClock final : public Clock {
 public:
  explicit FatalClock(int readings) : left_(readings) {}
  std::int64_t unix_ns() const noexcept override {
    if (--left_ == 0) ::kill(::getpid(), SIGKILL);
    return clock_.unix_ns();
  }
  std::int64_t steady_ns() const noexcept override { return clock_.steady_ns(); }

 private:
  SystemClock clock_;
  mutable int left_;
};

class OpenCallsRecovery : public PublisherTest {
 protected:
  /// A process dies within this many calls, after `before` calls that ended.
  void die_in_calls(int count, int before = 0) {
    ASSERT_TRUE(in_process_that_dies([&] {
      open();
      for (int n = 0; n < before; ++n) hooked_.call<&Store::drop>(context_, "done");
      for (int n = 0; n < count; ++n) pre("s-" + std::to_string(n));
    }));
  }
  /// The beginning of a call of `make` that gets no end.
  void pre(const std::string& id) {
    static constexpr auto& kMake = method_descriptor<Store, &Store::make>();
    const std::int64_t size = 5;
    const std::array arguments{Argument{"id", ValueRef::to(id)},
                               Argument{"size", ValueRef::to(size)},
                               Argument{"access", ValueRef::to(access_)}};
    const Arguments given(arguments);
    const HookRuns runs;
    // Never let go of, as by a call that does not return.
    static std::vector<HookData>& in_flight = *new std::vector<HookData>();
    in_flight.push_back(hook_->pre(Call(kMake, context_, given, runs)));
  }
  /// Every call has one pre and one end; returns how many ends are `aborted`.
  std::size_t aborted() const {
    std::map<std::string, std::pair<int, int>> calls;
    std::size_t count = 0;
    for (const Event& event : call_events()) {
      auto& [pres, ends] = calls[event.call_id];
      (event.phase == Phase::pre ? pres : ends) += 1;
      if (event.outcome == "aborted") ++count;
    }
    for (const auto& [call_id, phases] : calls) EXPECT_EQ(phases, std::pair(1, 1)) << call_id;
    return count;
  }
  void remove_first_segment() {
    const auto names = posix_.list(journal_folder());
    const auto first = std::find_if(names.begin(), names.end(),
                                    [](const std::string& name) { return name.ends_with(".hwj"); });
    ASSERT_NE(first, names.end());
    std::filesystem::remove(journal_folder() / *first);
  }
};

TEST_F(OpenCallsRecovery, ACallThatADeathLeftOpenIsAbortedWithWhatItsPreTold) {
  die_in_calls(1);
  const Event pre = call_events().at(0);
  open();
  EXPECT_EQ(publisher_->status().aborted_calls, 1U);
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  const Event& end = events[1];
  EXPECT_EQ(end.topic, "failure/make/nas01@gold");
  EXPECT_EQ(end.call_id, pre.call_id);
  EXPECT_EQ(end.method, "make");
  EXPECT_EQ(end.outcome, "aborted");
  ASSERT_TRUE(end.error);
  EXPECT_EQ(end.error->type, "Aborted");
  EXPECT_EQ(end.error->message, "the process died during the call; its outcome is unknown");
  EXPECT_EQ(end.args, pre.args);
  EXPECT_EQ(end.resource->type, "share");
  EXPECT_EQ(end.resource->id, "s-0");
  EXPECT_EQ(end.context.request_id, "req-1");
  EXPECT_THAT(end.context.roles, ElementsAre("admin", "member"));
  EXPECT_FALSE(end.duration_ns || end.result);
  EXPECT_TRUE(log_.contains("1 calls were open"));
}

TEST_F(OpenCallsRecovery, AbortedCallsAreToldBeforeTheStart) {
  die_in_calls(3);
  open();
  const auto all = events();
  ASSERT_GE(all.size(), 7U);
  const std::size_t end = all.size();
  for (std::size_t n = end - 5; n < end - 2; ++n) EXPECT_EQ(all[n].outcome, "aborted");
  EXPECT_EQ(all[end - 2].method, "start");
  EXPECT_EQ(all[end - 1].method, "open_calls");
  EXPECT_THAT(*all[end - 1].data->find("calls")->list(), IsEmpty());
}

TEST_F(OpenCallsRecovery, HappensOnceAndWithNothingOpenAddsNothing) {
  die_in_calls(3);
  open();
  close();
  open();
  EXPECT_EQ(publisher_->status().aborted_calls, 0U);
  EXPECT_EQ(aborted(), 3U);
}

TEST_F(OpenCallsRecovery, AProcessThatEndedCleanlyWithinACallAbortsItAtTheNextOpen) {
  open();
  pre("s-1");
  close();
  open();
  EXPECT_EQ(aborted(), 1U);
}

TEST_F(OpenCallsRecovery, FindsCallsThatOnlyAnOldListNames) {
  segment_bytes_ = 256 * 1024;
  ASSERT_TRUE(in_process_that_dies([&] {
    open();
    for (int n = 0; n < 1100; ++n) pre("s-" + std::to_string(n));  // a list of two parts
    publisher_->stop(std::chrono::nanoseconds(0));
    for (int n = 0; n < 2500; ++n) hooked_.call<&Store::drop>(context_, "done");
  }));
  const std::uint64_t first = events().front().identity.sequence;
  remove_first_segment();
  ASSERT_GT(events().front().identity.sequence, first);
  std::size_t gone = 1100;
  for (const Event& event : call_events()) {
    if (event.phase == Phase::pre && event.method == "make") --gone;
  }
  ASSERT_GT(gone, 100U);
  ASSERT_LT(gone, 1100U);

  open();
  EXPECT_EQ(publisher_->status().aborted_calls, 1100U);
  std::size_t bare = 0;
  for (const Event& event : call_events()) {
    if (event.outcome != "aborted") continue;
    EXPECT_EQ(event.topic, "failure/make/nas01@gold") << "the list says so";
    if (!event.args && !event.resource) ++bare;
  }
  EXPECT_EQ(bare, gone) << "whose pre cannot be read any more";
}

TEST_F(OpenCallsRecovery, FindsCallsInAJournalWhoseListsAreAllGone) {
  segment_bytes_ = 256 * 1024;
  die_in_calls(10, 2000);
  remove_first_segment();
  ASSERT_THAT(told("open_calls"), IsEmpty());
  open();
  EXPECT_GE(publisher_->status().aborted_calls, 10U);
}

TEST_F(OpenCallsRecovery, ALongEventIsCutDownRatherThanLost) {
  context_.user_id.assign(60'598, 'u');
  ASSERT_TRUE(in_process_that_dies([&] {
    open();
    pre("s-1");
  }));
  ASSERT_EQ(call_events().at(0).flags, 0) << "it was not close to the limit";
  open();
  EXPECT_EQ(aborted(), 1U);
  const Event end = call_events().back();
  EXPECT_EQ(end.flags, kFlagCut);
  EXPECT_TRUE(end.context.empty());
  EXPECT_EQ(end.resource->id, "s-1");
}

TEST_F(OpenCallsRecovery, MayItselfBeKilledAtAnyPointAndIsFinishedByTheNext) {
  constexpr int kCalls = 200;
  die_in_calls(kCalls);
  std::size_t partly = 0;
  for (const int readings : {2, 3, 20, 55, 90}) {
    const pid_t child = ::fork();
    if (child == 0) {
      const FatalClock clock(readings);
      Publisher publisher(posix_, clock, log_, options(), {});
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << readings << " readings";
    std::size_t ends = 0;
    for (const Event& event : call_events()) {
      if (event.phase == Phase::failure) ++ends;
    }
    ASSERT_LT(ends, kCalls);
    EXPECT_GE(ends, partly);
    partly = ends;
  }
  EXPECT_GT(partly, 100U) << "no recovery was interrupted halfway";
  open();
  EXPECT_EQ(publisher_->status().aborted_calls, kCalls - partly);
  EXPECT_EQ(aborted(), kCalls);
}

}  // namespace
}  // namespace hookwire::testing
