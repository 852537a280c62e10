#pragma once

#include "hookwire/schemas/event.h"

#include "schemas/pack.h"

namespace hookwire::testing {

/// Puts `value` under `key` unless it is empty, as a body leaves out what is empty.
inline void put(Value::Map& map, std::string_view key, const std::string& value) {
  if (!value.empty()) map.emplace_back(key, value);
}
template <class T>
void put(Value::Map& map, std::string_view key, const std::optional<T>& value) {
  if (value) map.emplace_back(key, *value);
}

inline Value::Map context_map(const EventContext& context) {
  Value::Map map;
  put(map, "request_id", context.request_id);
  put(map, "global_request_id", context.global_request_id);
  put(map, "user_id", context.user_id);
  put(map, "project_id", context.project_id);
  if (!context.roles.empty()) {
    map.emplace_back("roles", Value::List(context.roles.begin(), context.roles.end()));
  }
  put(map, "remote_address", context.remote_address);
  put(map, "traceparent", context.traceparent);
  return map;
}

/// What the body of an event holds, in wire order.
inline Value::Map body_map(const Event& event) {
  Value::Map body;
  body.emplace_back("schema", event.schema);
  put(body, "publisher", event.publisher);
  put(body, "call_id", event.call_id);
  put(body, "method", event.method);
  put(body, "outcome", event.outcome);
  put(body, "duration_ns", event.duration_ns);
  if (!event.context.empty()) body.emplace_back("context", context_map(event.context));
  if (event.resource) {
    body.emplace_back("resource",
                      Value::Map{{"type", event.resource->type}, {"id", event.resource->id}});
  }
  put(body, "args", event.args);
  put(body, "result", event.result);
  if (event.error) {
    body.emplace_back("error",
                      Value::Map{{"type", event.error->type}, {"message", event.error->message}});
  }
  Value::List hooks;
  for (const EventHookRun& run : event.hooks) {
    Value::Map hook;
    put(hook, "name", run.name);
    put(hook, "phase", run.phase);
    put(hook, "outcome", run.outcome);
    put(hook, "limit", run.limit);
    put(hook, "duration_ns", run.duration_ns);
    hooks.emplace_back(std::move(hook));
  }
  if (!hooks.empty()) body.emplace_back("hooks", std::move(hooks));
  put(body, "tick", event.tick);
  put(body, "part", event.part);
  put(body, "parts", event.parts);
  put(body, "data", event.data);
  return body;
}

/// All of an event as a value, shaped as in the golden vectors.
inline Value describe(const Event& event) {
  Value::Map map{{"journal_id", event.identity.journal_id},
                 {"epoch", event.identity.epoch},
                 {"sequence", event.identity.sequence},
                 {"time_ns", event.time_ns},
                 {"flags", event.flags},
                 {"phase", to_string(event.phase)},
                 {"topic", event.topic}};
  for (auto& entry : body_map(event)) map.push_back(std::move(entry));
  return map;
}

/// An event in which every field is set.
inline Event full_event() {
  Event event;
  event.identity = {.journal_id = 0xFEDCBA9876543210, .epoch = 7, .sequence = 99};
  event.time_ns = 1'700'000'000'000'000'001;
  event.phase = Phase::post;
  event.flags = kFlagCut;
  event.topic = "post/create_share/nas01@gold";
  event.publisher = "nas01@gold";
  event.method = "create_share";
  event.call_id = "c-17";
  event.context = {.request_id = "req-1",
                   .global_request_id = "req-2",
                   .user_id = "alice",
                   .project_id = "research",
                   .roles = {"member", "reader"},
                   .remote_address = "192.0.2.1",
                   .traceparent = "00-1-2-01"};
  event.args = Value(Value::Map{{"size_gb", 10}, {"labels", Value::List{"a", nullptr, -3}}});
  event.result = Value(Value::List{1.5, true, "s-1"});
  event.error = EventError{.type = "Oops", .message = "it broke"};
  event.outcome = "success";
  event.duration_ns = -5;  // signed: a clock may be wrong
  event.hooks = {{.name = "quota", .phase = "pre", .outcome = "ok", .duration_ns = 900},
                 {.name = "log", .phase = "post", .outcome = "raised"},
                 {.name = "slow", .phase = "pre", .outcome = "skipped", .limit = "breaker"}};
  event.resource = EventResource{.type = "share", .id = "s-1"};
  event.tick = 300;
  event.part = 1;
  event.parts = 2;
  event.data = Value(Value::Map{{"used", 7u}});
  return event;
}

/// A record of `topic` around `body`, as decode_record would give it, without bytes of its own.
inline RecordView record_of(const Event& event, std::span<const std::byte> body) {
  return {.sequence = event.identity.sequence,
          .journal_id = event.identity.journal_id,
          .time_ns = event.time_ns,
          .epoch = event.identity.epoch,
          .kind = static_cast<std::uint8_t>(event.phase),
          .flags = event.flags,
          .topic = event.topic,
          .body = body,
          .bytes = {}};
}

}  // namespace hookwire::testing
