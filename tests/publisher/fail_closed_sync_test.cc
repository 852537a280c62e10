#include <thread>

#include "fail_closed_test.h"
#include "journal/watched_files.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

/// journal_sync = disk, with files whose sync can be made to fail.
class FailClosedSync : public FailClosedTest {
 protected:
  FailClosedSync() {
    sync_ = JournalSync::disk;
    append_wait_ = std::chrono::seconds(10);
    segment_bytes_ = 256 * 1024;  // room for few calls: what leaks shows
    files_ = &watched_;
    watched_.on_sync = [this](const std::string& segment) { sync(segment); };
  }
  ~FailClosedSync() override { leave(); }

  /// The next so many syncs of a segment that is written to fail; negative: all.
  void fail_next(int count) { failing_ = count; }
  int failed() const { return failed_; }

  WatchedFiles watched_;

 private:
  // The maker syncs what it makes; only a segment in which a record can be fails.
  void sync(const std::string& segment) {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(gone_.contains(segment)) << "a file that failed is synced again";
    if (failing_ == 0 || hw_journal()) return;
    if (failing_ > 0) --failing_;
    ++failed_;
    gone_.insert(segment);
    throw IoError(EIO, "sync " + segment);
  }
  static bool hw_journal() {
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return std::string_view(name.data()) == "hw-journal";
  }

  std::mutex mutex_;
  std::set<std::string> gone_;
  std::atomic<int> failing_{0};
  std::atomic<int> failed_{0};
};

TEST_F(FailClosedSync, ACallWhosePreIsNotDurableIsRefusedAndLeavesNoRoomTaken) {
  open_closed();
  constexpr int kTimes = 20;
  for (int n = 0; n < kTimes; ++n) {
    ASSERT_TRUE(accepted());
    const int runs = driver_runs_;
    fail_next(1);
    const Answer answer = call();
    EXPECT_EQ(answer.outcome, CallReport::Outcome::vetoed);
    EXPECT_THAT(answer.error, HasSubstr("could not be synced"));
    EXPECT_EQ(driver_runs_, runs);
  }
  EXPECT_TRUE(accepted());
  EXPECT_EQ(failed(), kTimes);
  EXPECT_EQ(refused(), static_cast<std::uint64_t>(kTimes));
  EXPECT_EQ(told_in_gaps("count"), lost());
  EXPECT_EQ(counted().size(), static_cast<std::size_t>(kTimes + 1));
  expect_each_call_has_one_end();
}

TEST_F(FailClosedSync, AnEndThatIsNotDurableIsRecordedInTheNextSegment) {
  open_closed();
  constexpr int kTimes = 20;
  store_.on_call = [this] { fail_next(1); };
  for (int n = 0; n < kTimes; ++n) {
    const Answer answer = call();
    EXPECT_EQ(answer.outcome, CallReport::Outcome::success) << answer.error;
  }
  EXPECT_EQ(failed(), kTimes);
  EXPECT_EQ(lost(), 0U);
  EXPECT_EQ(counted().size(), static_cast<std::size_t>(kTimes));
  expect_each_call_has_one_end();
}

TEST_F(FailClosedSync, WhoseEndCannotBeRecordedLearnsThatItsCallWorked) {
  open_closed({}, {.suppress_pre_errors = true, .suppress_post_errors = true});
  store_.on_call = [this] { fail_next(2); };
  std::string told_caller;
  try {
    hooked_.call<&Store::put>(context_, "s-1", "the data");
    ADD_FAILURE() << "the caller was told nothing";
  } catch (const PostHookError& error) {
    told_caller = error.what();
    ASSERT_NE(error.result().get_if<std::string>(), nullptr);
    EXPECT_EQ(*error.result().get_if<std::string>(), "the data");
  }
  EXPECT_THAT(told_caller, HasSubstr("put succeeded"));
  EXPECT_THAT(told_caller, HasSubstr("end could not be recorded"));
  EXPECT_THAT(told_caller, HasSubstr("could not be synced"));
  EXPECT_EQ(failed(), 2);

  store_.on_call = [this] { ++driver_runs_; };
  for (int n = 0; n < 20; ++n) EXPECT_TRUE(accepted()) << "a room was not given back";
  EXPECT_EQ(told_in_gaps("count"), 1U);
  EXPECT_EQ(told_in_gaps("refused"), 0U);
  expect_each_call_has_one_end();
  const std::vector<Event> events = call_events();
  const auto closed = std::find_if(events.begin(), events.end(), [](const Event& event) {
    return event.phase == Phase::failure && event.method == "put";
  });
  ASSERT_NE(closed, events.end());
  EXPECT_EQ(closed->outcome, "aborted");
}

TEST_F(FailClosedSync, TheDriversErrorReachesTheCallerAlsoWhenItsEndIsLost) {
  open_closed();
  store_.on_call = [this] {
    fail_next(2);
    throw std::logic_error("broken");
  };
  EXPECT_EQ(call().error, "broken");
  EXPECT_EQ(failed(), 2);
  EXPECT_EQ(log_.count("end could not be recorded"), 1U) << log_.text();
}

TEST_F(FailClosedSync, UnderManyThreadsWhatRanHasBothEventsAndWhatWasRefusedHasNone) {
  segment_bytes_ = 1 << 20;
  open_closed();
  constexpr int kThreads = 6;
  const int calls = long_form() ? 10'000 : 200;
  std::atomic<int> runs{0};
  std::atomic<int> vetoed{0};
  std::atomic<int> tried{0};
  std::atomic<int> unrecorded{0};
  store_.on_call = [&] {
    if (++runs % 7 == 0) fail_next(1);
  };
  std::vector<std::thread> threads;
  for (int n = 0; n < kThreads; ++n) {
    threads.emplace_back([&] {
      while (runs < calls) {
        ++tried;
        const CallReport::Outcome outcome = call().outcome;
        if (outcome == CallReport::Outcome::vetoed) ++vetoed;
        if (outcome == CallReport::Outcome::post_hook_failed) ++unrecorded;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  fail_next(0);
  store_.on_call = nullptr;
  EXPECT_TRUE(accepted());
  EXPECT_GT(failed(), 0);
  EXPECT_EQ(runs + vetoed, tried);
  EXPECT_EQ(static_cast<int>(counted().size()), runs + 1);
  EXPECT_EQ(static_cast<int>(refused()), vetoed);
  expect_each_call_has_one_end();
  report("fail_closed_sync", {{"calls", static_cast<std::uint64_t>(runs)},
                              {"syncs_failed", static_cast<std::uint64_t>(failed())},
                              {"calls_refused", refused()},
                              {"ends_unrecorded", static_cast<std::uint64_t>(unrecorded)}});
}

}  // namespace
}  // namespace hookwire::testing
