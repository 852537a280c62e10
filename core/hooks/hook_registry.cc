#include "hookwire/hooks/hook_registry.h"

#include <utility>

#include "hookwire/hooks/log_hook.h"

#include "nearest_name.h"
#include "plugin_library.h"

namespace hookwire {

namespace {

std::string no_such_class(const HookReference& reference) {
  return "hook library " + reference.library + " has no hook class '" + reference.class_name +
         "'; correct the class or the library";
}

}  // namespace

void HookRegistry::add(std::string class_name, HookFactory factory) {
  const auto [place, added] = factories_.emplace(std::move(class_name), std::move(factory));
  if (!added) {
    throw Error(ErrorCode::configuration,
                "a hook class '" + place->first + "' is registered already: choose another name");
  }
}

HookRegistry HookRegistry::with_built_in_hooks() {
  HookRegistry registry;
  registry.add("hookwire:LogHook", make_log_hook);
  return registry;
}

HookFactory HookRegistry::find(const HookReference& reference) const {
  if (!reference.library.empty()) {
    return [make = load_plugin(reference.library), reference](const HookSetup& setup) {
      std::shared_ptr<Hook> hook(make(reference.class_name.c_str(), setup));
      if (hook == nullptr) throw Error(ErrorCode::configuration, no_such_class(reference));
      return hook;
    };
  }
  const auto found = factories_.find(reference.class_name);
  if (found != factories_.end()) return found->second;
  std::vector<std::string> known;
  std::string list;
  for (const auto& [name, factory] : factories_) {
    known.push_back(name);
    list += (list.empty() ? "" : ", ") + name;
  }
  const std::string nearest = nearest_name(reference.class_name, known);
  throw Error(ErrorCode::configuration,
              "no hook class '" + reference.class_name + "'" +
                  (nearest.empty() ? std::string() : "; did you mean '" + nearest + "'?") +
                  "; there are: " + (list.empty() ? "none" : list));
}

std::shared_ptr<Hook> HookRegistry::make(const HookReference& reference,
                                         const HookSetup& setup) const {
  return find(reference)(setup);
}

}  // namespace hookwire
