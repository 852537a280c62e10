#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/value.h"
#include "hookwire/schemas/event_decoder.h"

namespace hookwire {

/// One MessagePack value of a MessageTree.
struct MessageNode {
  enum class Kind : std::uint8_t {
    null,
    boolean,
    unsigned_integer,  ///< Every integer that is not negative, however it was encoded.
    integer,           ///< Negative.
    real,
    string,
    bytes,
    list,
    map,
  };
  Kind kind = Kind::null;
  std::uint32_t size = 0;  ///< Bytes of a string or bytes, values of a list, entries of a map.
  std::uint32_t end = 0;   ///< Index of the node behind this one and all within it.
  std::uint64_t bits = 0;  ///< A number's bits; where the text of a string or bytes begins.
};

/// The word for a kind with its article: "a string". Never throws.
std::string_view to_string(MessageNode::Kind kind) noexcept;

/// Untrusted MessagePack, checked as a whole and laid out flat: each list is followed by its
/// values, each map by its keys and values in turn. Copies no text: the bytes must outlive it.
/// Memory: 24 bytes a value, and no more values than there are bytes. Immutable.
class MessageTree {
 public:
  /// Looks at the first value in `bytes`, which must be all there is. Keys must be strings, strings
  /// must be UTF-8, and extension types are not taken.
  MessageTree(std::span<const std::byte> bytes, const DecodeLimits& limits);

  /// What is wrong, beginning with the byte's offset; empty when all is well. Only then may nodes
  /// be looked at.
  const std::string& fault() const noexcept { return fault_; }

  /// The root has index 0.
  const MessageNode& operator[](std::size_t at) const noexcept { return nodes_[at]; }
  /// The text of a string, or the bytes of bytes.
  std::string_view text(std::size_t at) const noexcept;
  /// A copy of the value and all within it.
  Value value(std::size_t at) const;

 private:
  std::string_view bytes_;
  std::vector<MessageNode> nodes_;
  std::string fault_;
};

}  // namespace hookwire
