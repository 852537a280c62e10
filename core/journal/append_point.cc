#include "append_point.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace hookwire {

AppendPoint::AppendPoint(const Identity& identity, SegmentMaker& maker,
                         std::unique_ptr<Segment> active, Place next, std::uint64_t next_sequence,
                         std::int64_t last_time_ns)
    : identity_(identity),
      maker_(maker),
      active_(std::move(active)),
      next_(next),
      next_sequence_(next_sequence),
      last_time_ns_(last_time_ns),
      shown_offset_(next.offset),
      last_sequence_(next_sequence - 1) {
  maker_.follow(active_.get());
}

AppendPoint::Result AppendPoint::try_append(const JournalEntry& entry, std::size_t size) {
  const std::lock_guard lock(mutex_);
  const std::int64_t time_ns = std::max(entry.time_ns, last_time_ns_);
  Place at = place_record(next_, size);
  if (failed_ || at.offset + size > active_->bytes().size()) [[unlikely]] {
    const std::uint64_t last = next_sequence_ - 1;
    if (!failed_ && last_sequence_.load(std::memory_order_relaxed) != last) {
      return {Result::Kind::unsynced, last, line_.load(std::memory_order_relaxed)};
    }
    if (!roll_over(time_ns)) return {Result::Kind::no_segment};
    at = place_record(next_, size);
  }
  if ((rooms_ > 0 || entry.room == JournalRoom::take) && !has_room(entry)) [[unlikely]] {
    return {Result::Kind::no_room};
  }
  if (entry.room == JournalRoom::take) ++rooms_;
  // With `disk` its room is kept until the record is durable.
  if (entry.room == JournalRoom::use && identity_.sync == JournalSync::os) --rooms_;
  const std::uint64_t sequence = next_sequence_++;
  encode_record({.sequence = sequence,
                 .journal_id = identity_.journal_id,
                 .time_ns = time_ns,
                 .epoch = identity_.epoch,
                 .kind = entry.kind,
                 .flags = entry.flags,
                 .topic = entry.topic,
                 .body = entry.body,
                 .bytes = {}},
                active_->bytes().subspan(static_cast<std::size_t>(at.offset)));
  store_place(active_->bytes(), at);
  last_time_ns_ = time_ns;
  next_ = {at.offset + size, at.index + 1};
  if (identity_.sync == JournalSync::os) {
    shown_offset_ = next_.offset;
    SegmentLive& live = active_->live();
    live.end_offset.store(next_.offset, std::memory_order_release);
    live.last_sequence.store(sequence, std::memory_order_release);
    last_sequence_.store(sequence, std::memory_order_release);
  }
  return {Result::Kind::appended, sequence, line_.load(std::memory_order_relaxed)};
}

// A record never needs more than a block, but may need more than the first of a segment has. What
// is set aside must fit behind this one, in what is left here and in the segment that is ready.
bool AppendPoint::has_room(const JournalEntry& entry) const noexcept {
  if (entry.room == JournalRoom::use) return true;
  const std::uint64_t bytes = active_->bytes().size();
  const std::uint64_t blocks =
      (bytes - next_.offset) / kBlockBytes + (maker_.ready() ? bytes / kBlockBytes - 1 : 0);
  return blocks >= rooms_ + (entry.room == JournalRoom::take ? 2 : 1);
}

void AppendPoint::release_room() noexcept {
  const std::lock_guard lock(mutex_);
  --rooms_;
}

// With the mutex. False when no segment is ready. No system call but the maker's wake.
bool AppendPoint::roll_over(std::int64_t time_ns) noexcept {
  std::unique_ptr<Segment> fresh = maker_.take();
  if (!fresh) return false;
  const std::uint64_t last = last_sequence_.load(std::memory_order_relaxed);
  SegmentLive& live = active_->live();
  const std::uint64_t durable = live.durable_sequence.load(std::memory_order_relaxed);
  const std::uint64_t first = live.first_sequence.load(std::memory_order_relaxed);
  fresh->live().durable_sequence.store(durable, std::memory_order_relaxed);
  fresh->live().first_sequence.store(first, std::memory_order_relaxed);
  activate(*fresh, identity_, next_sequence_, time_ns);
  store_seal(active_->bytes(), {.last_sequence = last,
                                .end_offset = shown_offset_,
                                .last_time_ns = last_time_ns_,
                                .given_up = failed_ ? 1u : 0u});
  live.sealed.store(1, std::memory_order_release);
  shown_offset_ = kSegmentHeaderBytes;
  next_ = {shown_offset_, 0};
  active_->given_up = std::exchange(failed_, false);
  maker_.follow(fresh.get());
  maker_.retire(std::exchange(active_, std::move(fresh)));
  return true;
}

void AppendPoint::activate(Segment& segment, const Identity& identity, std::uint64_t first_sequence,
                           std::int64_t time_ns) noexcept {
  SegmentLive& live = segment.live();
  live.end_offset.store(kSegmentHeaderBytes, std::memory_order_relaxed);
  live.last_sequence.store(first_sequence - 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  store_activation(
      segment.bytes(),
      {.first_sequence = first_sequence, .first_time_ns = time_ns, .epoch = identity.epoch});
}

AppendPoint::Position AppendPoint::position() {
  const std::lock_guard lock(mutex_);
  return {active_.get(), next_.offset, next_sequence_ - 1, line_.load(std::memory_order_relaxed)};
}

void AppendPoint::publish(const Position& durable) noexcept {
  const std::lock_guard lock(mutex_);
  if (durable.line != line_.load(std::memory_order_relaxed)) return;
  SegmentLive& live = active_->live();
  live.durable_sequence.store(durable.sequence, std::memory_order_relaxed);
  if (identity_.sync == JournalSync::os) return;
  shown_offset_ = durable.end_offset;
  live.end_offset.store(durable.end_offset, std::memory_order_release);
  live.last_sequence.store(durable.sequence, std::memory_order_release);
  last_sequence_.store(durable.sequence, std::memory_order_release);
}

void AppendPoint::keep_from(std::uint64_t sequence) noexcept {
  const std::lock_guard lock(mutex_);
  active_->live().first_sequence.store(sequence, std::memory_order_release);
}

void AppendPoint::give_up(std::uint64_t line) noexcept {
  const std::lock_guard lock(mutex_);
  if (line != line_.load(std::memory_order_relaxed)) return;
  line_.store(line + 1, std::memory_order_release);
  failed_ = true;
  next_sequence_ = last_sequence_.load(std::memory_order_relaxed) + 1;
  next_.offset = shown_offset_;  // nothing is appended there: a new segment begins
}

}  // namespace hookwire
