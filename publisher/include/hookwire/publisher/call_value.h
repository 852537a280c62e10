#pragma once

#include <span>
#include <string_view>

#include "hookwire/base/value.h"
#include "hookwire/hooks/call.h"
#include "hookwire/hooks/hook.h"
#include "hookwire/hooks/redaction.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// A call as a plain value, for what is outside of this process but is no subscriber: the keys of
/// an event's body and `phase`, without the call's id, which the notification hook keeps. Secrets
/// are replaced, in texts too, and values bounded as in events; nothing is cut down.
/// `outcome` is null but in post, `failure` but in failure. Throws std::bad_alloc.
Value call_value(std::string_view publisher, HookPhase phase, const Call& call,
                 const Outcome* outcome, const Failure* failure);

/// False when call_value() shows the result with a secret replaced, or cannot show it. Throws
/// std::bad_alloc.
bool shows_whole_result(const Call& call, const Outcome& outcome);

/// As call_value(), of the data that periodic hooks get; `redaction` says what is secret in it.
Value periodic_value(std::string_view publisher, const PeriodicData& data,
                     const Redaction& redaction);

/// What must not be shown of the data that periodic hooks get: the secrets of the method that
/// answers with it.
Names periodic_secrets(std::span<const MethodDescriptor* const> methods);

}  // namespace hookwire
#pragma GCC visibility pop
