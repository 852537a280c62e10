#pragma once

#include <string>

#include "hookwire/format/event_gap.h"
#include "hookwire/schemas/event.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// How text for people looks.
struct TextOptions {
  bool utc = false;        ///< Else the machine's time zone.
  bool colour = false;     ///< ANSI colours.
  bool publisher = false;  ///< Names the publisher: for several in one output.
};

/// One event on one line, without the line's end: time, phase, method, resource, user and request,
/// outcome, duration, error; what is absent is left out, long fields are shortened. Whatever the
/// event holds is printable.
std::string to_text(const Event& event, const TextOptions& options);

/// One gap on one line.
std::string to_text(const EventGap& gap, const TextOptions& options);

/// A call's two events on one line; either may be null, not both: without its pre the call began
/// before what is shown, without its terminal it has not ended in what is shown.
std::string call_to_text(const Event* pre, const Event* terminal, const TextOptions& options);

}  // namespace hookwire
#pragma GCC visibility pop
