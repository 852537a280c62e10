#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hookwire/base/value.h"
#include "hookwire/schemas/event.h"

#include "event_encoder.h"
#include "periodic_parts.h"

namespace hookwire {

/// A call that has a `pre` event and will have no end of its own.
struct AbortedCall {
  std::string call_id;
  std::string method;
  std::optional<Event> pre;  ///< When it can still be read: its context, args and resource.
};

/// The body of the `failure` event, outcome `aborted`, that closes the call.
EncodedBody encode_aborted(std::span<std::byte> buffer, const EventEncoder& encoder,
                           const AbortedCall& call, std::string_view why);

/// The body of a `system` event. Throws Error bad_input when it does not fit `buffer`.
EncodedBody encode_system(std::span<std::byte> buffer, const EventEncoder& encoder,
                          std::string_view what, const Value& data, std::uint64_t part,
                          std::uint64_t parts);

/// The body of a `periodic` event; without data when `data` is null. Nothing when it does not fit
/// `buffer`.
std::optional<EncodedBody> encode_periodic(std::span<std::byte> buffer, const EventEncoder& encoder,
                                           std::uint64_t tick, const DataPart* data,
                                           std::uint64_t part, std::uint64_t parts);

}  // namespace hookwire
