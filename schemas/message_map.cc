#include "message_map.h"

#include <bit>
#include <limits>

namespace hookwire {

using Kind = MessageNode::Kind;

MessageMap::MessageMap(const MessageTree& tree, std::size_t at, std::string_view name,
                       MessageFault& fault)
    : tree_(&tree), begin_(at + 1), end_(at + 1), name_(name), fault_(&fault) {
  if (tree[at].kind == Kind::map) {
    end_ = tree[at].end;
  } else {
    wrong_kind(at, name.empty() ? "the whole" : name, Kind::map);
  }
}

std::optional<std::size_t> MessageMap::find(std::string_view key) {
  std::optional<std::size_t> found;
  for (std::size_t i = begin_; i < end_; i = (*tree_)[i + 1].end) {
    if (tree_->text(i) != key) continue;
    at_byte_ = (*tree_)[i].bits;
    if (found) note(at_byte_, path(key) + " stands twice");
    found = i + 1;
  }
  return found;
}

std::optional<std::size_t> MessageMap::find(std::string_view key, Kind kind) {
  const std::optional<std::size_t> value = find(key);
  if (!value || (*tree_)[*value].kind == kind) return value;
  wrong_kind(*value, path(key), kind);
  return std::nullopt;
}

void MessageMap::require(std::string_view key) {
  if (!has(key)) note(0, path(key) + " is missing");
}

void MessageMap::read(std::string_view key, std::string& into) {
  if (const auto value = find(key, Kind::string)) into = tree_->text(*value);
}

void MessageMap::read(std::string_view key, std::uint64_t& into) {
  if (const auto value = find(key, Kind::unsigned_integer)) into = (*tree_)[*value].bits;
}

void MessageMap::read(std::string_view key, std::uint32_t& into) {
  std::uint64_t number = into;
  read(key, number);
  if (number > std::numeric_limits<std::uint32_t>::max()) {
    return refuse(key, std::to_string(number), "at most 4294967295 is allowed");
  }
  into = static_cast<std::uint32_t>(number);
}

void MessageMap::read(std::string_view key, std::int64_t& into) {
  const std::optional<std::size_t> value = find(key);
  if (value && (*tree_)[*value].kind == Kind::integer) {
    into = std::bit_cast<std::int64_t>((*tree_)[*value].bits);
    return;
  }
  auto number = std::bit_cast<std::uint64_t>(into);
  read(key, number);
  if (value && number > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return refuse(key, std::to_string(number), "at most 9223372036854775807 is allowed");
  }
  into = std::bit_cast<std::int64_t>(number);
}

void MessageMap::read(std::string_view key, Value& into) {
  if (const auto value = find(key)) into = tree_->value(*value);
}

void MessageMap::read(std::string_view key, std::vector<std::string>& into) {
  const auto list = find(key, Kind::list);
  if (!list) return;
  into.reserve((*tree_)[*list].size);
  for (std::size_t i = *list + 1; i < (*tree_)[*list].end; i = (*tree_)[i].end) {
    if ((*tree_)[i].kind != Kind::string) {
      return wrong_kind(i, "a value in " + path(key), Kind::string);
    }
    into.emplace_back(tree_->text(i));
  }
}

std::optional<MessageMap> MessageMap::map(std::string_view key) {
  const auto value = find(key, Kind::map);
  if (!value) return std::nullopt;
  return MessageMap(*tree_, *value, key, *fault_);
}

void MessageMap::each(std::string_view key, FunctionRef<void(MessageMap)> see) {
  const auto list = find(key, Kind::list);
  if (!list) return;
  for (std::size_t i = *list + 1; i < (*tree_)[*list].end; i = (*tree_)[i].end) {
    see(MessageMap(*tree_, i, key, *fault_));
    if (fault_->found()) return;
  }
}

void MessageMap::refuse(std::string_view key, const std::string& is, std::string_view allowed) {
  if (fault_->found()) return;
  find(key);
  note(at_byte_, path(key) + " is " + is + ", " + std::string(allowed));
  fault_->out_of_range = true;
}

void MessageMap::wrong_kind(std::size_t value, std::string_view path, Kind expected) {
  note(at_byte_, std::string(path) + " is " + std::string(to_string((*tree_)[value].kind)) +
                     ", expected " + std::string(to_string(expected)));
}

void MessageMap::note(std::size_t at_byte, const std::string& text) {
  if (!fault_->found()) fault_->text = "byte " + std::to_string(at_byte) + ": " + text;
}

std::string MessageMap::path(std::string_view key) const {
  return name_.empty() ? std::string(key) : std::string(name_) + "." + std::string(key);
}

}  // namespace hookwire
