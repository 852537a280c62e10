#include "message_tree.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

#include "hookwire/schemas/utf8.h"

namespace hookwire {

namespace {

using Kind = MessageNode::Kind;

// Sees what msgpack-c's parser finds and refuses before anything is kept for it. The parser's own
// stack grows by one at each start_array and start_map that is not refused, so `depth` bounds it.
class TreeBuilder final : public msgpack::null_visitor {
 public:
  TreeBuilder(std::string_view bytes, const DecodeLimits& limits, std::vector<MessageNode>& nodes)
      : bytes_(bytes), limits_(limits), nodes_(nodes) {}

  bool visit_nil() { return add(Kind::null, 0, 0); }
  bool visit_boolean(bool value) { return add(Kind::boolean, 0, value ? 1 : 0); }
  bool visit_positive_integer(std::uint64_t value) { return add(Kind::unsigned_integer, 0, value); }
  bool visit_negative_integer(std::int64_t value) {  // also called for 5 encoded as int 8
    return add(value < 0 ? Kind::integer : Kind::unsigned_integer, 0,
               std::bit_cast<std::uint64_t>(value));
  }
  bool visit_float32(float value) { return visit_float64(static_cast<double>(value)); }
  bool visit_float64(double value) {
    return add(Kind::real, 0, std::bit_cast<std::uint64_t>(value));
  }
  bool visit_str(const char* text, std::uint32_t size) {
    if (!is_utf8({text, size})) return refuse("a string is not UTF-8");
    return add_text(Kind::string, text, size);
  }
  bool visit_bin(const char* text, std::uint32_t size) { return add_text(Kind::bytes, text, size); }
  bool visit_ext(const char* /*text*/, std::uint32_t /*size*/) {
    return refuse("an extension type, which is not used here");
  }

  bool start_array(std::uint32_t count) { return open(Kind::list, count, count); }
  bool end_array() { return close(); }
  bool start_map(std::uint32_t count) { return open(Kind::map, count, 2 * std::uint64_t{count}); }
  bool end_map() { return close(); }
  bool start_map_key() {
    key_due_ = true;
    return true;
  }

  void parse_error(std::size_t /*parsed*/, std::size_t /*offset*/) {
    fault_ = "no value begins like this";
  }
  void insufficient_bytes(std::size_t /*parsed*/, std::size_t /*offset*/) {
    fault_ = "the bytes end within a value";
  }

  const std::string& fault() const { return fault_; }

 private:
  bool add(Kind kind, std::uint32_t size, std::uint64_t bits) {
    if (key_due_ && kind != Kind::string) return refuse("a key that is not a string");
    key_due_ = false;
    const auto next = static_cast<std::uint32_t>(nodes_.size() + 1);
    nodes_.push_back({.kind = kind, .size = size, .end = next, .bits = bits});
    return true;
  }

  bool add_text(Kind kind, const char* text, std::uint32_t size) {
    text_bytes_ += size;
    // msgpack-c passes a place outside for an empty text.
    return add(kind, size, size == 0 ? 0 : static_cast<std::uint64_t>(text - bytes_.data()));
  }

  bool open(Kind kind, std::uint32_t count, std::uint64_t values) {
    if (depth_ == limits_.depth) {
      return refuse("nests deeper than " + std::to_string(limits_.depth) + " levels");
    }
    declared_ += values;
    // A value takes a byte at least, so this many cannot follow.
    if (declared_ > bytes_.size() - text_bytes_) {
      return refuse("declares " + std::to_string(values) + " values, more than bytes are left");
    }
    if (declared_ > limits_.elements) {
      return refuse("more than " + std::to_string(limits_.elements) + " values in all");
    }
    if (!add(kind, count, 0)) return false;
    // While a list or map is open, its `end` is the index of the one around it.
    nodes_.back().end = std::exchange(open_, static_cast<std::uint32_t>(nodes_.size() - 1));
    ++depth_;
    return true;
  }

  bool close() {
    MessageNode& node = nodes_[open_];
    open_ = std::exchange(node.end, static_cast<std::uint32_t>(nodes_.size()));
    --depth_;
    return true;
  }

  bool refuse(std::string fault) {
    fault_ = std::move(fault);
    return false;
  }

  std::string_view bytes_;
  const DecodeLimits& limits_;
  std::vector<MessageNode>& nodes_;
  std::string fault_;
  std::size_t depth_ = 0;
  std::uint64_t declared_ = 1;
  std::uint64_t text_bytes_ = 0;
  std::uint32_t open_ = 0;
  bool key_due_ = false;
};

}  // namespace

std::string_view to_string(MessageNode::Kind kind) noexcept {
  switch (kind) {
    case Kind::null:
      return "nil";
    case Kind::boolean:
      return "a boolean";
    case Kind::unsigned_integer:
      return "an unsigned integer";
    case Kind::integer:
      return "a negative integer";
    case Kind::real:
      return "a float";
    case Kind::string:
      return "a string";
    case Kind::bytes:
      return "binary";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return "unknown";
}

MessageTree::MessageTree(std::span<const std::byte> bytes, const DecodeLimits& limits)
    : bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {
  nodes_.reserve(std::min({std::size_t{64}, bytes.size(), limits.elements}));
  TreeBuilder builder(bytes_, limits, nodes_);
  std::size_t offset = 0;
  const bool whole = msgpack::parse(bytes_.data(), bytes_.size(), offset, builder);
  const char* trailing = whole && offset < bytes_.size() ? "bytes behind the end" : nullptr;
  if (!whole || trailing != nullptr) {
    fault_ = "byte " + std::to_string(offset) + ": " +
             (trailing != nullptr ? std::string(trailing) : builder.fault());
  }
}

std::string_view MessageTree::text(std::size_t at) const noexcept {
  return bytes_.substr(nodes_[at].bits, nodes_[at].size);
}

Value MessageTree::value(std::size_t at) const {
  const MessageNode& node = nodes_[at];
  switch (node.kind) {
    case Kind::null:
      return {};
    case Kind::boolean:
      return node.bits != 0;
    case Kind::unsigned_integer:
      return node.bits;
    case Kind::integer:
      return std::bit_cast<std::int64_t>(node.bits);
    case Kind::real:
      return std::bit_cast<double>(node.bits);
    case Kind::string:
      return text(at);
    case Kind::bytes: {
      const auto bytes = std::as_bytes(std::span(text(at)));
      return Value::Bytes(bytes.begin(), bytes.end());
    }
    case Kind::list: {
      Value::List list;
      list.reserve(node.size);
      for (std::size_t i = at + 1; i < node.end; i = nodes_[i].end) list.push_back(value(i));
      return list;
    }
    case Kind::map: {
      Value::Map map;
      map.reserve(node.size);
      for (std::size_t i = at + 1; i < node.end; i = nodes_[i + 1].end) {
        map.emplace_back(text(i), value(i + 1));
      }
      return map;
    }
  }
  return {};
}

}  // namespace hookwire
