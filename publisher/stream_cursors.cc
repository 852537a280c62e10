#include "stream_cursors.h"

#include <limits>
#include <utility>

namespace hookwire {

StreamCursors::StreamCursors(FileSystem& file_system, Log& log, std::filesystem::path folder,
                             std::uint64_t journal_id, const std::vector<std::string>& kept)
    : file_system_(file_system),
      log_(log),
      folder_(std::move(folder)),
      journal_id_(journal_id),
      kept_(kept.begin(), kept.end()) {
  load();
  const auto any = [](const std::string&, const StreamCursor&) { return true; };
  for (const std::string& name : kept_) {
    if (cursors_.contains(name)) continue;
    if (cursors_.size() >= kMaxNames) drop_one(any, name);
    cursors_.try_emplace(name);
  }
}

bool StreamCursors::reserve(const std::string& name, std::uint64_t first_sequence,
                            FunctionRef<bool(const std::string&)> connected) {
  if (cursors_.contains(name)) return true;
  const auto passed = [&](const std::string& other, const StreamCursor& cursor) {
    return cursor.sequence + 1 < first_sequence && !connected(other);
  };
  if (cursors_.size() >= kMaxNames && !drop_one(passed, name)) return false;
  cursors_.try_emplace(name);
  return true;
}

bool StreamCursors::drop_one(FunctionRef<bool(const std::string&, const StreamCursor&)> may,
                             const std::string& for_name) {
  auto last = cursors_.end();
  for (auto at = cursors_.begin(); at != cursors_.end(); ++at) {
    if (kept_.contains(at->first) || !may(at->first, at->second)) continue;
    if (last == cursors_.end() || at->second < last->second) last = at;
  }
  if (last == cursors_.end()) return false;
  log_.warning("the stream's cursor of " + last->first + ", which acknowledged event " +
               std::to_string(last->second.sequence) + " of epoch " +
               std::to_string(last->second.epoch) + " last, gave way to " + for_name +
               ": there are " + std::to_string(kMaxNames) +
               " names. Should it come again, it starts at the earliest event that is kept");
  cursors_.erase(last);
  moved_ = true;
  return true;
}

void StreamCursors::release(const std::string& name) {
  const auto found = cursors_.find(name);
  if (found == cursors_.end() || found->second.sequence != 0 || kept_.contains(name)) return;
  cursors_.erase(found);
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
