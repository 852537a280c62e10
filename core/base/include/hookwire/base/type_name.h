#pragma once

#include <exception>
#include <string>
#include <typeinfo>

#pragma GCC visibility push(default)
namespace hookwire {

/// The type's name as its author wrote it, without namespaces: "ShareNotFound", "runtime_error".
std::string short_type_name(const std::type_info& type);

/// An exception in words. Immutable.
struct ErrorText {
  std::string type;  ///< Class name without namespaces; the type thrown when not a std::exception.
  std::string message;  ///< what(); empty when there is none.
};

/// Looks into `error`, which must not be null. Never throws for what the exception is; rethrows it
/// internally, so it costs a microsecond or two.
ErrorText describe_exception(const std::exception_ptr& error);

}  // namespace hookwire
#pragma GCC visibility pop
