#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hookwire/base/value_visitor.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// A plain value that owns what it holds: what a visitor sees, kept. Thread-compatible.
class Value {
 public:
  using Bytes = std::vector<std::byte>;
  using List = std::vector<Value>;
  /// In the order in which the entries came. Keys are not checked for repeats.
  using Map = std::vector<std::pair<std::string, Value>>;

  Value() = default;
  Value(std::nullptr_t) {}             // NOLINT
  Value(bool value) : data_(value) {}  // NOLINT
  template <std::signed_integral T>
  Value(T value) : data_(static_cast<std::int64_t>(value)) {}  // NOLINT
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Value(T value)
      : data_(static_cast<std::uint64_t>(value)) {}             // NOLINT
  Value(double value) : data_(value) {}                         // NOLINT
  Value(std::string value) : data_(std::move(value)) {}         // NOLINT
  Value(std::string_view value) : data_(std::string(value)) {}  // NOLINT
  Value(const char* value) : data_(std::string(value)) {}       // NOLINT
  Value(Bytes value) : data_(std::move(value)) {}               // NOLINT
  Value(List value) : data_(std::move(value)) {}                // NOLINT
  Value(Map value) : data_(std::move(value)) {}                 // NOLINT

  bool is_null() const noexcept { return std::holds_alternative<std::monostate>(data_); }

  // Each returns the value held when it is of that type, else nullptr.
  const bool* boolean() const noexcept { return std::get_if<bool>(&data_); }
  const std::int64_t* integer() const noexcept { return std::get_if<std::int64_t>(&data_); }
  const std::uint64_t* unsigned_integer() const noexcept {
    return std::get_if<std::uint64_t>(&data_);
  }
  const double* real() const noexcept { return std::get_if<double>(&data_); }
  const std::string* string() const noexcept { return std::get_if<std::string>(&data_); }
  const Bytes* bytes() const noexcept { return std::get_if<Bytes>(&data_); }
  const List* list() const noexcept { return std::get_if<List>(&data_); }
  const Map* map() const noexcept { return std::get_if<Map>(&data_); }
  List* list() noexcept { return std::get_if<List>(&data_); }
  Map* map() noexcept { return std::get_if<Map>(&data_); }

  /// The entry of a map under `key`; nullptr when there is none or this is no map. Linear.
  const Value* find(std::string_view key) const noexcept;

  /// Integers compare by number, whatever their sign type; everything else by type and content.
  friend bool operator==(const Value& a, const Value& b) noexcept;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Bytes, List,
               Map>
      data_;
};

void visit_value(const Value& value, ValueVisitor& visitor);

/// Builds a Value from what it is shown: visit once, then take(). Thread-compatible.
class ValueBuilder final : public ValueVisitor {
 public:
  void null() override;
  void boolean(bool value) override;
  void integer(std::int64_t value) override;
  void unsigned_integer(std::uint64_t value) override;
  void real(double value) override;
  void string(std::string_view value) override;
  void bytes(std::span<const std::byte> value) override;
  void begin_list(std::size_t count) override;
  void end_list() override;
  void begin_map(std::size_t count) override;
  void key(std::string_view name) override;
  void end_map() override;

  /// The value built; the builder is empty again. Null when nothing was visited.
  Value take();

 private:
  void add(Value value);
  void close();

  Value root_;
  std::vector<Value> open_;        // lists and maps not ended yet, outermost first
  std::vector<std::string> keys_;  // the key under which each open map's next value goes
};

/// A Value equal to what visiting `value` shows.
template <Visitable T>
Value to_value(const T& value) {
  ValueBuilder builder;
  visit_value(value, builder);
  return builder.take();
}

}  // namespace hookwire
#pragma GCC visibility pop
