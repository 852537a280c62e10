#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "hookwire/base/value.h"
#include "hookwire/base/value_visitor.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Writes what it is shown as compact JSON. Bytes become {"base64":"..."}; doubles that JSON lacks
/// become the strings "NaN", "Infinity", "-Infinity"; invalid UTF-8 becomes U+FFFD.
/// Thread-compatible.
class JsonWriter final : public ValueVisitor {
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

  /// The text written so far; the writer is empty again.
  std::string take();

 private:
  void separate();

  std::string text_;
  bool separated_ = true;  // no comma is due before what comes next
};

/// `value` as compact JSON, as JsonWriter writes it.
template <Visitable T>
std::string to_json(const T& value) {
  JsonWriter writer;
  visit_value(value, writer);
  return writer.take();
}

/// Reads one JSON value from all of `text`. Numbers without fraction become integers (unsigned when
/// not negative). Throws Error bad_input that says what was expected and at which byte; also when
/// `text` is above `max_bytes`, nests deeper than 64, or a key stands twice in one object.
Value parse_json(std::string_view text, std::size_t max_bytes = 1024 * 1024);

}  // namespace hookwire
#pragma GCC visibility pop
