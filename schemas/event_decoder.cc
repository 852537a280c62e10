#include "hookwire/schemas/event_decoder.h"

#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/topic.h"

#include "message_map.h"

namespace hookwire {

namespace {

namespace keys = body_keys;

void read_context(MessageMap& body, EventContext& context) {
  std::optional<MessageMap> map = body.map(keys::kContext);
  if (!map) return;
  map->read(keys::kRequestId, context.request_id);
  map->read(keys::kGlobalRequestId, context.global_request_id);
  map->read(keys::kUserId, context.user_id);
  map->read(keys::kProjectId, context.project_id);
  map->read(keys::kRoles, context.roles);
  map->read(keys::kRemoteAddress, context.remote_address);
  map->read(keys::kTraceparent, context.traceparent);
}

void read_error(MessageMap& body, std::optional<EventError>& error) {
  std::optional<MessageMap> map = body.map(keys::kError);
  if (!map) return;
  error.emplace();
  map->read(keys::kType, error->type);
  map->read(keys::kMessage, error->message);
}

void read_resource(MessageMap& body, std::optional<EventResource>& resource) {
  std::optional<MessageMap> map = body.map(keys::kResource);
  if (!map) return;
  resource.emplace();
  map->read(keys::kType, resource->type);
  map->read(keys::kId, resource->id);
}

void read_hooks(MessageMap& body, std::vector<EventHookRun>& hooks) {
  body.each(keys::kHooks, [&](MessageMap map) {
    EventHookRun run;
    map.require(keys::kName);
    map.read(keys::kName, run.name);
    map.read(keys::kPhase, run.phase);
    map.read(keys::kOutcome, run.outcome);
    map.read(keys::kLimit, run.limit);
    map.read(keys::kDurationNs, run.duration_ns);
    hooks.push_back(std::move(run));
  });
}

void read_body(MessageMap body, Event& event) {
  body.read(keys::kSchema, event.schema);
  body.read(keys::kPublisher, event.publisher);
  body.read(keys::kCallId, event.call_id);
  body.read(keys::kMethod, event.method);
  body.read(keys::kOutcome, event.outcome);
  body.read(keys::kDurationNs, event.duration_ns);
  read_context(body, event.context);
  read_resource(body, event.resource);
  body.read(keys::kArgs, event.args);
  body.read(keys::kResult, event.result);
  read_error(body, event.error);
  read_hooks(body, event.hooks);
  body.read(keys::kTick, event.tick);
  body.read(keys::kPart, event.part);
  body.read(keys::kParts, event.parts);
  body.read(keys::kData, event.data);
}

DecodedEvent fault(std::string text) {
  return {.event = std::nullopt, .fault = std::move(text)};
}

}  // namespace

DecodedEvent decode_event(const RecordView& record, const DecodeLimits& limits) {
  const std::optional<Phase> phase = phase_of(record.kind);
  if (!phase) return fault("the record's kind " + std::to_string(record.kind) + " is no phase");
  const std::optional<TopicParts> topic = parse_topic(record.topic);
  if (!topic) return fault("the record's topic is not <phase>/<method>/<publisher>");
  if (topic->phase != *phase) {
    return fault("the record's topic says " + std::string(to_string(topic->phase)) +
                 ", its kind says " + std::string(to_string(*phase)));
  }

  const MessageTree tree(record.body, limits);
  if (!tree.fault().empty()) return fault("body, " + tree.fault());
  MessageFault found;
  DecodedEvent decoded;
  Event& event = decoded.event.emplace();
  read_body(MessageMap(tree, 0, "", found), event);
  if (found.found()) return fault("body, " + found.text);

  event.identity = record.identity();
  event.time_ns = record.time_ns;
  event.phase = *phase;
  event.flags = record.flags;
  event.topic = record.topic;
  if (event.method.empty()) event.method = topic->method;
  return decoded;
}

}  // namespace hookwire
