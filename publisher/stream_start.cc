#include "stream_start.h"

#include <algorithm>

namespace hookwire {
namespace {

/// The epoch of the record `sequence`; the current one when it is not written yet.
std::uint32_t epoch_at(JournalReader& journal, std::uint64_t sequence) {
  journal.seek(sequence);
  const JournalChunk chunk = journal.next(1);
  return chunk.kind == JournalChunk::Kind::end ? journal.epoch() : chunk.epoch;
}

/// The first sequence held whose epoch is later than `epoch`: epochs only rise along a journal.
std::uint64_t first_behind(JournalReader& journal, std::uint32_t epoch) {
  std::uint64_t low = journal.first_sequence();
  std::uint64_t high = journal.last_sequence() + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (epoch_at(journal, middle) > epoch) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

std::uint64_t last_survivor(JournalReader& journal, std::uint64_t stood, std::uint32_t epoch) {
  const std::uint64_t at_most = std::min(stood, journal.last_sequence());
  if (epoch == 0 || epoch >= journal.epoch()) return at_most;
  if (const auto end = journal.epoch_end(epoch)) return std::min(at_most, *end);
  const std::uint64_t first = journal.first_sequence();
  if (first > 1 && epoch_at(journal, first) > epoch) return 0;
  if (at_most < first) return at_most;
  return std::min(at_most, first_behind(journal, epoch) - 1);
}

namespace {

StreamBeginning start_at_sequence(JournalReader& journal, const StreamStart& start) {
  if (start.journal_id != 0 && start.journal_id != journal.journal_id()) {
    return {.sequence = journal.first_sequence(), .rolled_back = {}};
  }
  const std::uint64_t sequence = std::max<std::uint64_t>(start.sequence, 1);
  const std::uint64_t stood = sequence - 1;
  const std::uint64_t survivor = last_survivor(journal, stood, start.epoch);
  if (survivor == stood) return {.sequence = sequence, .rolled_back = {}};
  RolledBack rolled_back;
  rolled_back.previous_epoch = start.epoch != 0 ? start.epoch : journal.epoch();
  rolled_back.epoch = epoch_at(journal, survivor + 1);
  rolled_back.last = survivor;
  return {.sequence = survivor + 1, .rolled_back = rolled_back};
}

}  // namespace

StreamBeginning find_start(JournalReader& journal, const StreamStart& start) {
  switch (start.from) {
    case StreamStart::From::latest:
      return {.sequence = journal.last_sequence() + 1, .rolled_back = {}};
    case StreamStart::From::sequence:
      return start_at_sequence(journal, start);
    case StreamStart::From::time:
      journal.seek_time(start.time_ns);
      return {.sequence = journal.position(), .rolled_back = {}};
    case StreamStart::From::earliest:
    case StreamStart::From::cursor:
      break;
  }
  return {.sequence = journal.first_sequence(), .rolled_back = {}};
}

}  // namespace hookwire
