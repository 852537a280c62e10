#include "hookwire/publisher/call_value.h"

#include <algorithm>
#include <array>

#include "hookwire/base/type_name.h"
#include "hookwire/publisher/publish_policy.h"
#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/utf8.h"

#include "guarded_visitor.h"
#include "redacted_value.h"

namespace hookwire {

namespace {

namespace keys = body_keys;

Value text(std::string_view value) {
  return is_utf8(value) ? Value(value) : Value(kUnreadable);
}

const Redaction& redaction_of(const Call& call) {
  static const Redaction plain;
  return call.redaction() == nullptr ? plain : *call.redaction();
}

Value context_value(const Context& context, const RedactedCall& redacted) {
  struct Field {
    std::string_view key;
    std::string Context::*member;
  };
  constexpr std::array kFields{Field{keys::kRequestId, &Context::request_id},
                               Field{keys::kGlobalRequestId, &Context::global_request_id},
                               Field{keys::kUserId, &Context::user_id},
                               Field{keys::kProjectId, &Context::project_id},
                               Field{keys::kRemoteAddress, &Context::remote_address},
                               Field{keys::kTraceparent, &Context::traceparent}};
  Value::Map entries;
  for (const Field& field : kFields) {
    const std::string& value = context.*field.member;
    if (!value.empty()) entries.emplace_back(field.key, text(redacted.text(value)));
  }
  if (!context.roles.empty()) {
    Value::List roles;
    for (const std::string& role : context.roles) roles.push_back(text(redacted.text(role)));
    entries.emplace_back(keys::kRoles, std::move(roles));
  }
  return entries;
}

void add_resource(const Call& call, const RedactedCall& redacted, Value::Map& event) {
  const ResourceDescriptor& resource = call.descriptor().resource;
  const Argument* argument = resource.type.empty() ? nullptr : call.find(resource.argument);
  if (argument == nullptr) return;
  event.emplace_back(
      keys::kResource,
      Value::Map{{std::string(keys::kType), resource.type},
                 {std::string(keys::kId), redacted.value(argument->value, argument->name)}});
}

void add_args(const Call& call, const RedactedCall& redacted, Value::Map& event) {
  if (call.arguments().empty()) return;
  Value::Map args;
  for (const Argument& argument : call.arguments()) {
    args.emplace_back(argument.name, redacted.value(argument.value, argument.name));
  }
  event.emplace_back(keys::kArgs, std::move(args));
}

void add_end(std::string_view outcome, std::int64_t duration_ns, Value::Map& event) {
  event.emplace_back(keys::kOutcome, outcome);
  if (duration_ns >= 0) event.emplace_back(keys::kDurationNs, duration_ns);
}

void add_failure(const Failure& failure, const RedactedCall& redacted, Value::Map& event) {
  const bool vetoed = failure.reason == Failure::Reason::vetoed;
  add_end(vetoed ? "vetoed" : "failure", failure.duration_ns, event);
  const ErrorText error = describe_exception(failure.error);
  event.emplace_back(keys::kError,
                     Value::Map{{std::string(keys::kType), text(error.type)},
                                {std::string(keys::kMessage), text(redacted.text(error.message))}});
}

Value::Map begin(std::string_view publisher, HookPhase phase) {
  return {{std::string(keys::kSchema), 1U},
          {std::string(keys::kPublisher), publisher},
          {std::string(keys::kPhase), to_string(phase)}};
}

}  // namespace

Value call_value(std::string_view publisher, HookPhase phase, const Call& call,
                 const Outcome* outcome, const Failure* failure) {
  Value::Map event = begin(publisher, phase);
  event.emplace_back(keys::kMethod, call.method());
  const RedactedCall redacted(call, outcome, redaction_of(call));
  Value context = context_value(call.context(), redacted);
  if (!context.map()->empty()) event.emplace_back(keys::kContext, std::move(context));
  add_resource(call, redacted, event);
  add_args(call, redacted, event);
  if (outcome != nullptr) {
    add_end("success", outcome->duration_ns(), event);
    if (outcome->has_result()) {
      event.emplace_back(keys::kResult, redacted.value(outcome->value(), keys::kResult));
    }
  }
  if (failure != nullptr) add_failure(*failure, redacted, event);
  return event;
}

bool shows_whole_result(const Call& call, const Outcome& outcome) {
  const ValueRef result = outcome.value();
  return RedactedCall(call, &outcome, redaction_of(call)).value(result, keys::kResult) ==
         redacted_value(result, keys::kResult, Redaction());
}

Value periodic_value(std::string_view publisher, const PeriodicData& data,
                     const Redaction& redaction) {
  Value::Map event = begin(publisher, HookPhase::periodic);
  event.emplace_back(keys::kTick, data.tick);
  event.emplace_back(keys::kData, redacted_value(data.data, keys::kResult, redaction));
  return event;
}

Names periodic_secrets(std::span<const MethodDescriptor* const> methods) {
  for (const MethodDescriptor* method : methods) {
    if (method->name == kPeriodicMethod) return method->secrets;
  }
  return {};
}

}  // namespace hookwire
