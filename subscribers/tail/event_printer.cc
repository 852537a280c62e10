#include "event_printer.h"

#include <utility>

#include "hookwire/format/cloud_event.h"
#include "hookwire/format/event_json.h"
#include "hookwire/format/event_text.h"

namespace hookwire {

int EventPrinter::event(Event event) {
  const bool terminal = event.phase == Phase::post || event.phase == Phase::failure;
  const bool pairs = options_.calls || options_.format == OutputFormat::cloudevents;
  const bool begins = pairs && event.phase == Phase::pre;
  if (begins && options_.calls) return keep(std::move(event));

  const std::optional<Event> pre = pairs && terminal ? pairs_.end(event) : std::nullopt;
  const bool wanted = filter_.matches(event);
  if (wanted && options_.calls && terminal) {
    call(pre ? &*pre : nullptr, &event);
  } else if (wanted && options_.format == OutputFormat::cloudevents) {
    line(to_cloud_event(event, pre ? std::optional(pre->identity.sequence) : std::nullopt));
  } else if (wanted) {
    line(options_.format == OutputFormat::json ? to_json(event) : to_text(event, options_.text));
  }
  if (begins) pairs_.begin(std::move(event));
  return wanted ? 1 : 0;
}

int EventPrinter::keep(Event pre) {
  const std::optional<Event> oldest = pairs_.begin(std::move(pre));
  if (!oldest || !filter_.matches(*oldest)) return 0;
  call(&*oldest, nullptr);
  return 1;
}

void EventPrinter::call(const Event* pre, const Event* terminal) {
  line(options_.format == OutputFormat::json ? call_to_json(pre, terminal)
                                             : call_to_text(pre, terminal, options_.text));
}

void EventPrinter::gap(const EventGap& gap) {
  line(options_.format == OutputFormat::text ? to_text(gap, options_.text) : to_json(gap));
}

int EventPrinter::finish() {
  int lines = 0;
  if (options_.calls) {
    for (const Event& pre : pairs_.take_open()) {
      if (!filter_.matches(pre)) continue;
      call(&pre, nullptr);
      ++lines;
    }
  }
  return lines;
}

}  // namespace hookwire
