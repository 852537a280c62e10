#pragma once

#include <cstddef>
#include <cstdint>

#include "hookwire/base/value_visitor.h"

namespace hookwire {

/// Counts the bytes that what it is shown takes as MessagePack, for values that fit no buffer.
/// Never allocates. Thread-compatible.
class PackedSize final : public ValueVisitor {
 public:
  void null() override { ++bytes_; }
  void boolean(bool /*value*/) override { ++bytes_; }
  void integer(std::int64_t value) override {
    if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
    bytes_ += value >= -32         ? 1
              : value >= INT8_MIN  ? 2
              : value >= INT16_MIN ? 3
              : value >= INT32_MIN ? 5
                                   : 9;
  }
  void unsigned_integer(std::uint64_t value) override {
    bytes_ += value <= INT8_MAX     ? 1
              : value <= UINT8_MAX  ? 2
              : value <= UINT16_MAX ? 3
              : value <= UINT32_MAX ? 5
                                    : 9;
  }
  void real(double /*value*/) override { bytes_ += 9; }
  void string(std::string_view value) override {
    bytes_ += (value.size() < 32           ? 1
               : value.size() <= UINT8_MAX ? 2
                                           : long_header(value.size())) +
              value.size();
  }
  void bytes(std::span<const std::byte> value) override {
    bytes_ += (value.size() <= UINT8_MAX ? 2 : long_header(value.size())) + value.size();
  }
  void begin_list(std::size_t count) override { bytes_ += count < 16 ? 1 : long_header(count); }
  void end_list() override {}
  void begin_map(std::size_t count) override { bytes_ += count < 16 ? 1 : long_header(count); }
  void key(std::string_view name) override { string(name); }
  void end_map() override {}

  std::size_t counted() const noexcept { return bytes_; }

 private:
  static std::size_t long_header(std::size_t count) noexcept { return count <= UINT16_MAX ? 3 : 5; }

  std::size_t bytes_ = 0;
};

}  // namespace hookwire
