#include "call_line.h"

#include <array>

#include "hookwire/base/error.h"
#include "hookwire/base/from_value.h"
#include "hookwire/schemas/json.h"

namespace hookwire {

namespace {

constexpr std::uint64_t kMaxTicks = 100'000;

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::bad_input, message);
}

void check_keys(const Value::Map& line, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : line) {
    bool found = false;
    std::string names;
    for (std::string_view name : known) {
      found = found || name == key;
      names += (names.empty() ? "'" : ", '") + std::string(name) + "'";
    }
    if (!found) refuse("unknown key '" + key + "': expected " + names);
  }
}

std::string text_of(const Value& line, std::string_view key) {
  const Value* value = line.find(key);
  if (value == nullptr) refuse("'" + std::string(key) + "' is missing");
  std::string text;
  from_value(*value, "'" + std::string(key) + "'", text);
  return text;
}

const Value::Map& map_of(const Value& value, std::string_view key) {
  if (value.map() == nullptr) {
    refuse("'" + std::string(key) + "' must be an object, found " + std::string(kind_of(value)));
  }
  return *value.map();
}

Context context_of(const Value& value) {
  struct Field {
    std::string_view name;
    std::string Context::*member;
  };
  constexpr std::array kFields{Field{"request_id", &Context::request_id},
                               Field{"global_request_id", &Context::global_request_id},
                               Field{"user_id", &Context::user_id},
                               Field{"project_id", &Context::project_id},
                               Field{"remote_address", &Context::remote_address},
                               Field{"traceparent", &Context::traceparent}};
  const Value::Map& entries = map_of(value, "context");
  check_keys(entries, {"request_id", "global_request_id", "user_id", "project_id", "roles",
                       "remote_address", "traceparent"});
  Context context;
  for (const Field& field : kFields) {
    if (const Value* entry = value.find(field.name)) {
      from_value(*entry, "context '" + std::string(field.name) + "'", context.*field.member);
    }
  }
  if (const Value* roles = value.find("roles")) {
    if (roles->list() == nullptr) refuse("context 'roles' must be a list of strings");
    for (const Value& role : *roles->list()) {
      from_value(role, "context 'roles'", context.roles.emplace_back());
    }
  }
  return context;
}

CallLine call_of(const Value& line) {
  check_keys(*line.map(), {"method", "args", "context"});
  CallLine call{.method = text_of(line, "method"), .args = {}, .context = {}};
  if (const Value* args = line.find("args")) call.args = map_of(*args, "args");
  if (const Value* context = line.find("context")) call.context = context_of(*context);
  return call;
}

SwitchLine switch_of(const Value& line, bool on) {
  check_keys(*line.map(), {"control", "hook", "phase"});
  const std::string phase = line.find("phase") == nullptr ? "all" : text_of(line, "phase");
  const bool all = phase == "all";
  SwitchLine change{.hook = text_of(line, "hook"),
                    .phases = {.pre = all || phase == "pre",
                               .post = all || phase == "post",
                               .periodic = all || phase == "periodic"},
                    .on = on};
  if (!change.phases.pre && !change.phases.post && !change.phases.periodic) {
    refuse("'phase' must be pre, post, periodic or all, found '" + phase + "'");
  }
  return change;
}

HostLine control_of(const Value& line) {
  const std::string control = text_of(line, "control");
  if (control == "tick") {
    check_keys(*line.map(), {"control", "count"});
    TickLine tick;
    if (const Value* count = line.find("count")) from_value(*count, "'count'", tick.count);
    if (tick.count < 1 || tick.count > kMaxTicks) {
      refuse("'count' must be 1 to " + std::to_string(kMaxTicks) + ", found " +
             std::to_string(tick.count));
    }
    return tick;
  }
  if (control == "hooks") {
    check_keys(*line.map(), {"control"});
    return HooksLine{};
  }
  if (control == "enable_hook") return switch_of(line, true);
  if (control == "disable_hook") return switch_of(line, false);
  refuse("unknown control '" + control + "': expected tick, hooks, enable_hook or disable_hook");
}

}  // namespace

HostLine parse_host_line(std::string_view line) {
  const Value value = parse_json(line);
  if (value.map() == nullptr) {
    refuse("a call must be an object like {\"method\":...,\"args\":{...}}, found " +
           std::string(kind_of(value)));
  }
  if (value.find("control") != nullptr) return control_of(value);
  if (value.find("method") != nullptr) return call_of(value);
  refuse("neither a 'method' nor a 'control' is given");
}

}  // namespace hookwire
