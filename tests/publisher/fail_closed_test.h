#pragma once

#include "hookwire/hooks/call_report.h"
#include "hookwire/hooks/post_hook_error.h"

#include "publisher_test.h"
#include "support/eventually.h"
#include "support/full_disk.h"

namespace hookwire::testing {

/// A publisher with on_journal_error = fail_closed. Every run of the driver is counted.
class FailClosedTest : public PublisherTest {
 protected:
  FailClosedTest() {
    append_wait_ = std::chrono::milliseconds(20);
    store_.on_call = [this] { ++driver_runs_; };
  }

  void open_closed(std::vector<HookInstance> others = {}, HookSwitches switches = {}) {
    PublisherOptions closed = options();
    closed.on_journal_error = OnJournalError::fail_closed;
    closed.journal.sync = sync_;
    static constexpr auto kMethods = method_descriptors<Store>();
    publisher_ = std::make_unique<Publisher>(*files_, clock_, log_, closed, kMethods);
    hook_ = publisher_->make_notification_hook();
    others.insert(others.begin(), {"notify", "hookwire:NotificationHook", hook_, switches});
    chain_.replace(std::move(others));
  }
  /// The publisher goes without stopping, while the files are still there.
  void leave() {
    chain_.replace({});
    hook_.reset();
    publisher_.reset();
  }

  /// How a call of `drop` ended, and what the caller was told.
  struct Answer {
    CallReport::Outcome outcome{};
    std::string error;
  };
  Answer call(const std::string& id = "s-1") {
    CallReport report;
    try {
      hooked_.call_reported<&Store::drop>(report, context_, id);
      return {report.outcome, ""};
    } catch (const std::exception& error) {
      return {report.outcome, error.what()};
    }
  }
  bool accepted() { return call().outcome == CallReport::Outcome::success; }

  std::uint64_t lost() const { return publisher_->status().lost_events; }
  std::uint64_t refused() const { return publisher_->status().refused_calls; }
  /// How many pre and how many ends each call has.
  std::map<std::string, std::pair<int, int>> counted() const {
    std::map<std::string, std::pair<int, int>> calls;
    for (const Event& event : call_events()) {
      auto& [pre, end] = calls[event.call_id];
      (event.phase == Phase::pre ? pre : end) += 1;
    }
    return calls;
  }
  void expect_each_call_has_one_end() const {
    for (const auto& [call_id, count] : counted()) EXPECT_EQ(count, std::pair(1, 1)) << call_id;
  }
  /// The sum of this figure over all gaps that were told.
  std::uint64_t told_in_gaps(const char* figure) const {
    std::uint64_t sum = 0;
    for (const Event& gap : told("gap")) {
      const Value* const value = gap.data->find(figure);
      if (value != nullptr) sum += *value->unsigned_integer();
    }
    return sum;
  }

  JournalSync sync_ = JournalSync::os;
  std::atomic<int> driver_runs_{0};
};

/// The same, on a disk that can be full.
class FailClosedOnAFullDisk : public FailClosedTest {
 protected:
  FailClosedOnAFullDisk() { files_ = &disk_; }
  ~FailClosedOnAFullDisk() override { leave(); }

  /// Writes other events and calls until neither is taken any more.
  void fill_up() {
    disk_.full = true;
    const int before_full = disk_.refused;
    ASSERT_TRUE(eventually([&] {
      const bool taken = accepted();
      return disk_.refused > before_full && !taken;
    }));
    const Value data = Value::Map{{"text", std::string(20'000, 'x')}};
    for (std::uint64_t before = lost(); lost() == before;) publisher_->tell("filler", data);
  }
  /// Space comes back, and somebody calls.
  void recover() {
    disk_.full = false;
    ASSERT_TRUE(eventually([&] { return accepted(); })) << "calls are still refused";
  }

  FullDisk disk_;
};

}  // namespace hookwire::testing
