#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <tuple>

#pragma GCC visibility push(default)
namespace hookwire {

/// The most arguments a hooked method can have, and the most secrets it can name.
inline constexpr std::size_t kMaxArguments = 12;

/// Up to kMaxArguments names, known when compiling. Immutable.
class Names {
 public:
  constexpr Names() = default;
  constexpr Names(std::initializer_list<std::string_view> names) {
    for (std::string_view name : names) names_.at(count_++) = name;  // too many: does not compile
  }
  constexpr std::size_t size() const noexcept { return count_; }
  constexpr std::string_view operator[](std::size_t index) const noexcept { return names_[index]; }
  constexpr const std::string_view* begin() const noexcept { return names_.data(); }
  constexpr const std::string_view* end() const noexcept { return names_.data() + count_; }

 private:
  std::array<std::string_view, kMaxArguments> names_{};
  std::size_t count_ = 0;
};

/// What a call acts on: a kind of thing, and the argument whose value identifies it.
struct ResourceDescriptor {
  std::string_view type{};      ///< For example "share"; empty when the method has no resource.
  std::string_view argument{};  ///< Name of an argument that visits as a string.
};

/// What hooks and events call a method and its parts. Names come from here, never from reflection.
struct MethodDescriptor {
  std::string_view name;
  Names arguments{};  ///< One for each parameter, in order.
  ResourceDescriptor resource{};
  /// What must not be published in clear: an argument's name, "result", or a key within one of
  /// them, for example "access.access_key".
  Names secrets{};
};

/// The descriptor of the member function M.
template <auto M>
struct Method : MethodDescriptor {};

/// What can be called on `Driver` through Hooked<Driver>. A user specialises it:
///
///   template <>
///   struct hookwire::Interface<Lamp> {
///     static constexpr std::tuple methods{
///         hookwire::Method<&Lamp::dim>{{.name = "dim", .arguments = {"room", "percent"}}},
///     };
///   };
template <class Driver>
struct Interface;

/// The descriptor of M in Driver's interface; does not compile when M is not listed there. The
/// reference is valid for the life of the program and unique within it.
template <class Driver, auto M>
constexpr const MethodDescriptor& method_descriptor() {
  return std::get<Method<M>>(Interface<Driver>::methods);
}

/// Every descriptor of Driver's interface, in its order.
template <class Driver>
constexpr auto method_descriptors() {
  return std::apply(
      [](const auto&... methods) {
        return std::array<const MethodDescriptor*, sizeof...(methods)>{&methods...};
      },
      Interface<Driver>::methods);
}

}  // namespace hookwire
#pragma GCC visibility pop
