// Sequences of calls, ticks, switches and changes, drawn at random, against the model in
// chain_model.h: every hook that is entered and what it sees, what the caller gets, and counters.
#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/scripted_driver.h"

#include "hooks/chain_model.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

constexpr int kMaxHooksDrawn = 5;
constexpr int kMaxSteps = 8;
constexpr int kMaxCalls = 4;

struct HookError {
  int hook;
};
struct DriverError {};

// A million sequences log more than memory holds.
class CountingLog final : public Log {
 public:
  void write(LogLevel, std::string_view) noexcept override { ++lines; }
  std::uint64_t lines = 0;
};

// Does what its counterpart in the model says, and notes what it saw.
class DrawnHook final : public Hook {
 public:
  DrawnHook(const ChainModel& model, const int& call, std::vector<ModelStep>& steps, int id,
            bool paired, bool suppressible)
      : model_(model),
        call_(call),
        steps_(steps),
        id_(id),
        paired_(paired),
        suppressible_(suppressible) {}

  HookData pre(const Call& call) override {
    add(HookPhase::pre, &call);
    if (script().pre_throws) throw HookError{id_};
    return ChainModel::data_of(id_, call_);
  }
  void post(const Call& call, Outcome& outcome, HookData& data) override {
    add(HookPhase::post, &call, &data);
    steps_.back().result = outcome.result<int>();
    if (script().post_throws) throw HookError{id_};
    if (script().replaces) outcome.replace<int>(outcome.result<int>() + id_);
  }
  void failure(const Call& call, const Failure& failure, HookData& data) override {
    add(HookPhase::failure, &call, &data);
    if (failure.error == nullptr) steps_.back().hook = -id_;
    if (script().failure_throws) throw HookError{id_};
  }
  void periodic(const PeriodicData&) override {
    add(HookPhase::periodic, nullptr);
    if (script().periodic_throws) throw HookError{id_};
  }
  bool pairs_phases() const noexcept override { return paired_; }
  bool may_be_suppressed() const noexcept override { return suppressible_; }

 private:
  const ModelHook& script() const {
    return *std::find_if(model_.hooks.begin(), model_.hooks.end(),
                         [this](const ModelHook& hook) { return hook.id == id_; });
  }
  void add(HookPhase phase, const Call* call, HookData* data = nullptr) {
    ModelStep step{.phase = phase, .hook = id_};
    if (data != nullptr && !data->empty()) {
      const int* number = data->get_if<int>();
      step.data = number != nullptr ? *number : ModelStep::kErrorAsData;
    }
    if (call != nullptr) {
      for (const HookRun& run : call->hook_runs()) {
        const int hook = std::stoi(std::string(run.name.substr(1)));  // it is called h<id>
        step.runs.push_back({hook, run.phase, run.outcome});
      }
    }
    steps_.push_back(std::move(step));
  }

  const ChainModel& model_;
  const int& call_;
  std::vector<ModelStep>& steps_;
  const int id_;
  const bool paired_;
  const bool suppressible_;
};

class RandomCalls : public ::testing::Test {
 protected:
  void SetUp() override {
    driver_.on_call = [this] {
      if (model_.driver_throws) throw DriverError();
    };
  }

  // One sequence. False when the chain and the model disagree: the rest would say nothing new.
  bool run_sequence() {
    model_.hooks.clear();
    real_.clear();
    next_id_ = 1;
    replace();
    int calls_left = kMaxCalls;
    for (int left = draw(1, kMaxSteps); left > 0; --left) {
      switch (draw(0, 5)) {
        case 0:
          replace();
          break;
        case 1:
          enable();
          break;
        case 2:
          tick();
          break;
        default:
          if (calls_left-- > 0) call();
      }
      if (HasFailure()) return false;
    }
    expect_counters();
    return !HasFailure();
  }

  std::mt19937_64 random_;
  std::array<std::uint64_t, 4> endings_{};
  std::uint64_t ticks_ = 0;
  std::uint64_t changes_ = 0;
  CountingLog log_;

