#include "open_calls_keeper.h"

#include <chrono>
#include <string>
#include <utility>

#include "hookwire/base/thread_name.h"

namespace hookwire {

namespace {

// The journal is followed at leisure, until it rings since it has gone on to another segment.
constexpr std::chrono::milliseconds kPause(200);
constexpr std::uint64_t kRecordsPerStep = 2000;
constexpr std::chrono::seconds kPauseAfterTrouble(1);

}  // namespace

void KeeperBell::ring() noexcept {
  {
    const std::lock_guard lock(mutex_);
    rung_ = true;
  }
  changed_.notify_all();
}

void KeeperBell::wait(const std::stop_token& stop, std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, pause, [this] { return rung_; });
  rung_ = false;
}

OpenCallsKeeper::OpenCallsKeeper(FileSystem& file_system, const std::filesystem::path& folder,
                                 std::uint64_t segment_bytes, OpenCalls open, EventJournal& journal,
                                 Log& log, std::atomic<std::uint64_t>& needed_from,
                                 KeeperBell& bell)
    : file_system_(file_system),
      folder_(folder),
      due_bytes_(segment_bytes / 2),
      open_(std::move(open)),
      journal_(journal),
      log_(log),
      needed_from_(needed_from),
      bell_(bell) {}

OpenCallsKeeper::~OpenCallsKeeper() {
  stop_thread();
}

void OpenCallsKeeper::start(std::function<void()> beside) {
  if (thread_.joinable()) return;
  beside_ = std::move(beside);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void OpenCallsKeeper::stop_thread() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

bool OpenCallsKeeper::step() noexcept {
  const std::lock_guard lock(mutex_);
  if (done_ || (!reader_ && std::chrono::steady_clock::now() < retry_at_)) return false;
  try {
    const bool read_some = read(kRecordsPerStep);
    if (bytes_ >= due_bytes_) owed_ = true;
    if (owed_) write_list(false);
    if (std::exchange(troubled_, false)) log_.info("open calls are kept track of again");
    return read_some;
  } catch (const std::exception& error) {
    trouble(error.what(), "that will be tried again each second: ");
    return false;
  }
}

void OpenCallsKeeper::catch_up() {
  const std::lock_guard lock(mutex_);
  read_all();
  write_list(true);
}

void OpenCallsKeeper::finish() noexcept {
  stop_thread();
  const std::lock_guard lock(mutex_);
  if (std::exchange(done_, true)) return;
  try {
    read_all();
    write_list(true);
  } catch (const std::exception& error) {
    troubled_ = false;
    trouble(error.what(), "the next open reads from the last list: ");
  }
}

// A reader that failed is not read on with: another goes on behind what was seen.
JournalReader& OpenCallsKeeper::reader() {
  if (!reader_) {
    reader_.emplace(file_system_, folder_);
    reader_->seek(open_.as_of() + 1);
  }
  return *reader_;
}

// All that there is now: calls may go on and append meanwhile.
void OpenCallsKeeper::read_all() {
  const std::uint64_t last = reader().last_sequence();
  while (reader().position() <= last && read(kRecordsPerStep)) continue;
}

bool OpenCallsKeeper::read(std::uint64_t records) {
  std::uint64_t seen = 0;
  while (seen < records) {
    const JournalChunk chunk = reader().next();
    if (chunk.kind == JournalChunk::Kind::end) break;
    seen += chunk.last - chunk.first + 1;
    if (chunk.kind != JournalChunk::Kind::records) continue;
    bytes_ += chunk.records.size();
    for_each_record(chunk.records, [this](const RecordView& record) { open_.see(record); });
  }
  return seen > 0;
}

// What the journal does not take is owed, and offered again soon.
void OpenCallsKeeper::write_list(bool waits) {
  if (open_.overlooked() > overlooked_) {
    overlooked_ = open_.overlooked();
    log_.error("more than " + std::to_string(OpenCalls::kMaxCalls) +
               " calls are open at once: should the process die now, some get no end");
  }
  owed_ = true;
  const std::vector<Value> parts = open_.parts();
  const bool several = parts.size() > 1;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!journal_.offer("open_calls", parts[i], several ? i + 1 : 0, several ? parts.size() : 0,
                        waits)) {
      return;
    }
  }
  owed_ = false;
  bytes_ = 0;
  needed_from_.store(open_.as_of() + 1, std::memory_order_release);
}

void OpenCallsKeeper::trouble(const char* why, const char* what_then) noexcept {
  reader_.reset();
  retry_at_ = std::chrono::steady_clock::now() + kPauseAfterTrouble;
  if (std::exchange(troubled_, true)) return;
  try {
    log_.error(std::string("open calls cannot be kept track of, ") + what_then + why);
  } catch (const std::exception&) {
    return;  // without memory for the words
  }
}

void OpenCallsKeeper::run(const std::stop_token& stop) {
  set_thread_name("hw-events");
  while (!stop.stop_requested()) {
    const bool more = step();
    beside_();
    if (!more) bell_.wait(stop, kPause);
  }
}

}  // namespace hookwire
