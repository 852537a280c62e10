#include "hookwire/format/event_text.h"

#include <chrono>

#include "hookwire/format/printable.h"
#include "hookwire/format/time_text.h"
#include "hookwire/schemas/phase.h"

#include "text_fields.h"

namespace hookwire {
namespace {

constexpr std::size_t kPhaseWidth = 8;
constexpr std::size_t kMethodWidth = 21;

Tone tone_of(Phase phase) {
  switch (phase) {
    case Phase::pre:
      return Tone::faint;
    case Phase::post:
      return Tone::good;
    case Phase::failure:
      return Tone::bad;
    case Phase::periodic:
    case Phase::system:
      break;
  }
  return Tone::notice;
}

std::string duration_of(const Event& event) {
  return event.duration_ns ? duration_text(std::chrono::nanoseconds(*event.duration_ns))
                           : std::string();
}

void add_publisher(TextLine& line, const std::string& publisher, const TextOptions& options) {
  if (options.publisher) line.add(printable(publisher, 24));
}

void add_end(TextLine& line, const Event& event) {
  const bool failed = event.phase == Phase::failure;
  line.add(printable(event.outcome, 16), 0, failed ? Tone::bad : Tone::good);
  line.add(duration_of(event));
  line.add(error_text(event), 0, Tone::bad);
}

}  // namespace

std::string to_text(const Event& event, const TextOptions& options) {
  TextLine line(options.colour);
  line.add(short_time_text(event.time_ns, options.utc));
  add_publisher(line, event.publisher, options);
  line.add(to_string(event.phase), kPhaseWidth, tone_of(event.phase));
  line.add(what_text(event), kMethodWidth);
  line.add(part_text(event));
  line.add(resource_text(event));
  line.add(who_text(event));
  add_end(line, event);
  line.add(data_text(event), 0, Tone::faint);
  return line.take();
}

std::string to_text(const EventGap& gap, const TextOptions& options) {
  TextLine line(options.colour);
  line.add("gap", 0, Tone::bad);
  line.add(printable(gap.publisher, 64) + ": events " + std::to_string(gap.first) + ".." +
           std::to_string(gap.last) + " of epoch " + std::to_string(gap.epoch) +
           " are missing: " + printable(gap.reason, 160));
  return line.take();
}

std::string call_to_text(const Event* pre, const Event* terminal, const TextOptions& options) {
  const Event& known = pre != nullptr ? *pre : *terminal;
  TextLine line(options.colour);
  line.add(short_time_text(known.time_ns, options.utc));
  add_publisher(line, known.publisher, options);
  line.add(what_text(known), kMethodWidth);
  line.add(resource_text(known));
  line.add(who_text(known));
  if (terminal == nullptr) {
    line.add("(not ended)", 0, Tone::faint);
  } else {
    add_end(line, *terminal);
    if (pre == nullptr) line.add("(began before)", 0, Tone::faint);
  }
  return line.take();
}

}  // namespace hookwire
