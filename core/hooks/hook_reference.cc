#include <algorithm>

#include "hookwire/hooks/hook_registry.h"

#include "text.h"

namespace hookwire {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_name_character);
}

[[noreturn]] void reject(std::string_view text, std::string_view why) {
  throw Error(ErrorCode::bad_input,
              "'" + std::string(text) + "' " + std::string(why) +
                  "; expected [NAME=]WHERE:CLASS, where WHERE is a word such as hookwire, or the "
                  "path of a shared library with a slash in it");
}

}  // namespace

HookReference HookReference::parse(std::string_view text) {
  HookReference reference;
  std::string_view rest = trimmed(text);
  // A '=' behind a slash belongs to a path.
  const std::size_t equals = rest.find('=');
  if (equals < rest.find('/') && equals < rest.find(':')) {
    const std::string_view name = trimmed(rest.substr(0, equals));
    if (!is_name(name)) {
      reject(text, "gives a name that is not letters, digits, '_', '-' and '.'");
    }
    reference.name = name;
    rest = trimmed(rest.substr(equals + 1));
  }
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) reject(text, "names no class");
  const std::string_view where = trimmed(rest.substr(0, colon));
  const std::string_view class_name = trimmed(rest.substr(colon + 1));
  if (!is_name(class_name)) reject(text, "names no class behind the colon");
  if (where.find('/') != std::string_view::npos) {
    reference.library = where;
    reference.class_name = class_name;
  } else {
    if (!is_name(where)) reject(text, "does not say where the class is");
    reference.class_name = std::string(where) + ":" + std::string(class_name);
  }
  if (reference.name.empty()) reference.name = class_name;
  return reference;
}

}  // namespace hookwire
