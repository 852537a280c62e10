#include "stream_cursor_file.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "hookwire/base/crc32c.h"
#include "hookwire/base/error.h"
#include "hookwire/base/replace_file.h"

namespace hookwire {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is little endian");

constexpr std::string_view kMagic = "HWCURSOR";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kMaxFileBytes = 1 << 20;  // 256 names of 128 bytes take far less

template <class T>
void put(std::string& into, T value) {
  into.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Takes values off the front of bytes that may be anything.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T number() {
    T value{};
    const std::string_view raw = text(sizeof value);
    if (raw.size() == sizeof value) std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  std::string_view text(std::size_t count) {
    if (count > bytes_.size()) {
      sound_ = false;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  bool finished() const { return sound_ && bytes_.empty(); }
  bool sound() const { return sound_; }

 private:
  std::string_view bytes_;
  bool sound_ = true;
};

}  // namespace

std::string encode_cursors(const StreamCursorMap& cursors, std::uint64_t journal_id) {
  std::string bytes(kMagic);
  std::uint32_t count = 0;
  std::string entries;
  for (const auto& [name, cursor] : cursors) {
    if (cursor.sequence == 0) continue;
    put(entries, cursor.epoch);
    put(entries, static_cast<std::uint32_t>(name.size()));
    put(entries, cursor.sequence);
    entries += name;
    ++count;
  }
  put(bytes, kVersion);
  put(bytes, count);
  put(bytes, journal_id);
  bytes += entries;
  put(bytes, crc32c(std::as_bytes(std::span(bytes))));
  return bytes;
}

std::optional<StreamCursorMap> decode_cursors(std::span<const std::byte> bytes,
                                              std::uint64_t journal_id) {
  std::uint32_t checksum = 0;
  if (bytes.size() < sizeof checksum) return std::nullopt;
  const auto body = bytes.first(bytes.size() - sizeof checksum);
  std::memcpy(&checksum, bytes.data() + body.size(), sizeof checksum);
  if (checksum != crc32c(body)) return std::nullopt;

  Taker taker({reinterpret_cast<const char*>(body.data()), body.size()});
  if (taker.text(kMagic.size()) != kMagic) return std::nullopt;
  if (taker.number<std::uint32_t>() != kVersion) return std::nullopt;
  const auto count = taker.number<std::uint32_t>();
  if (taker.number<std::uint64_t>() != journal_id || count > kMaxStreamCursors) return std::nullopt;
  StreamCursorMap cursors;
  for (std::uint32_t n = 0; n < count && taker.sound(); ++n) {
    StreamCursor cursor;
    cursor.epoch = taker.number<std::uint32_t>();
    const auto name_bytes = taker.number<std::uint32_t>();
    cursor.sequence = taker.number<std::uint64_t>();
    cursors.emplace(taker.text(name_bytes), cursor);
  }
  if (!taker.finished()) return std::nullopt;
  return cursors;
}

std::filesystem::path cursors_path(const std::filesystem::path& folder) {
  return folder / "cursors";
}

std::optional<StreamCursorMap> read_cursors(FileSystem& file_system,
                                            const std::filesystem::path& folder,
                                            std::uint64_t journal_id) {
  const std::filesystem::path path = cursors_path(folder);
  if (!file_system.exists(path)) return StreamCursorMap();
  const std::unique_ptr<File> file = file_system.open(path, OpenMode::read);
  const std::uint64_t size = file->size();
  std::vector<std::byte> bytes(size <= kMaxFileBytes ? size : 0);
  bytes.resize(file->read_at(0, bytes));
  return decode_cursors(bytes, journal_id);
}

void write_cursors(FileSystem& file_system, const std::filesystem::path& folder,
                   const StreamCursorMap& cursors, std::uint64_t journal_id) {
  const std::string bytes = encode_cursors(cursors, journal_id);
  replace_file(file_system, cursors_path(folder), std::as_bytes(std::span(bytes)));
}

}  // namespace hookwire
