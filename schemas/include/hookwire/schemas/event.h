#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hookwire/base/value.h"
#include "hookwire/record/record.h"
#include "hookwire/schemas/phase.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Who asked for the call. Empty fields were not given.
struct EventContext {
  std::string request_id{};
  std::string global_request_id{};
  std::string user_id{};
  std::string project_id{};
  std::vector<std::string> roles{};
  std::string remote_address{};
  std::string traceparent{};

  bool empty() const noexcept;
};

struct EventError {
  std::string type{};
  std::string message{};
};

struct EventResource {
  std::string type{};
  std::string id{};
};

/// That one hook ran in the call. Words as of HookPhase and HookOutcome.
struct EventHookRun {
  std::string name{};
  std::string phase{};
  std::string outcome{};
  std::string limit{};  ///< That it met: time_budget, call_time_budget or breaker.
  std::optional<std::int64_t> duration_ns{};
};

/// An event as a subscriber sees it: a record, decoded. Absent fields are empty. A plain aggregate.
struct Event {
  RecordIdentity identity{};
  std::int64_t time_ns = 0;
  Phase phase = Phase::system;
  std::uint8_t flags = 0;
  std::string topic{};

  std::string publisher{};
  std::string method{};
  std::string call_id{};
  EventContext context{};
  std::optional<Value> args{};
  std::optional<Value> result{};
  std::optional<EventError> error{};
  std::string outcome{};  ///< "success", "failure", "vetoed", "aborted" or empty.
  std::optional<std::int64_t> duration_ns{};
  std::vector<EventHookRun> hooks{};
  std::optional<EventResource> resource{};
  std::optional<std::uint64_t> tick{};
  std::optional<std::uint64_t> part{};  ///< From 1.
  std::optional<std::uint64_t> parts{};
  std::optional<Value> data{};
  std::uint64_t schema = 1;
};

}  // namespace hookwire
#pragma GCC visibility pop
