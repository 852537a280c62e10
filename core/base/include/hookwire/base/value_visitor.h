#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)
namespace hookwire {

/// Sees a value without knowing its type: null, bool, integers, double, string, bytes, lists, maps.
/// A list of n is begin_list(n), n values, end_list(). A map of n is begin_map(n), n times key()
/// and a value, end_map(). Views passed in die when the function returns. Visiting allocates
/// nothing by itself. Thread-compatible.
class ValueVisitor {
 public:
  virtual ~ValueVisitor() = default;
  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  virtual void integer(std::int64_t value) = 0;
  virtual void unsigned_integer(std::uint64_t value) = 0;
  virtual void real(double value) = 0;
  virtual void string(std::string_view value) = 0;
  virtual void bytes(std::span<const std::byte> value) = 0;
  virtual void begin_list(std::size_t count) = 0;
  virtual void end_list() = 0;
  virtual void begin_map(std::size_t count) = 0;
  virtual void key(std::string_view name) = 0;
  virtual void end_map() = 0;
};

// visit_value(value, visitor) says how a type is visited. A user's type joins by an overload in its
// own namespace:
//
//   void visit_value(const Share& share, hookwire::ValueVisitor& visitor) {
//     visitor.begin_map(2);
//     hookwire::visit_entry("id", share.id, visitor);
//     hookwire::visit_entry("size_gb", share.size_gb, visitor);
//     visitor.end_map();
//   }

inline void visit_value(std::nullptr_t, ValueVisitor& visitor) {
  visitor.null();
}
inline void visit_value(const std::string& value, ValueVisitor& visitor) {
  visitor.string(value);
}
inline void visit_value(std::string_view value, ValueVisitor& visitor) {
  visitor.string(value);
}
inline void visit_value(const char* value, ValueVisitor& visitor) {
  visitor.string(value);
}
inline void visit_value(std::span<const std::byte> value, ValueVisitor& visitor) {
  visitor.bytes(value);
}
inline void visit_value(const std::vector<std::byte>& value, ValueVisitor& visitor) {
  visitor.bytes(value);
}

template <class T>
requires std::integral<T>
void visit_value(T value, ValueVisitor& visitor) {
  if constexpr (std::same_as<T, bool>) {
    visitor.boolean(value);
  } else if constexpr (std::signed_integral<T>) {
    visitor.integer(value);
  } else {
    visitor.unsigned_integer(value);
  }
}

template <class T>
requires std::floating_point<T>
void visit_value(T value, ValueVisitor& visitor) {
  visitor.real(static_cast<double>(value));
}

template <class T>
void visit_value(const std::optional<T>& value, ValueVisitor& visitor);
template <class T>
void visit_value(const std::vector<T>& values, ValueVisitor& visitor);
template <class T>
void visit_value(const std::map<std::string, T>& values, ValueVisitor& visitor);

/// True for a type whose values can be visited.
template <class T>
concept Visitable = requires(const T& value, ValueVisitor& visitor) {
  visit_value(value, visitor);
};

/// Visits one entry of a map: its key, then its value.
template <Visitable T>
void visit_entry(std::string_view key, const T& value, ValueVisitor& visitor) {
  visitor.key(key);
  visit_value(value, visitor);
}

template <class T>
void visit_value(const std::optional<T>& value, ValueVisitor& visitor) {
  if (value) {
    visit_value(*value, visitor);
  } else {
    visitor.null();
  }
}

template <class T>
void visit_value(const std::vector<T>& values, ValueVisitor& visitor) {
  visitor.begin_list(values.size());
  for (const T& value : values) visit_value(value, visitor);
  visitor.end_list();
}

template <class T>
void visit_value(const std::map<std::string, T>& values, ValueVisitor& visitor) {
  visitor.begin_map(values.size());
  for (const auto& [key, value] : values) visit_entry(key, value, visitor);
  visitor.end_map();
}

}  // namespace hookwire
#pragma GCC visibility pop
