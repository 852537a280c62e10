#include "open_calls_recovery.h"

#include <algorithm>
#include <optional>

#include "hookwire/journal/journal_reader.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/topic.h"

#include "event_bodies.h"

namespace hookwire {

namespace {

constexpr std::uint64_t kFirstWindow = 4096;  // records looked through at first, from the end

// Collects the parts of `system/open_calls` events, and keeps the newest that has them all.
class ListCollector {
 public:
  void see(const RecordView& record) {
    if (!record.topic.starts_with("system/open_calls/")) return;
    const DecodedEvent decoded = decode_event(record);
    if (!decoded.event || !decoded.event->data) return;
    const std::uint64_t part = decoded.event->part.value_or(1);
    const std::uint64_t parts = decoded.event->parts.value_or(1);
    if (part == 1) {
      collecting_ = OpenCalls();
      next_part_ = 1;
    }
    if (part != next_part_ || !collecting_.add_listed(*decoded.event->data)) {
      next_part_ = 0;
      return;
    }
    if (next_part_++ == parts) newest_ = collecting_;
  }

  const std::optional<OpenCalls>& newest() const noexcept { return newest_; }

 private:
  OpenCalls collecting_;
  std::uint64_t next_part_ = 0;
  std::optional<OpenCalls> newest_;
};

template <class See>
void read_from(JournalReader& reader, std::uint64_t sequence, See see) {
  reader.seek(sequence);
  while (true) {
    const JournalChunk chunk = reader.next();
    if (chunk.kind == JournalChunk::Kind::end) return;
    if (chunk.kind == JournalChunk::Kind::records) for_each_record(chunk.records, see);
  }
}

std::optional<OpenCalls> newest_list(JournalReader& reader) {
  const std::uint64_t first = reader.first_sequence();
  const std::uint64_t last = reader.last_sequence();
  for (std::uint64_t window = kFirstWindow;; window *= 4) {
    const std::uint64_t held = last > first ? last - first : 0;
    const std::uint64_t start = held > window ? last - window : first;
    ListCollector lists;
    read_from(reader, start, [&](const RecordView& record) { lists.see(record); });
    if (lists.newest() || start == first) return lists.newest();
  }
}

std::optional<Event> read_event(JournalReader& reader, std::uint64_t sequence) {
  reader.seek(sequence);
  const JournalChunk chunk = reader.next(1);
  if (chunk.kind != JournalChunk::Kind::records || chunk.first != sequence) return std::nullopt;
  return decode_event(decode_record(chunk.records).record).event;
}

}  // namespace

FoundOpenCalls find_open_calls(FileSystem& file_system, const std::filesystem::path& folder) {
  JournalReader reader(file_system, folder);
  FoundOpenCalls found{.open = newest_list(reader).value_or(OpenCalls())};
  found.needed_from = found.open.as_of() + 1;
  read_from(reader, found.needed_from, [&](const RecordView& record) { found.open.see(record); });
  return found;
}

std::uint64_t close_open_calls(FileSystem& file_system, const std::filesystem::path& folder,
                               const OpenCalls& open, const EventEncoder& encoder,
                               EventJournal& journal) {
  JournalReader reader(file_system, folder);
  std::vector<std::byte> buffer(kMaxBodyBytes);
  std::uint64_t closed = 0;
  for (const OpenCalls::Call& call : open.list()) {
    std::optional<Event> pre = read_event(reader, call.pre_sequence);
    if (pre && (pre->phase != Phase::pre || pre->call_id != call.call_id)) pre.reset();
    // Retention may have taken the pre of a call that took long.
    std::string method = pre ? pre->method : call.method;
    if (method.empty()) method = "unknown";
    const EncodedBody body = encode_aborted(
        buffer, encoder, {.call_id = call.call_id, .method = method, .pre = std::move(pre)},
        "the process died during the call; its outcome is unknown");
    if (journal.append(Phase::failure, make_topic(Phase::failure, method, encoder.publisher()),
                       body)) {
      ++closed;
    }
  }
  return closed;
}

}  // namespace hookwire
