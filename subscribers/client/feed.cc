#include "feed.h"

#include <algorithm>
#include <utility>

#include "batch_check.h"

namespace hookwire {
namespace {

// Sequences count events from 1 on: none comes near, and what is below cannot overflow.
constexpr std::uint64_t kMaxSequence = 1ull << 62;

std::string range(std::uint64_t first, std::uint64_t last) {
  return std::to_string(first) + ".." + std::to_string(last);
}

}  // namespace

Feed::Feed(FeedOptions options, Sink& sink, CursorStore& cursors, Subscriber::Counters& counters)
    : options_(std::move(options)),
      sink_(sink),
      cursors_(cursors),
      counters_(counters),
      position_(cursors.of_endpoint(options_.endpoint)),
      committed_(position_) {
  source_.endpoint = options_.endpoint;
}

StreamStart Feed::next_start() const {
  if (!position_) return options_.start;
  return {.from = StreamStart::From::sequence,
          .sequence = position_->sequence + 1,
          .journal_id = position_->journal_id,
          .epoch = position_->epoch};
}

bool Feed::welcome(const Welcome& welcome) {
  // With the same journal it stays, also while nothing of it was handed on yet.
  if (source_.journal_id != welcome.journal_id) suspect_ = 0;
  source_.publisher = welcome.publisher;
  source_.journal_id = welcome.journal_id;
  session_start_ = welcome.start;
  if (position_ && position_->journal_id == welcome.journal_id) {
    source_.epoch = position_->epoch;
    expected_ = position_->sequence + 1;
    return true;
  }
  uncommitted_ = false;
  uncommitted_bytes_ = 0;
  position_ = cursors_.of_journal(welcome.journal_id);
  committed_ = position_;
  if (position_) return false;
  expected_ = welcome.start;
  source_.epoch = 0;
  if (welcome.start == welcome.position.last + 1) {
    // Begins at the end: from now on "latest" would mean another place.
    source_.epoch = welcome.position.epoch;
    position_ = {welcome.journal_id, welcome.position.epoch, welcome.position.last};
    committed_ = position_;
  }
  return true;
}

std::string Feed::range_fault(std::uint64_t first, std::uint64_t last) const {
  if (first == 0 || first > last || last > kMaxSequence) {
    return "a reply about the sequences " + range(first, last);
  }
  // Then the welcome was spoilt: what lies between would be taken for handed on.
  if (first < session_start_) {
    return "a reply about " + range(first, last) + " in a session that begins at " +
           std::to_string(session_start_);
  }
  return {};
}

std::string Feed::batch(const Batch& batch, std::span<const std::byte> records) {
  if (std::string wrong = range_fault(batch.first, batch.last); !wrong.empty()) return wrong;
  const bool later_epoch = source_.epoch != 0 && batch.epoch > source_.epoch;
  if (later_epoch && batch.first < expected_) {
    // The publisher should have said so itself.
    roll_back_to(batch.first - 1, std::exchange(source_.epoch, batch.epoch));
  }
  if (batch.last < expected_) return {};  // had it
  if (batch.first > expected_) {
    std::string skipped =
        fault(batch.first - 1, "the publisher skipped " + range(expected_, batch.first - 1));
    if (!skipped.empty()) return skipped;
  }
  if (batch.epoch < source_.epoch) {
    return fault(batch.last, "epoch " + std::to_string(batch.epoch) + " behind epoch " +
                                 std::to_string(source_.epoch));
  }
  const CheckedBatch checked = check_batch(
      {.journal_id = source_.journal_id, .next = expected_, .complete = options_.complete}, batch,
      records, good_);
  source_.epoch = batch.epoch;
  if (!good_.empty()) {
    // Set first: when the sink throws, some of it may have been handed on.
    uncommitted_ = true;
    sink_.records(source_, good_);
    counters_.records += good_.size();
    for (const RecordView& record : good_) uncommitted_bytes_ += record.bytes.size();
  }
  if (checked.through >= expected_) move_to(checked.through + 1);
  return checked.fault.empty() ? std::string() : fault(batch.last, checked.fault);
}

std::string Feed::gap(const StreamGap& gap) {
  if (std::string wrong = range_fault(gap.first, gap.last); !wrong.empty()) return wrong;
  if (gap.last < expected_) return {};
  if (gap.first > expected_) {
    std::string skipped =
        fault(gap.first - 1, "the publisher skipped " + range(expected_, gap.first - 1));
    if (!skipped.empty()) return skipped;
  }
  source_.epoch = std::max(gap.epoch, source_.epoch);
  tell_gap({.epoch = source_.epoch, .first = expected_, .last = gap.last, .reason = gap.reason});
  move_to(gap.last + 1);
  return {};
}

void Feed::rolled_back(const RolledBack& rolled_back) {
  if (rolled_back.last >= kMaxSequence || rolled_back.last + 1 > expected_) return;
  source_.epoch = rolled_back.epoch;
  roll_back_to(rolled_back.last, rolled_back.previous_epoch);
}

void Feed::roll_back_to(std::uint64_t last, std::uint32_t previous_epoch) {
  if (position_ && expected_ > last + 1) {
    // Only what we had seen is lost; a start beyond the end asked for what never was.
    tell_gap({.epoch = previous_epoch,
              .first = last + 1,
              .last = expected_ - 1,
              .reason = "rolled back: lost in a crash after they had been sent"});
  }
  move_to(last + 1);
}

std::string Feed::fault(std::uint64_t through, const std::string& what) {
  if (suspect_ != expected_) {
    suspect_ = expected_;
    return what;
  }
  suspect_ = 0;
  ++counters_.bad_records;
  tell_gap({.epoch = source_.epoch,
            .first = expected_,
            .last = through,
            .reason = "bad record: " + what});
  move_to(through + 1);
  return {};
}

void Feed::tell_gap(const SourceGap& gap) {
  uncommitted_ = true;
  ++counters_.gaps;
  sink_.gap(source_, gap);
}

void Feed::move_to(std::uint64_t expected) {
  uncommitted_ = true;
  expected_ = expected;
  position_ = {source_.journal_id, source_.epoch, expected - 1};
}

std::optional<Cursor> Feed::commit() {
  if (!uncommitted_) return std::nullopt;
  uncommitted_ = false;
  uncommitted_bytes_ = 0;
  if (!position_) return std::nullopt;
  cursors_.save(options_.endpoint, *position_);
  committed_ = position_;
  return committed_;
}

void Feed::forget_uncommitted() noexcept {
  uncommitted_ = false;
  uncommitted_bytes_ = 0;
  position_ = committed_;
}

}  // namespace hookwire
