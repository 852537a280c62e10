#pragma once

#include "hookwire/schemas/event.h"

namespace hookwire::testing {

/// The call that the audit formats are described by, ended well.
inline Event sample_event() {
  Event event;
  event.identity = {.journal_id = 0x00a1b2c3d4e5f607, .epoch = 3, .sequence = 1042};
  event.time_ns = 1'795'421'483'123'456'789;
  event.phase = Phase::post;
  event.topic = "post/create_share_instance/nas01@gold";
  event.publisher = "nas01@gold";
  event.method = "create_share_instance";
  event.call_id = "c-9";
  event.context = {.request_id = "req-3f1c",
                   .global_request_id = "",
                   .user_id = "0a1b2c",
                   .project_id = "p-77",
                   .roles = {"member"},
                   .remote_address = "10.0.0.4",
                   .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
  event.args = Value(Value::Map{{"share_id", "s-1"}, {"size_gb", 1}});
  event.result = Value(Value::List{"10.0.0.9:/s-1"});
  event.outcome = "success";
  event.duration_ns = 182'443'117;
  event.hooks = {{.name = "quota", .phase = "pre", .outcome = "ok", .duration_ns = 900}};
  event.resource = EventResource{.type = "share", .id = "s-1"};
  return event;
}

inline Event sample_pre() {
  Event event = sample_event();
  event.identity.sequence = 1041;
  event.phase = Phase::pre;
  event.topic = "pre/create_share_instance/nas01@gold";
  event.time_ns -= 182'443'117;
  event.result.reset();
  event.outcome.clear();
  event.duration_ns.reset();
  event.hooks.clear();
  return event;
}

inline Event sample_failure() {
  Event event = sample_event();
  event.phase = Phase::failure;
  event.topic = "failure/create_share_instance/nas01@gold";
  event.result.reset();
  event.outcome = "failure";
  event.error = EventError{.type = "ShareNotFound", .message = "no such share"};
  return event;
}

}  // namespace hookwire::testing
