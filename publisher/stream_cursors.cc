#include "stream_cursors.h"

#include <limits>
#include <utility>

namespace hookwire {

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
    write_cursors(file_system_, folder_, cursors_, journal_id_);
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

void StreamCursors::load() {
  if (std::optional<StreamCursorMap> found = read_cursors(file_system_, folder_, journal_id_)) {
    cursors_ = std::move(*found);
    return;
  }
  const std::filesystem::path path = cursors_path(folder_);
  file_system_.rename(path, folder_ / "cursors.damaged");
  log_.warning(path.string() +
               " is damaged or of another journal; it was renamed to cursors.damaged, and clients "
               "that start at their cursor begin at the earliest record");
}

}  // namespace hookwire
