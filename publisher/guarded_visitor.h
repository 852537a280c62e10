#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "hookwire/base/value_ref.h"
#include "hookwire/hooks/secret_paths.h"
#include "hookwire/hooks/secret_texts.h"
#include "hookwire/schemas/body_writer.h"

namespace hookwire {

/// What stands in an event in place of a value that could not be shown.
inline constexpr std::string_view kUnreadable = "<unreadable>";

/// What must not be shown of a call. What it refers to outlives whoever uses it.
struct Secrets {
  const SecretPaths& paths;             ///< Where secrets stand.
  const SecretTexts* texts = nullptr;   ///< The call's, to be replaced wherever they occur.
  const SecretMark& mark = kPlainMark;  ///< What stands in their place.

  // NOLINTNEXTLINE(google-explicit-constructor): where secrets stand is often all there is to say
  Secrets(const SecretPaths& where, const SecretTexts* found = nullptr,
          const SecretMark& shown = kPlainMark) noexcept
      : paths(where), texts(found), mark(shown) {}
};

/// Shows what a user's type shows of itself to another visitor, and trusts it with nothing: secrets
/// are replaced, where they stand and wherever else a string, run of bytes or key holds one; lists
/// and maps must have as many entries as they said, nesting and the number of values are bounded,
/// strings that are not UTF-8 become bytes. A secret list or map has one mark; null stays null.
/// Never allocates. Thread-compatible.
class GuardedVisitor final : public ValueVisitor {
 public:
  static constexpr std::size_t kMaxDepth = SecretPlace::kMaxDepth;
  static constexpr std::size_t kMaxValues = 12'000;  // of one event; readers take 16,384

  /// `name` is where the value stands ("access"). `values` counts on with each value and key, up to
  /// `max_values`. A text in which secrets are replaced is made up in `scratch`, and blanked when
  /// that has no room.
  GuardedVisitor(ValueVisitor& into, const Secrets& secrets, std::string_view name,
                 std::size_t& values, std::size_t max_values = kMaxValues,
                 std::span<char> scratch = {}) noexcept
      : into_(into),
        secrets_(secrets),
        values_(values),
        max_values_(max_values),
        scratch_(scratch),
        place_(secrets_.paths, name) {}
  /// The same into `writer`, whose free bytes are the scratch: a text that has no room overflows
  /// it.
  GuardedVisitor(BodyWriter& writer, const Secrets& secrets, std::string_view name,
                 std::size_t& values) noexcept
      : into_(writer),
        writer_(&writer),
        secrets_(secrets),
        values_(values),
        max_values_(kMaxValues),
        place_(secrets_.paths, name) {}

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
  bool secret_value(std::string_view text);
  template <class T>
  bool secret_number(T value);
  void chain(char kind, std::string_view text);
  void begin(std::size_t count, bool is_map);
  void end(bool is_map);
  std::string_view shown(std::string_view text);
  std::string_view mark_of(std::string_view secret);

  ValueVisitor& into_;
  BodyWriter* writer_ = nullptr;
  const Secrets secrets_;
  std::size_t& values_;
  const std::size_t max_values_;
  const std::span<char> scratch_;
  SecretPlace place_;
  std::array<Container, kMaxDepth> open_;
  std::size_t depth_ = 0;
  std::size_t hidden_depth_ = 0;  // lists and maps open within a secret
  std::array<char, kMaxMarkBytes> mark_;
  // The mark of what a secret list or map has shown so far, then the next piece of it.
  std::array<char, 2 * kMaxMarkBytes + 1> chain_;
  std::size_t chain_length_ = 0;
  bool done_ = false;  // the outermost value is complete
  bool failed_ = false;
};

}  // namespace hookwire
