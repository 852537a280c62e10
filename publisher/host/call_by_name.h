#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "hookwire/base/from_value.h"
#include "hookwire/hooks/call_report.h"
#include "hookwire/hooks/hooked.h"
#include "hookwire/share/share_types.h"

namespace hookwire {

/// Throws Error bad_input when `args` holds a name that `method` does not take.
void check_argument_names(const MethodDescriptor& method, const Value::Map& args);
/// The argument `name` of `args`, or nullptr when it is absent and may be. Throws Error bad_input
/// when it is absent and may not be.
const Value* find_argument(const MethodDescriptor& method, const Value::Map& args,
                           std::string_view name, bool may_be_absent);

/// True for a parameter that may be left out or null: it is then the type's empty value.
template <class T>
inline constexpr bool kMayBeAbsent = false;
template <class T>
inline constexpr bool kMayBeAbsent<std::optional<T>> = true;
template <>
inline constexpr bool kMayBeAbsent<DriverOptions> = true;

/// One method that can be called by name, with arguments as plain values.
template <class Driver>
struct NamedMethod {
  const MethodDescriptor* descriptor;
  /// Converts the arguments, calls through the hooks, returns the result as a plain value.
  Value (*call)(const Hooked<Driver>& hooked, const Context& context, const Value::Map& args,
                CallReport& report);
};

namespace detail {

template <class Signature>
struct ParametersOf;
template <class R, class C, class... P>
struct ParametersOf<R (C::*)(P...)> {
  using Result = R;
  using Tuple = std::tuple<std::remove_cvref_t<P>...>;
};

template <class T>
void take_argument(const MethodDescriptor& method, const Value::Map& args, std::string_view name,
                   T& out) {
  const Value* value = find_argument(method, args, name, kMayBeAbsent<T>);
  if (value == nullptr || (kMayBeAbsent<T> && value->is_null())) return;
  from_value(*value, "argument '" + std::string(name) + "'", out);
}

template <class Driver, auto M>
Value call_with_values(const Hooked<Driver>& hooked, const Context& context, const Value::Map& args,
                       CallReport& report) {
  using Parameters = ParametersOf<decltype(M)>;
  const MethodDescriptor& method = method_descriptor<Driver, M>();
  check_argument_names(method, args);
  typename Parameters::Tuple parameters;
  std::apply(
      [&](auto&... parameter) {
        std::size_t index = 0;
        (take_argument(method, args, method.arguments[index++], parameter), ...);
      },
      parameters);
  return std::apply(
      [&](const auto&... parameter) -> Value {
        if constexpr (std::is_void_v<typename Parameters::Result>) {
          hooked.template call_reported<M>(report, context, parameter...);
          return {};
        } else {
          return to_value(hooked.template call_reported<M>(report, context, parameter...));
        }
      },
      parameters);
}

template <class Driver, auto M>
constexpr NamedMethod<Driver> named_method(const Method<M>& method) {
  return {&method, &call_with_values<Driver, M>};
}

}  // namespace detail

/// Every method of Driver's interface whose parameters from_value knows.
template <class Driver, auto... M>
constexpr auto named_methods() {
  return std::array{
      detail::named_method<Driver, M>(std::get<Method<M>>(Interface<Driver>::methods))...};
}

}  // namespace hookwire
