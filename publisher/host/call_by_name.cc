#include "call_by_name.h"

#include <algorithm>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

std::string takes(const MethodDescriptor& method) {
  if (method.arguments.size() == 0) return "it takes none";
  std::string text = "it takes ";
  for (std::size_t i = 0; i < method.arguments.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::string(method.arguments[i]);
  }
  return text;
}

}  // namespace

void check_argument_names(const MethodDescriptor& method, const Value::Map& args) {
  for (const auto& [name, value] : args) {
    if (std::find(method.arguments.begin(), method.arguments.end(), name) ==
        method.arguments.end()) {
      throw Error(ErrorCode::bad_input,
                  std::string(method.name) + " has no argument '" + name + "': " + takes(method));
    }
  }
}

const Value* find_argument(const MethodDescriptor& method, const Value::Map& args,
                           std::string_view name, bool may_be_absent) {
  for (const auto& [key, value] : args) {
    if (key == name) return &value;
  }
  if (may_be_absent) return nullptr;
  throw Error(ErrorCode::bad_input, std::string(method.name) + " lacks the argument '" +
                                        std::string(name) + "': " + takes(method));
}

}  // namespace hookwire
