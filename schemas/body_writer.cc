#include "hookwire/schemas/body_writer.h"

#include <bit>
#include <cstring>
#include <limits>

#include <msgpack/pack.hpp>

namespace hookwire {

/// What msgpack-c's packer writes to.
struct BodySink {
  BodyWriter& writer;
  void write(const char* bytes, std::size_t count) noexcept { writer.write(bytes, count); }
};

namespace {

constexpr std::size_t kMaxCount = std::numeric_limits<std::uint32_t>::max();

msgpack::packer<BodySink> packer(BodySink& sink) {
  return msgpack::packer<BodySink>(sink);
}

}  // namespace

void BodyWriter::write(const char* bytes, std::size_t count) noexcept {
  if (overflowed_ || count > into_.size() - size_) {
    overflowed_ = true;
    return;
  }
  // A text made up in spare() moves down to its place.
  if (count != 0) std::memmove(into_.data() + size_, bytes, count);
  size_ += count;
}

void BodyWriter::null() {
  BodySink sink{*this};
  packer(sink).pack_nil();
}

void BodyWriter::boolean(bool value) {
  BodySink sink{*this};
  value ? packer(sink).pack_true() : packer(sink).pack_false();
}

void BodyWriter::integer(std::int64_t value) {
  BodySink sink{*this};
  packer(sink).pack_int64(value);
}

void BodyWriter::unsigned_integer(std::uint64_t value) {
  BodySink sink{*this};
  packer(sink).pack_uint64(value);
}

void BodyWriter::real(double value) {
  // Not msgpack-c's pack_double: it turns whole doubles into integers and loses the sign of -0.
  const auto bits = std::bit_cast<std::uint64_t>(value);
  char packed[9] = {'\xCB'};
  for (int i = 0; i < 8; ++i) packed[1 + i] = static_cast<char>(bits >> (56 - 8 * i) & 0xFF);
  write(packed, sizeof packed);
}

void BodyWriter::string(std::string_view value) {
  const std::size_t before = size_;
  if (value.size() > kMaxCount) overflowed_ = true;
  BodySink sink{*this};
  packer(sink).pack_str(static_cast<std::uint32_t>(value.size()));
  write(value.data(), value.size());
  if (overflowed_) size_ = before;
}

void BodyWriter::bytes(std::span<const std::byte> value) {
  const std::size_t before = size_;
  if (value.size() > kMaxCount) overflowed_ = true;
  BodySink sink{*this};
  packer(sink).pack_bin(static_cast<std::uint32_t>(value.size()));
  write(reinterpret_cast<const char*>(value.data()), value.size());
  if (overflowed_) size_ = before;
}

void BodyWriter::begin_list(std::size_t count) {
  if (count > kMaxCount) overflowed_ = true;
  BodySink sink{*this};
  packer(sink).pack_array(static_cast<std::uint32_t>(count));
}

void BodyWriter::begin_map(std::size_t count) {
  if (count > kMaxCount) overflowed_ = true;
  BodySink sink{*this};
  packer(sink).pack_map(static_cast<std::uint32_t>(count));
}

void BodyWriter::raw(std::span<const std::byte> packed) {
  write(reinterpret_cast<const char*>(packed.data()), packed.size());
}

std::size_t BodyWriter::begin_open_map() {
  const std::size_t mark = size_;
  write("\xDE\x00\x00", 3);
  return mark;
}

void BodyWriter::set_map_count(std::size_t mark, std::uint16_t count) noexcept {
  // A map that did not fit has no place for its count.
  if (mark + 3 > size_) return;
  into_[mark + 1] = static_cast<std::byte>(count >> 8);
  into_[mark + 2] = static_cast<std::byte>(count & 0xFF);
}

}  // namespace hookwire
