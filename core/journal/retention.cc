#include "retention.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "journal_folder.h"

namespace hookwire {

namespace {

constexpr std::int64_t kIntervalNs = 1'000'000'000;

}  // namespace

void Retention::step(std::uint64_t active, FunctionRef<bool()> may_go_on,
                     FunctionRef<void(std::uint64_t)> keep_from) noexcept {
  const std::int64_t now_ns = clock_.steady_ns();
  const bool due = now_ns >= due_ns_ || active != active_;
  if (!due && !more_) return;
  try {
    if (due) {
      due_ns_ = now_ns + kIntervalNs;
      active_ = active;
      watch_space();
      look();
      needs_ = keep_.needs ? keep_.needs() : JournalNeeds();
    }
    held_ = false;
    more_ = trim(may_go_on, keep_from);
    if (held_ && low_) due_ns_ = now_ns + kHeldNs;
    if (!more_) troubled_ = false;
  } catch (const std::exception& error) {
    more_ = false;  // again when it is due
    if (std::exchange(troubled_, true)) return;
    notice({.kind = JournalNotice::Kind::trouble, .what = error.what()});
  }
}

// The headers of segments that were seen in use do not change any more.
void Retention::look() {
  std::deque<Kept> before = std::exchange(segments_, {});
  torn_.clear();
  bytes_ = 0;
  for (std::string& name : file_system_.list(folder_)) {
    if (name.starts_with("torn-")) torn_.push_back(std::move(name));
    const std::optional<std::uint64_t> ordinal = segment_ordinal(name);
    if (!ordinal) continue;
    while (!before.empty() && before.front().ordinal < *ordinal) before.pop_front();
    if (before.empty() || before.front().ordinal != *ordinal) {
      add(*ordinal);
    } else {
      segments_.push_back(before.front());
      bytes_ += before.front().bytes;
    }
  }
}

void Retention::add(std::uint64_t ordinal) {
  const SegmentFile segment = read_segment(file_system_, folder_, ordinal);
  // What is not this journal's, or not sound, is evidence for somebody to look at.
  if (!segment.header || segment.header->made.journal_id != journal_id_) return;
  bytes_ += segment.header->made.segment_bytes;
  if (!segment.header->activation) return;
  const SegmentActivation& activation = *segment.header->activation;
  segments_.push_back({.ordinal = ordinal,
                       .bytes = segment.header->made.segment_bytes,
                       .epoch = activation.epoch,
                       .first_sequence = activation.first_sequence,
                       .first_time_ns = activation.first_time_ns});
}

// Space is enough again when an eighth more than the limit is free, so that it does not flicker.
void Retention::watch_space() {
  if (keep_.low_space_bytes == 0) return;
  const std::uint64_t free = file_system_.free_bytes(folder_);
  const std::uint64_t limit = keep_.low_space_bytes + (low_ ? keep_.low_space_bytes / 8 : 0);
  const bool low = free < limit;
  if (low == low_) return;
  low_ = low;
  notice({.kind = low ? JournalNotice::Kind::low_space : JournalNotice::Kind::enough_space,
          .free_bytes = free});
}

// True when there is more to remove.
bool Retention::trim(FunctionRef<bool()> may_go_on, FunctionRef<void(std::uint64_t)> keep_from) {
  const std::int64_t end_ns = clock_.steady_ns() + kMostNs;
  // One at least, so that history goes as fast as segments are made.
  for (bool first = true; segments_.size() > 1; first = false) {
    const Kept oldest = segments_[0];
    const Kept& next = segments_[1];
    if (!is_spare(oldest, next)) return false;
    held_ = next.first_sequence > needs_.owner_from;
    if (held_) return false;
    if (!first && (!may_go_on() || clock_.steady_ns() > end_ns)) return true;
    tell_passed(oldest, next.first_sequence - 1);
    keep_from(next.first_sequence);
    remove(oldest);
    troubled_ = false;
    segments_.pop_front();
    bytes_ -= oldest.bytes;
    watch_space();
  }
  return false;
}

// A clock that is set forward while the journal is open makes nothing older.
std::int64_t Retention::now_ns() const noexcept {
  const std::int64_t passed = clock_.steady_ns() - began_steady_ns_;
  return std::min(clock_.unix_ns(), began_unix_ns_ + passed);
}

// True when the oldest segment is not kept any longer. It ends where the next one begins.
bool Retention::is_spare(const Kept& oldest, const Kept& next) const {
  if (keep_.most_bytes != 0 && bytes_ > keep_.most_bytes) return true;
  const auto needs = [&](const JournalReaderPlace& reader) {
    return needed_from(reader) < next.first_sequence;
  };
  if (std::any_of(needs_.readers.begin(), needs_.readers.end(), needs)) return false;
  const bool empty = next.first_sequence == oldest.first_sequence;
  const bool old = keep_.age.count() > 0 && next.first_time_ns < now_ns() - keep_.age.count();
  return empty || low_ || old || (keep_.bytes != 0 && bytes_ > keep_.bytes);
}

// A reader whose epoch ended before the record that it saw last goes on where the next one began.
std::uint64_t Retention::needed_from(const JournalReaderPlace& reader) const {
  const auto later = std::find_if(segments_.begin(), segments_.end(), [&](const Kept& segment) {
    return segment.epoch > reader.epoch;
  });
  const std::uint64_t behind = reader.sequence + 1;
  return later == segments_.end() ? behind : std::min(behind, later->first_sequence);
}

// The name goes before any younger one: a machine that dies leaves no hole.
void Retention::remove(const Kept& segment) {
  file_system_.remove(folder_ / segment_name(segment.ordinal));
  file_system_.sync_directory(folder_);
  const std::string torn = "torn-" + std::to_string(segment.ordinal) + "-";
  for (const std::string& name : torn_) {
    if (name.starts_with(torn)) file_system_.remove(folder_ / name);
  }
}

void Retention::tell_passed(const Kept& oldest, std::uint64_t last) {
  for (const JournalReaderPlace& reader : needs_.readers) {
    const std::uint64_t first = std::max(needed_from(reader), oldest.first_sequence);
    if (first > last) continue;
    notice({.kind = JournalNotice::Kind::passed_reader,
            .reader = reader.name,
            .epoch = oldest.epoch,
            .first = first,
            .last = last});
  }
}

void Retention::notice(JournalNotice notice) {
  const std::lock_guard lock(mutex_);
  noticed_.store(true, std::memory_order_release);
  keep_notice(notices_, std::move(notice), kMaxNotices);
}

std::vector<JournalNotice> Retention::take_notices() {
  const std::lock_guard lock(mutex_);
  noticed_.store(false, std::memory_order_relaxed);
  return std::exchange(notices_, {});
}

}  // namespace hookwire
