#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "hookwire/hooks/hook_chain.h"
#include "hookwire/hooks/redaction.h"

namespace hookwire {

/// What one hook did since its instance was made. Calls that ran every hook's pre and post are
/// counted where they pin their set and added here by SetSlots::settle(). Thread-safe.
struct HookTally {
  std::atomic<std::uint64_t> pre{0};
  std::atomic<std::uint64_t> post{0};
  std::atomic<std::uint64_t> failure{0};
  std::atomic<std::uint64_t> periodic{0};
  std::atomic<std::uint64_t> error{0};
  std::atomic<std::uint64_t> veto{0};
};

/// A hook's place in a chain, with what survives a change of the chain.
struct HookMember {
  HookInstance instance;
  std::shared_ptr<HookTally> tally;
};

/// The hooks that calls meet, in order. Immutable while a call uses it.
struct HookSet {
  std::vector<HookMember> members;
  bool measured = false;                         // some hook wants durations
  std::shared_ptr<const Redaction> redaction{};  // null: what descriptors name
};

/// The hooks of `all` that have pre or post switched on; see Hook::pairs_phases() and
/// Hook::may_be_suppressed().
HookSet make_hook_set(const std::vector<HookMember>& all);

}  // namespace hookwire
