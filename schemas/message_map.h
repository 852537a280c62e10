#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/function_ref.h"
#include "hookwire/base/value.h"

#include "message_tree.h"

namespace hookwire {

/// The first thing found wrong with a message's fields.
struct MessageFault {
  std::string text;           ///< A sentence that names field and offset; empty: nothing is wrong.
  bool out_of_range = false;  ///< Of the right type, but not a value that is allowed.

  bool found() const noexcept { return !text.empty(); }
};

/// A map of a MessageTree, read field by field. A field that is absent leaves its target as it is.
/// What is wrong goes to the fault that all maps of a message share; the first one stays.
/// Thread-compatible.
class MessageMap {
 public:
  /// `name` stands before the fields' names in faults; empty for the outermost map. A fault when
  /// the node is not a map; it then reads as empty.
  MessageMap(const MessageTree& tree, std::size_t at, std::string_view name, MessageFault& fault);

  bool has(std::string_view key) { return find(key).has_value(); }
  /// A fault when there is no such field.
  void require(std::string_view key);

  void read(std::string_view key, std::string& into);
  void read(std::string_view key, std::uint64_t& into);
  void read(std::string_view key, std::uint32_t& into);
  void read(std::string_view key, std::int64_t& into);
  void read(std::string_view key, Value& into);
  void read(std::string_view key, std::vector<std::string>& into);
  template <class T>
  void read(std::string_view key, std::optional<T>& into) {
    if (has(key)) read(key, into.emplace());
  }

  /// The map under `key`.
  std::optional<MessageMap> map(std::string_view key);
  /// Calls `see` with each map of the list under `key`, until something is wrong.
  void each(std::string_view key, FunctionRef<void(MessageMap)> see);

  /// Notes that the field's value is not allowed: "byte 9: open.credit_bytes is 1, <allowed>".
  void refuse(std::string_view key, const std::string& is, std::string_view allowed);

 private:
  std::optional<std::size_t> find(std::string_view key);
  std::optional<std::size_t> find(std::string_view key, MessageNode::Kind kind);
  void wrong_kind(std::size_t value, std::string_view path, MessageNode::Kind expected);
  void note(std::size_t at_byte, const std::string& text);
  std::string path(std::string_view key) const;

  const MessageTree* tree_;
  std::size_t begin_;  // the first key
  std::size_t end_;
  std::string_view name_;
  std::size_t at_byte_ = 0;  // the key found last
  MessageFault* fault_;
};

}  // namespace hookwire
