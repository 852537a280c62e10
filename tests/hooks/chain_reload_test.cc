// Sets of hooks are changed without a pause while two threads call: every call that had a pre has
// the post or failure of the same set.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "hooks/chain_test.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

// What was opened in the call that this thread makes, and not yet closed.
thread_local std::vector<const Hook*> open_hooks;
thread_local std::uint64_t open_set = 0;

struct Faults {
  std::atomic<std::uint64_t> other_set{0};   // a call met hooks of two sets
  std::atomic<std::uint64_t> not_opened{0};  // a post or failure without its pre
  std::atomic<std::uint64_t> not_closed{0};  // a pre without its post or failure
};

// Belongs to one set, and knows whether its pre and its post meet.
class SetHook final : public Hook {
 public:
  SetHook(std::uint64_t set, Faults& faults) : set_(set), faults_(faults) {}

  HookData pre(const Call&) override {
    if (open_hooks.empty()) open_set = set_;
    if (open_set != set_) ++faults_.other_set;
    open_hooks.push_back(this);
    return set_;
  }
  void post(const Call&, Outcome&, HookData& data) override { close(data); }
  void failure(const Call&, const Failure&, HookData& data) override { close(data); }
  void periodic(const PeriodicData&) override {}
  bool pairs_phases() const noexcept override { return true; }

 private:
  void close(HookData& data) {
    const std::uint64_t* set = data.get_if<std::uint64_t>();
    if (set == nullptr || *set != set_ || open_hooks.empty() || open_hooks.back() != this) {
      ++faults_.not_opened;
      return;
    }
    open_hooks.pop_back();
  }

  const std::uint64_t set_;
  Faults& faults_;
};

class ChainReload : public ChainTest {
 protected:
  void SetUp() override {
    driver_.on_call = [this] {
      thread_local unsigned calls = 0;
      ++calls;
      if (calls % 4 == 0) std::this_thread::yield();  // time for a change in the middle of a call
      if (calls % 16 == 0) throw std::runtime_error("broken");
    };
  }

  void call_until_stopped() {
    while (!stop_) {
      const std::uint64_t changes = changes_;
      try {
        if (call_add(20, 22) != 42) ++wrong_results_;
      } catch (const std::runtime_error&) {
        ++raised_;
      }
      if (!open_hooks.empty()) {
        ++faults_.not_closed;
        open_hooks.clear();
      }
      ++calls_;
      if (changes_ != changes) ++changed_inside_;
    }
  }

  // New hooks, none, the same in another order, or one of them switched off and on.
  void change(std::uint64_t n) {
    switch (n % 6) {
      case 0:
        ++sets_;
        set_ = {{"outer", "test", std::make_shared<SetHook>(sets_, faults_), {}},
                {"inner", "test", std::make_shared<SetHook>(sets_, faults_), {}}};
        chain_.replace(set_);
        break;
      case 1:
        chain_.enable("inner", {.post = true}, false);
        break;
      case 2:
        chain_.enable("inner", {.post = true}, true);
        break;
      case 3:
        chain_.enable("outer", {.pre = true, .post = true}, false);
        break;
      case 4:
        chain_.replace({set_[1], set_[0]});
        break;
      default:
        if (n % 30 == 5) chain_.replace({});
    }
    ++changes_;
    if (n % 8 == 0) wait_for_calls(2);
  }

  // Or one core would do nothing but change.
  void wait_for_calls(std::uint64_t more) const {
    const std::uint64_t enough = calls_ + more;
    while (calls_ < enough) std::this_thread::yield();
  }

  Faults faults_;
  std::vector<HookInstance> set_;
  std::uint64_t sets_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> changes_{0};
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> raised_{0};
  std::atomic<std::uint64_t> changed_inside_{0};
  std::atomic<std::uint64_t> wrong_results_{0};
};

TEST_F(ChainReload, NoCallHasAPreWithoutAPostOfTheSameSet) {
  const std::uint64_t changes = long_form() ? 1'000'000 : 100'000;
  {
    std::vector<std::jthread> callers;
    for (int n = 0; n < 2; ++n) callers.emplace_back([this] { call_until_stopped(); });
    for (std::uint64_t n = 0; n < changes; ++n) change(n);
    stop_ = true;
  }
  EXPECT_EQ(faults_.other_set, 0U);
  EXPECT_EQ(faults_.not_opened, 0U);
  EXPECT_EQ(faults_.not_closed, 0U);
  EXPECT_EQ(wrong_results_, 0U);
  EXPECT_EQ(static_cast<std::uint64_t>(driver_.calls()), calls_);
  EXPECT_GT(changed_inside_, changes / 1000) << "hardly a call met a change";
  EXPECT_GT(raised_, 0U);
  report("chain_reload", {{"changes", changes_},
                          {"sets", sets_},
                          {"calls", calls_},
                          {"raised", raised_},
                          {"changed_inside", changed_inside_},
                          {"lost_posts", faults_.not_closed},
                          {"lost_pres", faults_.not_opened},
                          {"lost_sets", faults_.other_set}});
}

}  // namespace
}  // namespace hookwire::testing
