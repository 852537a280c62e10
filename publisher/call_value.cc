#include "hookwire/publisher/call_value.h"

#include <algorithm>
#include <array>

#include "hookwire/base/type_name.h"
#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/utf8.h"

#include "guarded_visitor.h"

namespace hookwire {

namespace {

namespace keys = body_keys;

Value text(std::string_view value) {
  return is_utf8(value) ? Value(value) : Value(kUnreadable);
}

Value shown(const ValueRef& value, const Names& secrets, std::string_view name) {
  ValueBuilder builder;
  std::size_t values = 0;
  const bool whole = GuardedVisitor(builder, secrets, name, values, SIZE_MAX).write(value);
  return whole ? builder.take() : Value(kUnreadable);
}

Value context_value(const Context& context) {
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
    if (!value.empty()) entries.emplace_back(field.key, text(value));
  }
  if (!context.roles.empty()) {
    Value::List roles;
    for (const std::string& role : context.roles) roles.push_back(text(role));
    entries.emplace_back(keys::kRoles, std::move(roles));
  }
  return entries;
}

void add_resource(const Call& call, Value::Map& event) {
  const ResourceDescriptor& resource = call.descriptor().resource;
  const Argument* argument = resource.type.empty() ? nullptr : call.find(resource.argument);
  if (argument == nullptr) return;
  event.emplace_back(
      keys::kResource,
      Value::Map{{std::string(keys::kType), resource.type},
                 {std::string(keys::kId),
                  shown(argument->value, call.descriptor().secrets, argument->name)}});
}

void add_args(const Call& call, Value::Map& event) {
  if (call.arguments().empty()) return;
  Value::Map args;
  for (const Argument& argument : call.arguments()) {
    args.emplace_back(argument.name,
                      shown(argument.value, call.descriptor().secrets, argument.name));
  }
  event.emplace_back(keys::kArgs, std::move(args));
}

void add_end(std::string_view outcome, std::int64_t duration_ns, Value::Map& event) {
  event.emplace_back(keys::kOutcome, outcome);
  if (duration_ns >= 0) event.emplace_back(keys::kDurationNs, duration_ns);
}

void add_failure(const Failure& failure, Value::Map& event) {
  const bool vetoed = failure.reason == Failure::Reason::vetoed;
  add_end(vetoed ? "vetoed" : "failure", failure.duration_ns, event);
  const ErrorText error = describe_exception(failure.error);
  event.emplace_back(keys::kError, Value::Map{{std::string(keys::kType), text(error.type)},
                                              {std::string(keys::kMessage), text(error.message)}});
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
  Value context = context_value(call.context());
  if (!context.map()->empty()) event.emplace_back(keys::kContext, std::move(context));
  add_resource(call, event);
  add_args(call, event);
  if (outcome != nullptr) {
    add_end("success", outcome->duration_ns(), event);
    if (outcome->has_result()) {
      event.emplace_back(keys::kResult,
                         shown(outcome->value(), call.descriptor().secrets, keys::kResult));
    }
  }
  if (failure != nullptr) add_failure(*failure, event);
  return event;
}

Value periodic_value(std::string_view publisher, const PeriodicData& data, const Names& secrets) {
  Value::Map event = begin(publisher, HookPhase::periodic);
  event.emplace_back(keys::kTick, data.tick);
  event.emplace_back(keys::kData, shown(data.data, secrets, keys::kResult));
  return event;
}

Names periodic_secrets(std::span<const MethodDescriptor* const> methods) {
  for (const MethodDescriptor* method : methods) {
    if (method->name == "get_periodic_hook_data") return method->secrets;
  }
  return {};
}

}  // namespace hookwire
