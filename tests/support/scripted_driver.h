#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <tuple>

#include "hookwire/hooks/hooked.h"

namespace hookwire::testing {

/// A driver of two methods that count their calls and do what the test gave them to do.
class ScriptedDriver {
 public:
  std::function<void()> on_call;  // runs inside each method; may throw

  int add(int a, int b) {
    run();
    return a + b;
  }
  void touch(const std::string& /*id*/) { run(); }

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
