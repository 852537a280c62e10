#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "hookwire/journal/journal_writer.h"
#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/phase.h"

namespace hookwire::testing {

/// What a test's event says.
struct EventSketch {
  Phase phase = Phase::post;
  std::string method = "create_share";
  std::string call_id = "c-1";
  std::string user = "alice";
  std::int64_t time_ns = 0;
};

/// Appends the event to a journal; returns its sequence.
inline std::uint64_t append_event(JournalWriter& writer, const EventSketch& sketch) {
  std::array<std::byte, 4096> room{};
  BodyWriter body(room);
  body.begin_map(4);
  visit_entry("publisher", "nas01@gold", body);
  visit_entry("call_id", sketch.call_id, body);
  visit_entry("method", sketch.method, body);
  body.key("context");
  body.begin_map(1);
  visit_entry("user_id", sketch.user, body);
  const std::string topic =
      std::string(to_string(sketch.phase)) + "/" + sketch.method + "/nas01@gold";
  return writer.append({.kind = static_cast<std::uint8_t>(sketch.phase),
                        .topic = topic,
                        .body = body.written(),
                        .time_ns = sketch.time_ns});
}

}  // namespace hookwire::testing
