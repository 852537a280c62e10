#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hookwire/schemas/event.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Keeps the pre events of calls until their terminal event comes. Holds a limited number: a
/// process that died without a word leaves calls that never end. Thread-compatible.
class CallPairs {
 public:
  /// Holds at most `most` calls, at least one.
  explicit CallPairs(std::size_t most = 4096) : most_(most) {}

  /// A call began. Returns the pre event that had to make room: the oldest.
  std::optional<Event> begin(Event pre);
  /// A call ended. Returns its pre event, if it is known.
  std::optional<Event> end(const Event& terminal);
  /// The calls that did not end, oldest first; none is left.
  std::vector<Event> take_open();

 private:
  using Key = std::pair<std::uint64_t, std::string>;  // journal and call id

  static Key key_of(const Event& event) { return {event.identity.journal_id, event.call_id}; }

  std::size_t most_;
  std::list<Event> open_;  // oldest first
  std::map<Key, std::list<Event>::iterator> by_key_;
};

}  // namespace hookwire
#pragma GCC visibility pop
