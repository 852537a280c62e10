#include "segment_maker.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/thread_name.h"

namespace hookwire {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestPause(1);
constexpr milliseconds kLongestPause(50);
constexpr milliseconds kPauseAfterError(20);
// More than so many that wait for the next interval are synced at once, so that few stay mapped.
constexpr std::size_t kMostUnsynced = 8;

}  // namespace

SegmentMaker::SegmentMaker(FileSystem& file_system, const Clock& clock,
                           const JournalOptions& options, std::uint64_t journal_id,
                           std::uint64_t first_ordinal)
    : file_system_(file_system),
      clock_(clock),
      options_(options),
      journal_id_(journal_id),
      next_ordinal_(first_ordinal) {}

void SegmentMaker::start(std::function<bool()> beside) {
  beside_ = std::move(beside);
  try {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  } catch (const std::system_error& error) {
    throw IoError(error.code().value(),
                  "start a thread for the journal " + options_.folder.string());
  }
}

SegmentMaker::~SegmentMaker() {
  stop();
  take_retired();
  free_retired(false);
  if (const std::unique_ptr<Segment> spare = take()) {
    try {
      file_system_.remove(options_.folder / segment_name(spare->ordinal()));
    } catch (const std::exception&) {
      return;  // the next open removes it
    }
  }
}

void SegmentMaker::stop() noexcept {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  changed_.notify_all();
  thread_.join();
}

std::unique_ptr<Segment> SegmentMaker::take() noexcept {
  std::unique_ptr<Segment> spare(spare_.exchange(nullptr, std::memory_order_acquire));
  if (spare) changed_.notify_all();
  return spare;
}

bool SegmentMaker::wait(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline,
                             [this] { return spare_.load(std::memory_order_acquire) != nullptr; });
}

std::string SegmentMaker::last_error() {
  const std::lock_guard lock(mutex_);
  return error_;
}

void SegmentMaker::retire(std::unique_ptr<Segment> segment) noexcept {
  Segment* done = segment.release();
  done->next_retired = retired_.load(std::memory_order_relaxed);
  while (!retired_.compare_exchange_weak(done->next_retired, done, std::memory_order_release,
                                         std::memory_order_relaxed)) {
  }
}

void SegmentMaker::take_retired() {
  const std::size_t before = done_.size();
  Segment* segment = retired_.exchange(nullptr, std::memory_order_acquire);
  while (segment != nullptr) {
    done_.emplace_back(segment);
    segment = segment->next_retired;
  }
  std::reverse(done_.begin() + static_cast<std::ptrdiff_t>(before), done_.end());
}

void SegmentMaker::sync_retired() {
  take_retired();
  while (!done_.empty()) {
    if (!done_.front()->given_up) done_.front()->sync();
    synced_.push_back(std::move(done_.front()));
    done_.erase(done_.begin());
  }
}

void SegmentMaker::free_retired(bool keep) noexcept {
  const bool too_many = done_.size() > kMostUnsynced;
  try {
    if (options_.sync == JournalSync::disk || (keep && too_many)) sync_retired();
  } catch (const std::exception&) {
    // With `disk` its records are on stable storage, and recovery can do without the seal. Else the
    // next sync_retired() fails on it again, unless it is let go of.
    keep = keep && !too_many;
  }
  if (!keep) done_.clear();
  synced_.clear();
}

void SegmentMaker::make_spare() {
  std::string error;
  std::unique_ptr<Segment> made;
  try {
    made = Segment::make(file_system_, options_.folder, journal_id_, next_ordinal_,
                         options_.segment_bytes, clock_.unix_ns());
    made->populate(0, std::min(options_.segment_bytes, options_.prefault_bytes));
    ++next_ordinal_;
  } catch (const std::exception& exception) {
    error = exception.what();
  }
  {
    const std::lock_guard lock(mutex_);
    error_ = error;
    spare_.store(made.release(), std::memory_order_release);
  }
  changed_.notify_all();
}

// True when the tail moves so fast that a longer pause would let it catch up.
bool SegmentMaker::populate_ahead() noexcept {
  // Only this thread frees segments, so that what it loaded stays until it returns.
  Segment* active = active_.load(std::memory_order_acquire);
  if (active == nullptr || options_.prefault_bytes == 0) return false;
  const std::uint64_t tail = active->live().end_offset.load(std::memory_order_relaxed);
  if (active != populated_segment_) {
    populated_segment_ = active;
    populated_to_ = tail;
  }
  const std::uint64_t target =
      std::min<std::uint64_t>(tail + options_.prefault_bytes, active->bytes().size());
  const std::uint64_t from = std::max(populated_to_, tail);
  if (target <= from) return false;
  const bool fast = target - from > options_.prefault_bytes / 4;
  active->populate(from, target);
  populated_to_ = target;
  return fast;
}

void SegmentMaker::run(const std::stop_token& stop) {
  set_thread_name("hw-journal");
  milliseconds pause = kShortestPause;
  while (!stop.stop_requested()) {
    if (spare_.load(std::memory_order_acquire) == nullptr) make_spare();
    pause = populate_ahead() ? kShortestPause : std::min(2 * pause, kLongestPause);
    const bool keep = beside_ && beside_();
    // A segment is retired after the next is followed: what is taken here is not populated again.
    take_retired();
    free_retired(keep);
    if (spare_.load(std::memory_order_acquire) == nullptr) pause = kPauseAfterError;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, pause, [this] {
      return spare_.load(std::memory_order_acquire) == nullptr && error_.empty();
    });
  }
}

}  // namespace hookwire
