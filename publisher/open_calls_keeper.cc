#include "open_calls_keeper.h"

#include <chrono>
#include <string>
#include <utility>

#include "hookwire/base/thread_name.h"

namespace hookwire {

namespace {

// Nobody waits for the list: the journal is followed at leisure.
constexpr std::chrono::milliseconds kPause(200);
constexpr std::uint64_t kRecordsPerStep = 2000;

}  // namespace

OpenCallsKeeper::OpenCallsKeeper(FileSystem& file_system, const std::filesystem::path& folder,
                                 std::uint64_t segment_bytes, OpenCalls open, EventJournal& journal,
                                 Log& log, std::atomic<std::uint64_t>& needed_from)
    : reader_(file_system, folder),
      due_bytes_(segment_bytes / 2),
      open_(std::move(open)),
      journal_(journal),
      log_(log),
      needed_from_(needed_from) {
  reader_.seek(open_.as_of() + 1);
}

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
  if (done_) return false;
  try {
    const bool read_some = read(kRecordsPerStep);
    if (bytes_ >= due_bytes_) write_list();
    return read_some;
  } catch (const std::exception& error) {
    give_up(error.what());
    return false;
  }
}

void OpenCallsKeeper::catch_up() {
  const std::lock_guard lock(mutex_);
  read_all();
  write_list();
}

void OpenCallsKeeper::finish() noexcept {
  stop_thread();
  const std::lock_guard lock(mutex_);
  if (done_) return;
  try {
    read_all();
    write_list();
  } catch (const std::exception& error) {
    give_up(error.what());
  }
  done_ = true;
}

// All that there is now: calls may go on and append meanwhile.
void OpenCallsKeeper::read_all() {
  const std::uint64_t last = reader_.last_sequence();
  while (reader_.position() <= last && read(kRecordsPerStep)) continue;
}

bool OpenCallsKeeper::read(std::uint64_t records) {
  std::uint64_t seen = 0;
  while (seen < records) {
    const JournalChunk chunk = reader_.next();
    if (chunk.kind == JournalChunk::Kind::end) break;
    seen += chunk.last - chunk.first + 1;
    if (chunk.kind != JournalChunk::Kind::records) continue;
    bytes_ += chunk.records.size();
    for_each_record(chunk.records, [this](const RecordView& record) { open_.see(record); });
  }
  return seen > 0;
}

void OpenCallsKeeper::write_list() {
  if (open_.overlooked() > overlooked_) {
    overlooked_ = open_.overlooked();
    log_.error("more than " + std::to_string(OpenCalls::kMaxCalls) +
               " calls are open at once: should the process die now, some get no end");
  }
  const std::vector<Value> parts = open_.parts();
  bool whole = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool several = parts.size() > 1;
    whole &= journal_.tell("open_calls", parts[i], several ? i + 1 : 0, several ? parts.size() : 0);
  }
  bytes_ = 0;
  if (whole) needed_from_.store(open_.as_of() + 1, std::memory_order_release);
}

void OpenCallsKeeper::give_up(const char* why) noexcept {
  done_ = true;
  try {
    log_.error(std::string("open calls are not kept track of any more: ") + why);
  } catch (const std::exception&) {
    return;  // without memory for the words
  }
}

void OpenCallsKeeper::run(const std::stop_token& stop) {
  set_thread_name("hw-open-calls");
  while (!stop.stop_requested()) {
    while (!stop.stop_requested() && step()) continue;
    if (beside_) beside_();
    std::unique_lock lock(wake_mutex_);
    wake_.wait_for(lock, stop, kPause, [] { return false; });
  }
}

}  // namespace hookwire
