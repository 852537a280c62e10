#include "hookwire/format/event_json.h"

#include <array>
#include <cstdio>
#include <string_view>

#include "hookwire/format/time_text.h"
#include "hookwire/schemas/json.h"
#include "hookwire/schemas/phase.h"

namespace hookwire {
namespace {

std::string journal_text(std::uint64_t journal_id) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(journal_id));
  return text.data();
}

/// Writes one map whose entries come one by one. JSON does not ask for their count beforehand.
class Fields {
 public:
  explicit Fields(ValueVisitor& visitor) : visitor_(visitor) { visitor_.begin_map(0); }
  ~Fields() { visitor_.end_map(); }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  template <Visitable T>
  void always(std::string_view key, const T& value) {
    visit_entry(key, value, visitor_);
  }
  void unless_empty(std::string_view key, const std::string& value) {
    if (!value.empty()) visit_entry(key, value, visitor_);
  }
  template <Visitable T>
  void if_there(std::string_view key, const std::optional<T>& value) {
    if (value) visit_entry(key, *value, visitor_);
  }

 private:
  ValueVisitor& visitor_;
};

void visit_context(const EventContext& context, ValueVisitor& visitor) {
  visitor.key("context");
  Fields fields(visitor);
  fields.unless_empty("request_id", context.request_id);
  fields.unless_empty("global_request_id", context.global_request_id);
  fields.unless_empty("user_id", context.user_id);
  fields.unless_empty("project_id", context.project_id);
  if (!context.roles.empty()) fields.always("roles", context.roles);
  fields.unless_empty("remote_address", context.remote_address);
  fields.unless_empty("traceparent", context.traceparent);
}

void visit_hooks(const std::vector<EventHookRun>& hooks, ValueVisitor& visitor) {
  visitor.key("hooks");
  visitor.begin_list(hooks.size());
  for (const EventHookRun& hook : hooks) {
    Fields fields(visitor);
    fields.always("name", hook.name);
    fields.always("phase", hook.phase);
    fields.always("outcome", hook.outcome);
    fields.unless_empty("limit", hook.limit);
    fields.if_there("duration_ns", hook.duration_ns);
  }
  visitor.end_list();
}

}  // namespace

void visit_event(const Event& event, ValueVisitor& visitor) {
  Fields fields(visitor);
  fields.always("publisher", event.publisher);
  fields.always("journal", journal_text(event.identity.journal_id));
  fields.always("epoch", event.identity.epoch);
  fields.always("seq", event.identity.sequence);
  fields.always("time", utc_time_text(event.time_ns));
  fields.always("phase", to_string(event.phase));
  fields.unless_empty("method", event.method);
  fields.unless_empty("call_id", event.call_id);
  if (!event.context.empty()) visit_context(event.context, visitor);
  fields.if_there("args", event.args);
  fields.if_there("result", event.result);
  if (event.error) {
    visitor.key("error");
    Fields error(visitor);
    error.always("type", event.error->type);
    error.always("message", event.error->message);
  }
  fields.unless_empty("outcome", event.outcome);
  fields.if_there("duration_ns", event.duration_ns);
  if (!event.hooks.empty()) visit_hooks(event.hooks, visitor);
  if (event.resource) {
    visitor.key("resource");
    Fields resource(visitor);
    resource.always("type", event.resource->type);
    resource.always("id", event.resource->id);
  }
  fields.if_there("tick", event.tick);
  fields.if_there("part", event.part);
  fields.if_there("parts", event.parts);
  fields.if_there("data", event.data);
  fields.always("topic", event.topic);
}

std::string to_json(const Event& event) {
  JsonWriter writer;
  visit_event(event, writer);
  return writer.take();
}

std::string to_json(const EventGap& gap) {
  JsonWriter writer;
  {
    Fields outer(writer);
    writer.key("gap");
    Fields fields(writer);
    fields.always("publisher", gap.publisher);
    fields.always("journal", journal_text(gap.journal_id));
    fields.always("epoch", gap.epoch);
    fields.always("first", gap.first);
    fields.always("last", gap.last);
    fields.always("reason", gap.reason);
  }
  return writer.take();
}

std::string call_to_json(const Event* pre, const Event* terminal) {
  JsonWriter writer;
  {
    Fields outer(writer);
    writer.key("call");
    Fields fields(writer);
    if (pre != nullptr) {
      writer.key("pre");
      visit_event(*pre, writer);
    }
    if (terminal != nullptr) {
      writer.key("terminal");
      visit_event(*terminal, writer);
    }
  }
  return writer.take();
}

}  // namespace hookwire
