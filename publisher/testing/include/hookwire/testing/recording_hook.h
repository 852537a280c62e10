#pragma once

#include <functional>
#include <string>
#include <utility>

#include "hookwire/hooks/hook.h"
#include "hookwire/testing/steps.h"

namespace hookwire::testing {

/// A hook that notes "<phase> <name>" for each phase it runs ("pre quota"), then does what the test
/// gave it to do. Beside a hook under test it shows what reached the next hook, and in which order.
/// Thread-safe as far as what it was given is; give it that before calls.
class RecordingHook : public Hook {
 public:
  /// `steps` must outlive the hook.
  RecordingHook(std::string name, Steps& steps) : name_(std::move(name)), steps_(steps) {}

  // What each phase does besides; what it throws, the hook throws.
  std::function<HookData(const Call&)> on_pre;
  std::function<void(const Call&, Outcome&, HookData&)> on_post;
  std::function<void(const Call&, const Failure&, HookData&)> on_failure;
  std::function<void(const PeriodicData&)> on_periodic;
  bool measured = false;     ///< wants_durations
  bool paired = false;       ///< pairs_phases
  bool suppressible = true;  ///< may_be_suppressed
  bool skippable = true;     ///< may_be_skipped
  bool concerned = true;     ///< concerns

  HookData pre(const Call& call) override {
    steps_.add("pre " + name_);
    return on_pre ? on_pre(call) : HookData();
  }
  void post(const Call& call, Outcome& outcome, HookData& data) override {
    steps_.add("post " + name_);
    if (on_post) on_post(call, outcome, data);
  }
  void failure(const Call& call, const Failure& failure, HookData& data) override {
    steps_.add("failure " + name_);
    if (on_failure) on_failure(call, failure, data);
  }
  void periodic(const PeriodicData& data) override {
    steps_.add("periodic " + name_);
    if (on_periodic) on_periodic(data);
  }
  bool wants_durations() const noexcept override { return measured; }
  bool pairs_phases() const noexcept override { return paired; }
  bool may_be_suppressed() const noexcept override { return suppressible; }
  bool may_be_skipped() const noexcept override { return skippable; }
  bool concerns(const Call& /*call*/) const noexcept override { return concerned; }

 private:
  const std::string name_;
  Steps& steps_;
};

}  // namespace hookwire::testing
