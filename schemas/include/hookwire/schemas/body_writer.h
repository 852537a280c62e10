#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "hookwire/base/value_visitor.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Writes MessagePack into bytes that somebody else owns; never allocates, never throws. What does
/// not fit sets overflowed() and is not written, nor is anything after it until rewind(). As a
/// visitor it writes what it is shown: integers in their shortest form, doubles always in 9 bytes.
/// Thread-compatible.
class BodyWriter final : public ValueVisitor {
 public:
  explicit BodyWriter(std::span<std::byte> into) noexcept : into_(into) {}

  void null() override;
  void boolean(bool value) override;
  void integer(std::int64_t value) override;
  void unsigned_integer(std::uint64_t value) override;
  void real(double value) override;
  void string(std::string_view value) override;
  void bytes(std::span<const std::byte> value) override;
  void begin_list(std::size_t count) override;
  void end_list() override {}
  void begin_map(std::size_t count) override;
  void key(std::string_view name) override { string(name); }
  void end_map() override {}

  /// Bytes that are MessagePack already: the constant part of a template.
  void raw(std::span<const std::byte> packed);

  /// A map whose count is not known yet: always map 16. set_map_count() fills it in.
  std::size_t begin_open_map();
  void set_map_count(std::size_t mark, std::uint16_t count) noexcept;

  std::size_t size() const noexcept { return size_; }
  /// Bytes that can still be written.
  std::size_t room() const noexcept { return into_.size() - size_; }
  bool overflowed() const noexcept { return overflowed_; }
  /// For a caller that knows that what comes next does not fit.
  void overflow() noexcept { overflowed_ = true; }
  /// Bytes that are free, to make up the next string in, which may then be given to string(),
  /// bytes() or key(): it leaves room for what they write before it.
  std::span<char> spare() const noexcept {
    if (room() <= kMaxStringHead) return {};
    const std::span<std::byte> free = into_.subspan(size_ + kMaxStringHead);
    return {reinterpret_cast<char*>(free.data()), free.size()};
  }
  /// Forgets what was written behind `size` and the overflow.
  void rewind(std::size_t size) noexcept {
    size_ = size;
    overflowed_ = false;
  }
  std::span<const std::byte> written() const noexcept { return into_.first(size_); }

 private:
  static constexpr std::size_t kMaxStringHead = 5;

  friend struct BodySink;
  void write(const char* bytes, std::size_t count) noexcept;

  std::span<std::byte> into_;
  std::size_t size_ = 0;
  bool overflowed_ = false;
};

}  // namespace hookwire
#pragma GCC visibility pop
