#include "demo_events.h"

#include <algorithm>

#include "hookwire/schemas/json.h"

namespace hookwire {

const Value* DemoEvents::find(const Test& test, std::chrono::nanoseconds wait) {
  const auto known = std::find_if(events_.begin(), events_.end(), test);
  if (known != events_.end()) return &*known;
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    const auto left = deadline - std::chrono::steady_clock::now();
    const std::optional<std::string> line = tail_.read_line(left);
    if (!line) return nullptr;
    events_.push_back(parse_json(*line));
    if (test(events_.back())) return &events_.back();
  }
}

std::size_t DemoEvents::count(const Test& test) const {
  return static_cast<std::size_t>(std::count_if(events_.begin(), events_.end(), test));
}

bool DemoEvents::in_sequence() const {
  std::uint64_t expected = 1;
  return std::all_of(events_.begin(), events_.end(),
                     [&](const Value& event) { return number_in(event, "seq") == expected++; });
}

std::string text_in(const Value& event, std::string_view key) {
  const Value* value = event.find(key);
  return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}

std::uint64_t number_in(const Value& event, std::string_view key) {
  const Value* value = event.find(key);
  return value != nullptr && value->unsigned_integer() != nullptr ? *value->unsigned_integer() : 0;
}

}  // namespace hookwire
