#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hookwire/schemas/event.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// The event as one line of JSON in CloudEvents 1.0 structured mode, its own fields (as to_json
/// shows them) in `data`. `pre_sequence` is the sequence of a terminal event's pre event, where it
/// is known. Extension attributes: sequence, authtype, authid, correlationid, causationid,
/// traceparent, partitionkey, and severitytext and severitynumber of failures.
/// Source: CloudEvents 1.0.2, JSON event format 1.0.2.
std::string to_cloud_event(const Event& event, std::optional<std::uint64_t> pre_sequence = {});

}  // namespace hookwire
#pragma GCC visibility pop
