#include "journal_follow.h"

#include <string>

#include "hookwire/base/error.h"
#include "hookwire/schemas/topic.h"

namespace hookwire {

JournalFollow::JournalFollow(FileSystem& file_system, const std::filesystem::path& folder,
                             const StreamStart& start)
    : reader_(file_system, folder) {
  source_.endpoint = folder.string();
  source_.journal_id = reader_.journal_id();
  source_.epoch = reader_.epoch();
  switch (start.from) {
    case StreamStart::From::earliest:
    case StreamStart::From::cursor:
      return;
    case StreamStart::From::latest:
      reader_.seek(reader_.last_sequence() + 1);
      return;
    case StreamStart::From::time:
      reader_.seek_time(start.time_ns);
      return;
    case StreamStart::From::sequence:
      break;
  }
  if (start.journal_id != 0 && start.journal_id != reader_.journal_id()) {
    throw Error(ErrorCode::bad_input,
                folder.string() +
                    " holds another journal than --from names; use a sequence or "
                    "a time");
  }
  reader_.seek(start.sequence);
}

bool JournalFollow::step(Sink& sink) {
  const JournalChunk chunk = reader_.next();
  if (chunk.kind == JournalChunk::Kind::end) return false;
  source_.epoch = chunk.epoch;
  if (chunk.kind == JournalChunk::Kind::gap) {
    sink.gap(
        source_,
        {.epoch = chunk.epoch, .first = chunk.first, .last = chunk.last, .reason = chunk.reason});
    return true;
  }
  records_.clear();
  for_each_record(chunk.records, [this](const RecordView& record) { records_.push_back(record); });
  // The journal knows no publisher; its topics do.
  for (const RecordView& record : records_) {
    const auto topic = parse_topic(record.topic);
    if (topic) source_.publisher = topic->publisher;
    if (topic) break;
  }
  sink.records(source_, records_);
  return true;
}

}  // namespace hookwire
