#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hookwire/base/value_ref.h"
#include "hookwire/hooks/method.h"

namespace hookwire {

/// What stands in an event in place of a secret.
inline constexpr std::string_view kSecretText = "<secret>";
/// What stands in an event in place of a value that could not be shown.
inline constexpr std::string_view kUnreadable = "<unreadable>";

/// Shows what a user's type shows of itself to another visitor, and trusts it with nothing: secrets
/// are replaced, lists and maps must have as many entries as they said, nesting and the number of
/// values are bounded, strings that are not UTF-8 become bytes. Never allocates. Thread-compatible.
class GuardedVisitor final : public ValueVisitor {
 public:
  static constexpr std::size_t kMaxDepth = 24;
  static constexpr std::size_t kMaxValues = 12'000;  // of one event; readers take 16,384

  /// `secrets` are paths as in MethodDescriptor; `name` is where the value stands ("access").
  /// `values` counts on with each value and key, up to `max_values`.
  GuardedVisitor(ValueVisitor& into, const Names& secrets, std::string_view name,
                 std::size_t& values, std::size_t max_values = kMaxValues) noexcept
      : into_(into), secrets_(secrets), values_(values), max_values_(max_values) {
    path_[0] = name;
  }

  /// Shows `value`. False when what was shown is no whole value: it misbehaved, threw, or is too
  /// much.
  bool write(const ValueRef& value);

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

 private:
  struct Container {
    std::size_t left = 0;
    bool is_map = false;
    bool keyed = false;  // a key was given and its value is due
  };

  bool enter_value();
  bool secret_value();
  void begin(std::size_t count, bool is_map);
  void end(bool is_map);
  bool is_secret() const noexcept;

  ValueVisitor& into_;
  const Names& secrets_;
  std::size_t& values_;
  const std::size_t max_values_;
  std::array<Container, kMaxDepth> open_;
  std::array<std::string_view, kMaxDepth + 1> path_;  // names from the argument down
  std::size_t depth_ = 0;
  std::size_t hidden_depth_ = 0;  // lists and maps open within a secret, which is written already
  bool done_ = false;             // the outermost value is complete
  bool failed_ = false;
};

}  // namespace hookwire
