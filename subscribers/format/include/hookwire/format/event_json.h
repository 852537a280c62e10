#pragma once

#include <optional>
#include <string>

#include "hookwire/base/value_visitor.h"
#include "hookwire/format/event_gap.h"
#include "hookwire/schemas/event.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// One event as one line of JSON: publisher, journal (16 hex digits), epoch, seq, time (RFC 3339
/// UTC, nanoseconds), phase, method, call_id, context, args, result, error, outcome, duration_ns,
/// hooks, resource, tick, part, parts, data, topic; what is absent is left out. Values as
/// JsonWriter writes them. The field names are a contract with scripts.
std::string to_json(const Event& event);

/// {"gap":{"publisher":..,"journal":..,"epoch":..,"first":..,"last":..,"reason":..}}
std::string to_json(const EventGap& gap);

/// {"call":{"pre":..,"terminal":..}}: the events of one call, as to_json shows them; one that is
/// not known is left out.
std::string call_to_json(const Event* pre, const Event* terminal);

/// Shows the event's fields to `visitor` as one map: what to_json writes.
void visit_event(const Event& event, ValueVisitor& visitor);

}  // namespace hookwire
#pragma GCC visibility pop
