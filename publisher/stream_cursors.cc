#include "stream_cursors.h"

#include <bit>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "hookwire/base/crc32c.h"

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

StreamCursors::StreamCursors(FileSystem& file_system, Log& log, std::filesystem::path folder,
                             std::uint64_t journal_id)
    : file_system_(file_system), log_(log), folder_(std::move(folder)), journal_id_(journal_id) {
  load();
}

bool StreamCursors::reserve(const std::string& name) {
  if (cursors_.size() >= kMaxNames && !cursors_.contains(name)) return false;
  cursors_.try_emplace(name);
  return true;
}

void StreamCursors::release(const std::string& name) {
  const auto found = cursors_.find(name);
  if (found != cursors_.end() && found->second.sequence == 0) cursors_.erase(found);
}

StreamCursor StreamCursors::find(const std::string& name) const {
  const auto found = cursors_.find(name);
  return found == cursors_.end() ? StreamCursor{} : found->second;
}

void StreamCursors::move(const std::string& name, StreamCursor to) {
  const auto found = cursors_.find(name);
  if (found == cursors_.end() || to <= found->second) return;
  found->second = to;
  moved_ = true;
}

void StreamCursors::save_when_due(std::int64_t now_ns) {
  if (now_ns < due_ns()) return;
  saved_ns_ = now_ns;
  save();
}

std::int64_t StreamCursors::due_ns() const noexcept {
  return moved_ ? saved_ns_ + kSaveIntervalNs : std::numeric_limits<std::int64_t>::max();
}

void StreamCursors::save() noexcept {
  if (!moved_) return;
  try {
    write_file();
    moved_ = false;
    failing_ = false;
  } catch (const std::exception& error) {
    if (!std::exchange(failing_, true)) {
      log_.warning(
          std::string("the stream's cursors could not be saved and will be tried again: ") +
          error.what());
    }
  }
}

void StreamCursors::write_file() {
  const std::string bytes = encode();
  const auto temporary = folder_ / "cursors.tmp";
  const auto file = file_system_.open(temporary, OpenMode::create);
  file->truncate(bytes.size());
  file->write_at(0, std::as_bytes(std::span(bytes)));
  file->sync();
  file_system_.rename(temporary, folder_ / "cursors");
  file_system_.sync_directory(folder_);
}

void StreamCursors::load() {
  const auto path = folder_ / "cursors";
  if (!file_system_.exists(path)) return;
  const auto file = file_system_.open(path, OpenMode::read);
  const std::uint64_t size = file->size();
  std::vector<std::byte> bytes(size <= kMaxFileBytes ? size : 0);
  bytes.resize(file->read_at(0, bytes));
  if (decode(bytes)) return;
  cursors_.clear();
  file_system_.rename(path, folder_ / "cursors.damaged");
  log_.warning(path.string() +
               " is damaged or of another journal; it was renamed to cursors.damaged, and clients "
               "that start at their cursor begin at the earliest record");
}

std::string StreamCursors::encode() const {
  std::string bytes(kMagic);
  std::uint32_t count = 0;
  std::string entries;
  for (const auto& [name, cursor] : cursors_) {
    if (cursor.sequence == 0) continue;
    put(entries, cursor.epoch);
    put(entries, static_cast<std::uint32_t>(name.size()));
    put(entries, cursor.sequence);
    entries += name;
    ++count;
  }
  put(bytes, kVersion);
  put(bytes, count);
  put(bytes, journal_id_);
  bytes += entries;
  put(bytes, crc32c(std::as_bytes(std::span(bytes))));
  return bytes;
}

bool StreamCursors::decode(std::span<const std::byte> bytes) {
  std::uint32_t checksum = 0;
  if (bytes.size() < sizeof checksum) return false;
  const auto body = bytes.first(bytes.size() - sizeof checksum);
  std::memcpy(&checksum, bytes.data() + body.size(), sizeof checksum);
  if (checksum != crc32c(body)) return false;

  Taker taker({reinterpret_cast<const char*>(body.data()), body.size()});
  if (taker.text(kMagic.size()) != kMagic || taker.number<std::uint32_t>() != kVersion)
    return false;
  const auto count = taker.number<std::uint32_t>();
  if (taker.number<std::uint64_t>() != journal_id_ || count > kMaxNames) return false;
  for (std::uint32_t n = 0; n < count && taker.sound(); ++n) {
    StreamCursor cursor;
    cursor.epoch = taker.number<std::uint32_t>();
    const auto name_bytes = taker.number<std::uint32_t>();
    cursor.sequence = taker.number<std::uint64_t>();
    cursors_.emplace(taker.text(name_bytes), cursor);
  }
  return taker.finished();
}

}  // namespace hookwire