 private:
  int draw(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  bool one_in(int n) { return draw(1, n) == 1; }

  void add_hook() {
    ModelHook hook{.id = next_id_++, .paired = one_in(8), .suppressible = !one_in(8)};
    hook.switches = {.pre = !one_in(5),
                     .post = !one_in(5),
                     .periodic = !one_in(4),
                     .suppress_pre_errors = one_in(2),
                     .suppress_post_errors = one_in(2),
                     .periodic_interval = std::chrono::seconds(draw(1, 3))};
    real_.push_back({.name = name_of(hook.id),
                     .hook = std::make_shared<DrawnHook>(model_, call_, steps_, hook.id,
                                                         hook.paired, hook.suppressible),
                     .switches = hook.switches});
    model_.hooks.push_back(hook);
  }

  // Some hooks go, some come, and their order changes.
  void replace() {
    while (!real_.empty() && one_in(2)) {
      real_.pop_back();
      model_.hooks.pop_back();
    }
    while (static_cast<int>(real_.size()) < kMaxHooksDrawn && !one_in(4)) add_hook();
    if (real_.size() > 1) {
      const auto at = static_cast<std::size_t>(draw(0, static_cast<int>(real_.size()) - 2));
      std::swap(real_[at], real_.back());
      std::swap(model_.hooks[at], model_.hooks.back());
    }
    chain_.replace(real_);
    ++changes_;
  }

  void enable() {
    if (real_.empty()) return;
    const auto at = static_cast<std::size_t>(draw(0, static_cast<int>(real_.size()) - 1));
    const HookChain::Phases phases{one_in(2), one_in(2), one_in(2)};
    const bool on = one_in(2);
    chain_.enable(real_[at].name, phases, on);
    HookSwitches& switches = model_.hooks[at].switches;
    if (phases.pre) switches.pre = on;
    if (phases.post) switches.post = on;
    if (phases.periodic) switches.periodic = on;
    real_[at].switches = switches;
    ++changes_;
  }

  void draw_scripts() {
    for (ModelHook& hook : model_.hooks) {
      hook.pre_throws = one_in(8);
      hook.post_throws = one_in(6);
      hook.failure_throws = one_in(4);
      hook.periodic_throws = one_in(4);
      hook.replaces = one_in(3);
    }
    model_.driver_throws = one_in(4);
  }

  void call() {
    draw_scripts();
    ++call_;
    const int a = draw(0, 1000);
    steps_.clear();
    const std::uint64_t model_calls = model_.driver_calls;
    const int real_calls = driver_.calls();
    std::vector<ModelStep> expected_steps;
    const ModelEnding expected = model_.call(call_, a + 1, expected_steps);
    const ModelEnding found = call_driver(a);
    EXPECT_TRUE(found == expected) << text_of(found) << ", not " << text_of(expected);
    EXPECT_TRUE(steps_ == expected_steps) << text_of(steps_) << "not\n" << text_of(expected_steps);
    EXPECT_EQ(static_cast<std::uint64_t>(driver_.calls() - real_calls),
              model_.driver_calls - model_calls);
    ++endings_[static_cast<std::size_t>(expected.kind)];
  }

  ModelEnding call_driver(int a) {
    using Kind = ModelEnding::Kind;
    try {
      return {.result = hooked_.call<&ScriptedDriver::add>(context_, a, 1)};
    } catch (const DriverError&) {
      return {.kind = Kind::driver_raised};
    } catch (const HookError& error) {
      return {.kind = Kind::refused, .hook = error.hook};
    } catch (const PostHookError& error) {
      try {
        std::rethrow_exception(error.cause());
      } catch (const HookError& cause) {
        return {.kind = Kind::post_failed, .result = error.result().get<int>(), .hook = cause.hook};
      }
    }
  }

  void tick() {
    draw_scripts();
    ++ticks_;
    steps_.clear();
    std::vector<ModelStep> expected;
    model_.periodic(ticks_, expected);
    EXPECT_EQ(chain_.run_periodic({.tick = ticks_}, ticks_ - 1, std::chrono::seconds(1)),
              expected.size());
    EXPECT_TRUE(steps_ == expected) << text_of(steps_) << "not\n" << text_of(expected);
  }

  void expect_counters() {
    const std::vector<HookStatus> found = chain_.status();
    ASSERT_EQ(found.size(), model_.hooks.size());
    for (std::size_t at = 0; at < found.size(); ++at) {
      const ModelHook& expected = model_.hooks[at];
      EXPECT_EQ(found[at].name, name_of(expected.id));
      EXPECT_EQ(found[at].pre_count, expected.pre_count);
      EXPECT_EQ(found[at].post_count, expected.post_count);
      EXPECT_EQ(found[at].failure_count, expected.failure_count);
      EXPECT_EQ(found[at].periodic_count, expected.periodic_count);
      EXPECT_EQ(found[at].error_count, expected.error_count);
      EXPECT_EQ(found[at].veto_count, expected.veto_count);
    }
  }

  static std::string name_of(int id) { return "h" + std::to_string(id); }
  static std::string text_of(const ModelEnding& ending) {
    return "ending " + std::to_string(static_cast<int>(ending.kind)) + " with " +
           std::to_string(ending.result) + " of hook " + std::to_string(ending.hook);
  }
  static std::string text_of(const std::vector<ModelStep>& steps) {
    std::string text;
    for (const ModelStep& step : steps) {
      text += std::string(to_string(step.phase)) + " of " + name_of(step.hook) + ", data " +
              std::to_string(step.data) + ", result " + std::to_string(step.result) + ", after";
      for (const ModelRun& run : step.runs) {
        text += " " + name_of(run.hook) + " " + std::string(to_string(run.phase)) + " " +
                std::string(to_string(run.outcome)) + ",";
      }
      text += "\n";
    }
    return text;
  }

  FakeClock clock_;
  HookChain chain_{clock_, log_};
  ScriptedDriver driver_;
  Hooked<ScriptedDriver> hooked_{driver_, chain_};
  const Context context_;

  ChainModel model_;
  std::vector<HookInstance> real_;
  std::vector<ModelStep> steps_;
  int call_ = 0;
  int next_id_ = 1;
};

TEST_F(RandomCalls, FollowTheModelInOrderDataResultExceptionsAndCounters) {
  const std::uint64_t sequences = repeats(50'000, 1'000'000);
  const std::uint64_t seed = test_seed();
  random_.seed(seed);
  for (std::uint64_t n = 0; n < sequences; ++n) {
    if (!run_sequence()) FAIL() << "in sequence " << n << " of HOOKWIRE_SEED=" << seed;
  }
  for (const std::uint64_t count : endings_) EXPECT_GT(count, sequences / 100);
  report("random_calls", {{"seed", seed},
                          {"sequences", sequences},
                          {"returned", endings_[0]},
                          {"driver_raised", endings_[1]},
                          {"refused", endings_[2]},
                          {"post_failed", endings_[3]},
                          {"ticks", ticks_},
                          {"changes", changes_},
                          {"errors_logged", log_.lines}});
}

}  // namespace
}  // namespace hookwire::testing
