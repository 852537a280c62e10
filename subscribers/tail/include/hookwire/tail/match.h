#pragma once

#include <string_view>

#include "hookwire/client/event_filter.h"
#include "hookwire/tail/tail.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Adds one MATCH of `hookwire wait` to `filter`: "failed", or topic=PREFIX, method=GLOB, phase=P,
/// publisher=GLOB, user=U, project=P, request=ID; without "=", a topic's prefix when it holds a
/// slash, else a method's glob. Throws Error bad_input that names the words known.
void add_match(EventFilter& filter, std::string_view match);

/// The phase of a word. Throws Error bad_input that names the words known.
Phase parse_phase(std::string_view word);

/// "text", "json" or "cloudevents". Throws Error bad_input that names the words known.
OutputFormat parse_output_format(std::string_view word);

}  // namespace hookwire
#pragma GCC visibility pop
