#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/hooks/hook_chain.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/recording_hook.h"
#include "hookwire/testing/scripted_driver.h"

namespace hookwire::testing {

/// A driver behind a chain of recording hooks. Tests add hooks, install() them, and call.
class ChainTest : public ::testing::Test {
 protected:
  RecordingHook& add(const std::string& name, HookSwitches switches = {}) {
    auto hook = std::make_shared<RecordingHook>(name, steps_);
    hooks_.push_back({name, "test:RecordingHook", hook, switches});
    return *hook;
  }
  void install() { chain_.replace(hooks_); }

  int call_add(int a, int b) { return hooked_.call<&ScriptedDriver::add>(context_, a, b); }

  HookStatus status_of(const std::string& name) const {
    for (HookStatus& status : chain_.status()) {
      if (status.name == name) return std::move(status);
    }
    ADD_FAILURE() << "no hook " << name;
    return {};
  }

  FakeClock clock_{std::chrono::nanoseconds(10)};
  CapturingLog log_;
  Steps steps_;
  std::vector<HookInstance> hooks_;
  HookChain chain_{clock_, log_};
  ScriptedDriver driver_;
  Hooked<ScriptedDriver> hooked_{driver_, chain_};
  Context context_{.request_id = "req-1"};
};

}  // namespace hookwire::testing
