#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "hookwire/base/value.h"

#include "child_process.h"

namespace hookwire {

/// The events that `hookwire tail -o json` in another process printed so far. Confined to one
/// thread.
class DemoEvents {
 public:
  explicit DemoEvents(ChildProcess& tail) : tail_(tail) {}

  using Test = std::function<bool(const Value&)>;

  /// Reads on until an event passes `test`, among those read before too; nullptr when `wait`
  /// passes first. The pointer is valid until more is read.
  const Value* find(const Test& test, std::chrono::nanoseconds wait);

  std::size_t count(const Test& test) const;
  const std::vector<Value>& all() const noexcept { return events_; }

  /// True when the events are of sequence 1, 2, 3, ... without a hole or a repeat.
  bool in_sequence() const;

 private:
  ChildProcess& tail_;
  std::vector<Value> events_;
};

/// The string under `key`, or "" when there is none.
std::string text_in(const Value& event, std::string_view key);
/// The number under `key`, or 0 when there is none.
std::uint64_t number_in(const Value& event, std::string_view key);

}  // namespace hookwire
