#include "open_calls_keeper.h"

#include <chrono>
#include <string>

#include "hookwire/base/thread_name.h"

namespace hookwire {

namespace {

// Nobody waits for the list: the journal is followed at leisure.
constexpr std::chrono::milliseconds kPause(200);
constexpr std::uint64_t kRecordsPerStep = 65'536;

}  // namespace

OpenCallsKeeper::OpenCallsKeeper(FileSystem& file_system, const std::filesystem::path& folder,
                                 std::uint64_t segment_bytes, OpenCalls open, EventJournal& journal,
                                 Log& log)
    : reader_(file_system, folder),
      due_bytes_(segment_bytes / 2),
      open_(std::move(open)),
      journal_(journal),
      log_(log) {
  reader_.seek(open_.as_of() + 1);
}

OpenCallsKeeper::~OpenCallsKeeper() {
  stop();
}

void OpenCallsKeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void OpenCallsKeeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

bool OpenCallsKeeper::step(std::uint64_t records) {
  std::uint64_t seen = 0;
  while (seen < records) {
    const JournalChunk chunk = reader_.next();
    if (chunk.kind == JournalChunk::Kind::end) break;
    seen += chunk.last - chunk.first + 1;
    if (chunk.kind != JournalChunk::Kind::records) continue;
    bytes_ += chunk.records.size();
    for_each_record(chunk.records, [this](const RecordView& record) { open_.see(record); });
  }
  if (bytes_ >= due_bytes_) write_list();
  return seen > 0;
}

void OpenCallsKeeper::write_list() {
  const std::vector<Value> parts = open_.parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool several = parts.size() > 1;
    journal_.tell("open_calls", parts[i], several ? i + 1 : 0, several ? parts.size() : 0);
  }
  bytes_ = 0;
}

void OpenCallsKeeper::run(const std::stop_token& stop) {
  set_thread_name("hw-open-calls");
  while (!stop.stop_requested()) {
    try {
      while (!stop.stop_requested() && step(kRecordsPerStep)) continue;
    } catch (const std::exception& error) {
      log_.error(std::string("open calls are not kept track of any more: ") + error.what());
      return;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kPause, [] { return false; });
  }
}

}  // namespace hookwire
