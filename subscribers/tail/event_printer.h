#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "hookwire/format/call_pairs.h"
#include "hookwire/format/event_gap.h"
#include "hookwire/schemas/event.h"
#include "hookwire/tail/tail.h"

namespace hookwire {

/// Prints events and gaps in one format, a line each. Confined to one thread.
class EventPrinter {
 public:
  EventPrinter(std::ostream& out, const PrintOptions& options, const EventFilter& filter)
      : out_(out), options_(options), filter_(filter) {}

  /// Prints the event if it matches; returns the lines printed. With calls, a pre event is kept
  /// until its call ends, and the filter is asked about the terminal event.
  int event(Event event);
  void gap(const EventGap& gap);
  /// Prints the calls that did not end; returns the lines printed.
  int finish();
  void flush() { out_.flush(); }
  bool good() const { return out_.good(); }

 private:
  int keep(Event pre);
  void line(const std::string& text) { out_ << text << '\n'; }
  void call(const Event* pre, const Event* terminal);

  std::ostream& out_;
  const PrintOptions& options_;
  const EventFilter& filter_;
  CallPairs pairs_;
};

}  // namespace hookwire
