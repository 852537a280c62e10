#include "hook_set.h"

namespace hookwire {

HookSet make_hook_set(const std::vector<HookMember>& all) {
  HookSet set;
  for (HookMember member : all) {
    HookSwitches& switches = member.instance.switches;
    if (member.instance.hook->pairs_phases()) {
      switches.pre = switches.post = switches.pre && switches.post;
    }
    if (!member.instance.hook->may_be_suppressed()) {
      switches.suppress_pre_errors = switches.suppress_post_errors = false;
    }
    if (!switches.pre && !switches.post) continue;
    set.members.push_back(member);
    set.measured = set.measured || member.instance.hook->wants_durations();
  }
  return set;
}

}  // namespace hookwire
