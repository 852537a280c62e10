#include "hookwire/testing/read_events.h"

#include <string>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/schemas/event_decoder.h"

namespace hookwire::testing {

namespace {

Event event_of(const RecordView& record, std::uint64_t expected) {
  if (record.sequence != expected) {
    throw Error(ErrorCode::damaged, "the journal has record " + std::to_string(record.sequence) +
                                        " where " + std::to_string(expected) + " should be");
  }
  DecodedEvent decoded = decode_event(record);
  if (!decoded.event) {
    throw Error(ErrorCode::damaged,
                "record " + std::to_string(record.sequence) + " is no event: " + decoded.fault);
  }
  return std::move(*decoded.event);
}

}  // namespace

std::vector<Event> read_events(const std::filesystem::path& folder, std::uint64_t from) {
  PosixFileSystem files;
  JournalReader reader(files, folder);
  reader.seek(from);
  std::vector<Event> events;
  std::uint64_t next = reader.position();
  while (true) {
    const JournalChunk chunk = reader.next();
    if (chunk.kind == JournalChunk::Kind::end) return events;
    if (chunk.kind == JournalChunk::Kind::gap) {
      next = chunk.last + 1;
      continue;
    }
    for_each_record(chunk.records,
                    [&](const RecordView& record) { events.push_back(event_of(record, next++)); });
  }
}

}  // namespace hookwire::testing
