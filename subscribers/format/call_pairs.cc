#include "hookwire/format/call_pairs.h"

#include <iterator>

namespace hookwire {

std::optional<Event> CallPairs::begin(Event pre) {
  std::optional<Event> displaced = end(pre);  // a call id that comes again is another call
  if (!displaced && open_.size() == most_) displaced = end(Event(open_.front()));
  open_.push_back(std::move(pre));
  by_key_[key_of(open_.back())] = std::prev(open_.end());
  return displaced;
}

std::optional<Event> CallPairs::end(const Event& terminal) {
  const auto found = by_key_.find(key_of(terminal));
  if (found == by_key_.end()) return std::nullopt;
  std::optional<Event> pre = std::move(*found->second);
  open_.erase(found->second);
  by_key_.erase(found);
  return pre;
}

std::vector<Event> CallPairs::take_open() {
  std::vector<Event> open(std::make_move_iterator(open_.begin()),
                          std::make_move_iterator(open_.end()));
  open_.clear();
  by_key_.clear();
  return open;
}

}  // namespace hookwire
