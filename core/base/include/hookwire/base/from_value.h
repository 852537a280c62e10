#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "hookwire/base/error.h"
#include "hookwire/base/value.h"

#pragma GCC visibility push(default)
namespace hookwire {

// from_value(value, what, out): the plain value `value` as a T; the way back from visit_value.
// `what` names it in the error: "argument 'size_gb'". Throws Error bad_input that says what was
// expected and what was found; `out` may then be half done. A user's type joins by an overload in
// its own namespace, made with EntryReader:
//
//   void from_value(const hookwire::Value& value, std::string_view what, Share& out) {
//     hookwire::EntryReader entries(value, what);
//     entries.required("id", out.id);
//     entries.optional("size_gb", out.size_gb);
//     entries.finish();
//   }

/// What kind of value it is, in words: "a string", "a list". Never throws.
std::string_view kind_of(const Value& value) noexcept;

/// Throws the error of a value that is not what was expected.
[[noreturn]] void refuse_value(std::string_view what, std::string_view expected,
                               const Value& found);

void from_value(const Value& value, std::string_view what, Value& out);
void from_value(const Value& value, std::string_view what, bool& out);
void from_value(const Value& value, std::string_view what, double& out);
void from_value(const Value& value, std::string_view what, std::string& out);
void from_value(const Value& value, std::string_view what, Value::Bytes& out);

template <std::integral T>
requires(!std::same_as<T, bool>) void from_value(const Value& value, std::string_view what,
                                                 T& out) {
  const std::uint64_t* large = value.unsigned_integer();
  const std::int64_t* small = value.integer();
  if (large != nullptr && std::in_range<T>(*large)) {
    out = static_cast<T>(*large);
  } else if (small != nullptr && std::in_range<T>(*small)) {
    out = static_cast<T>(*small);
  } else if (large == nullptr && small == nullptr) {
    refuse_value(what, std::unsigned_integral<T> ? "an integer of 0 or more" : "an integer", value);
  } else if (small != nullptr && std::unsigned_integral<T>) {
    refuse_value(what, "an integer of 0 or more", value);
  } else {
    throw Error(ErrorCode::bad_input,
                std::string(what) + " is out of range: " +
                    (large != nullptr ? std::to_string(*large) : std::to_string(*small)));
  }
}

template <class T>
void from_value(const Value& value, std::string_view what, std::optional<T>& out) {
  out.reset();
  if (!value.is_null()) from_value(value, what, out.emplace());
}

template <class T>
void from_value(const Value& value, std::string_view what, std::vector<T>& out) {
  if (value.list() == nullptr) refuse_value(what, "a list", value);
  out.clear();
  for (const Value& item : *value.list()) {
    T made{};
    from_value(item, "an item of " + std::string(what), made);
    out.push_back(std::move(made));
  }
}

template <class T>
void from_value(const Value& value, std::string_view what, std::map<std::string, T>& out) {
  if (value.map() == nullptr) refuse_value(what, "an object", value);
  out.clear();
  for (const auto& [key, entry] : *value.map()) {
    from_value(entry, std::string(what) + ", key '" + key + "'", out[key]);
  }
}

/// Whether there is a from_value for T. Looks into the standard's containers, whose overloads above
/// take any T.
template <class T>
    struct HasFromValue
    : std::bool_constant < requires(const Value& value, std::string_view what, T& out) {
  from_value(value, what, out);
} > {};
template <class T>
struct HasFromValue<std::optional<T>> : HasFromValue<T> {};
template <class T>
struct HasFromValue<std::vector<T>> : HasFromValue<T> {};
template <>
struct HasFromValue<Value::Bytes> : std::true_type {};
template <class T>
struct HasFromValue<std::map<std::string, T>> : HasFromValue<T> {};

/// True for a type that can be made from a plain value.
template <class T>
concept FromValue = std::default_initializable<T> && std::movable<T> && HasFromValue<T>::value;

/// Reads a map by the names of its entries, and refuses what has another name.
/// Thread-compatible.
class EntryReader {
 public:
  /// Both must outlive the reader. Throws Error bad_input when `value` is no map.
  EntryReader(const Value& value, std::string_view what);

  /// Throws Error bad_input when there is no such entry, or it is of another type.
  template <class T>
  void required(std::string_view name, T& out) {
    from_value(get(name), where(name), out);
  }
  /// Leaves `out` as it is when there is no such entry.
  template <class T>
  void optional(std::string_view name, T& out) {
    if (const Value* entry = find(name)) from_value(*entry, where(name), out);
  }
  /// Throws Error bad_input when the map has an entry that nobody asked for.
  void finish() const;

 private:
  const Value* find(std::string_view name);
  const Value& get(std::string_view name);
  std::string where(std::string_view name) const;

  const Value& value_;
  const std::string_view what_;
  std::vector<std::string_view> asked_;
};

}  // namespace hookwire
#pragma GCC visibility pop
