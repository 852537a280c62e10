#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <tuple>

#include "hookwire/hooks/hooked.h"

namespace hookwire::testing {

/// A driver of two methods that count their calls and do what the test gave them to do; for hooks
/// that do not care which driver it is. Thread-safe as far as on_call is; set that before calls.
class ScriptedDriver {
 public:
  std::function<void()> on_call;  ///< Runs inside each method; what it throws, the method throws.

  /// The sum, which must fit.
  int add(int a, int b) {
    run();
    return a + b;
  }
  /// Acts on the resource "thing" called `id`.
  void touch(const std::string& /*id*/) { run(); }

  /// How often either method was called: a call that a hook refused does not count.
  int calls() const noexcept { return calls_; }

 private:
  void run() {
    ++calls_;
    if (on_call) on_call();
  }

  std::atomic<int> calls_{0};
};

}  // namespace hookwire::testing

template <>
struct hookwire::Interface<hookwire::testing::ScriptedDriver> {
  using Driver = hookwire::testing::ScriptedDriver;
  static constexpr std::tuple methods{
      Method<&Driver::add>{{.name = "add", .arguments = {"a", "b"}}},
      Method<&Driver::touch>{{.name = "touch", .arguments = {"id"}, .resource = {"thing", "id"}}},
  };
};
