#include "hook_set.h"

namespace hookwire {

HookSet make_hook_set(const std::vector<HookMember>& all) {
  HookSet set;
  for (const HookMember& member : all) {
    if (!member.instance.switches.pre && !member.instance.switches.post) continue;
    set.members.push_back(member);
    set.measured = set.measured || member.instance.hook->wants_durations();
  }
  return set;
}

}  // namespace hookwire
