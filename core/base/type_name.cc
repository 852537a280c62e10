#include "hookwire/base/type_name.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace hookwire {

std::string short_type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string name = demangled ? demangled.get() : type.name();
  // Namespaces end at the last "::" outside template arguments.
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] == '<' || name[at] == '(') ++depth;
    if (name[at] == '>' || name[at] == ')') --depth;
    if (depth == 0 && name.compare(at, 2, "::") == 0) start = at + 2;
  }
  return name.substr(start);
}

namespace {

// A stranger's what() may return null.
std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

ErrorText describe_exception(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return {short_type_name(typeid(exception)), text_of(exception.what())};
  } catch (const std::string& text) {
    return {"string", text};
  } catch (const char* text) {
    return {"char const*", text_of(text)};
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return {type == nullptr ? "unknown" : short_type_name(*type), ""};
  }
}

}  // namespace hookwire
