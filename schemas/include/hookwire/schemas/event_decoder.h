#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hookwire/schemas/event.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What a body may hold; checked before anything is allocated.
struct DecodeLimits {
  std::size_t depth = 32;        ///< Lists and maps within each other.
  std::size_t elements = 16384;  ///< Values in all, keys included.
};

/// A decoded event, or what is wrong with the record. Exactly one is set.
struct DecodedEvent {
  std::optional<Event> event{};
  std::string fault{};  ///< A sentence that names the byte offset; empty when there is an event.
};

/// Decodes a record that decode_record accepted; its topic and body may still be anybody's bytes.
/// Faults are: a kind that is no phase, a topic of another form or of another phase than the kind;
/// a body that is not a map, ends early or late, or exceeds `limits`; a known key twice or of the
/// wrong type; and anywhere in the body invalid UTF-8 in a string, a key that is not a string, or
/// an extension type. Unknown keys are ignored. A system event whose body names no method has its
/// topic's. Throws nothing but std::bad_alloc. Allocates in proportion to body.size() at most.
DecodedEvent decode_event(const RecordView& record, const DecodeLimits& limits = {});

/// The string under `key` in the outermost map of a body, without decoding the rest. Nothing when
/// there is none or the body is malformed before it. Never throws, never allocates.
std::optional<std::string_view> peek_string(std::span<const std::byte> body,
                                            std::string_view key) noexcept;

}  // namespace hookwire
#pragma GCC visibility pop
