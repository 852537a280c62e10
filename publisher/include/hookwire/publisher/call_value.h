#pragma once

#include <span>
#include <string_view>

#include "hookwire/base/value.h"
#include "hookwire/hooks/call.h"
#include "hookwire/hooks/hook.h"

namespace hookwire {

/// A call as a plain value, for what is outside of this process but is no subscriber: the keys of
/// an event's body and `phase`, without the call's id, which the notification hook keeps. Secrets
/// are replaced and values bounded as in events; nothing is cut down.
/// `outcome` is null but in post, `failure` but in failure. Throws std::bad_alloc.
Value call_value(std::string_view publisher, HookPhase phase, const Call& call,
                 const Outcome* outcome, const Failure* failure);

/// The same of the data that periodic hooks get. `secrets` are paths below "result", as of the
/// method that answers with the data.
Value periodic_value(std::string_view publisher, const PeriodicData& data, const Names& secrets);

/// What must not be shown of the data that periodic hooks get: the secrets of the method that
/// answers with it.
Names periodic_secrets(std::span<const MethodDescriptor* const> methods);

}  // namespace hookwire
