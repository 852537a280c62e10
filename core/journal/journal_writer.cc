#include "hookwire/journal/journal_writer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/mutex.h"

#include "journal_folder.h"
#include "recovery.h"
#include "segment_maker.h"

namespace hookwire {

namespace {

constexpr std::uint64_t kLeastSegmentBytes = 2 * kBlockBytes;
constexpr std::uint64_t kMostSegmentBytes = 4ull << 30;

JournalOptions checked(const JournalOptions& options) {
  const std::uint64_t bytes = options.segment_bytes;
  if (bytes < kLeastSegmentBytes || bytes > kMostSegmentBytes || bytes % kBlockBytes != 0) {
    throw Error(ErrorCode::configuration,
                "a journal segment is a multiple of 64 KiB from 128 KiB to 4 GiB, not " +
                    std::to_string(bytes) + " bytes");
  }
  return options;
}

// A word that is 1 in the process that made it and 0 in a forked child, without a system call.
class OwnerMark {
 public:
  OwnerMark() {
    void* page =
        ::mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw IoError(errno, "map a page");
    word_ = static_cast<volatile std::uint32_t*>(page);
    if (::madvise(page, page_bytes(), MADV_WIPEONFORK) != 0) {
      const int error = errno;
      ::munmap(page, page_bytes());
      throw IoError(error, "have a page wiped on fork");
    }
    *word_ = 1;
  }
  ~OwnerMark() { ::munmap(const_cast<std::uint32_t*>(word_), page_bytes()); }
  OwnerMark(const OwnerMark&) = delete;
  OwnerMark& operator=(const OwnerMark&) = delete;

  bool here() const noexcept { return *word_ == 1; }

 private:
  static std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }
  volatile std::uint32_t* word_;
};

}  // namespace

class JournalWriter::Impl {
 public:
  Impl(FileSystem& file_system, const Clock& clock, const JournalOptions& options,
       Doorbell* doorbell)
      : file_system_(file_system), options_(checked(options)), doorbell_(doorbell) {
    file_system_.make_directory(options_.folder, 0700);
    lock_ = file_system_.lock(options_.folder / kLockName);
    RecoveredJournal recovered = recover_journal(file_system_, options_.folder);
    state_ = recovered.state;
    recovery_ = std::move(recovered.report);
    next_sequence_ = recovered.next_sequence;
    last_time_ns_ = recovered.last_time_ns;
    last_sequence_.store(next_sequence_ - 1, std::memory_order_relaxed);
    state_.save(file_system_, options_.folder);
    std::uint64_t last_ordinal = recovered.last_ordinal;
    if (recovered.tail) {
      active_ = Segment::reopen(file_system_, options_.folder, recovered.tail->ordinal,
                                recovered.tail->segment_bytes, recovered.tail->offset,
                                next_sequence_ - 1);
      offset_ = recovered.tail->offset;
    } else {
      // Without space for a segment there is no journal: say so now, not at the first append.
      active_ = Segment::make(file_system_, options_.folder, state_.journal_id, ++last_ordinal,
                              options_.segment_bytes, clock.unix_ns());
      activate(*active_, std::max(clock.unix_ns(), last_time_ns_));
      if (recovered.left_ordinal != 0) leave(recovered.left_ordinal);
    }
    maker_ = std::make_unique<SegmentMaker>(file_system_, clock, options_, state_.journal_id,
                                            last_ordinal + 1);
    maker_->follow(active_.get());
  }

  ~Impl() {
    if (!owner_.here()) {
      abandon();
      return;
    }
    maker_.reset();
    try {
      active_->sync();
      state_.closed_cleanly = true;
      state_.last_sequence = last_sequence_.load(std::memory_order_relaxed);
      state_.save(file_system_, options_.folder);
    } catch (const std::exception&) {
      return;  // the next open finds it not closed, and recovers
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint64_t append(const JournalEntry& entry) {
    if (!owner_.here()) {
      throw Error(ErrorCode::closed,
                  "a forked process does not write to the journal " + options_.folder.string());
    }
    const std::size_t length = kRecordHeaderBytes + entry.topic.size() + entry.body.size();
    if (length > kMaxRecordBytes || entry.topic.size() > kMaxTopicBytes) {
      throw Error(ErrorCode::bad_input,
                  "a record of " + std::to_string(length) + " bytes, of them " +
                      std::to_string(entry.topic.size()) + " topic, exceeds the limit of " +
                      std::to_string(kMaxRecordBytes) + " and " + std::to_string(kMaxTopicBytes));
    }
    const std::size_t size = record_size(entry.topic.size(), entry.body.size());
    const std::optional<std::uint64_t> sequence = try_append(entry, size);
    return sequence ? *sequence : wait_and_append(entry, size);
  }

  std::uint64_t journal_id() const noexcept { return state_.journal_id; }
  std::uint32_t epoch() const noexcept { return state_.epoch; }
  std::uint64_t last_sequence() const noexcept {
    return last_sequence_.load(std::memory_order_acquire);
  }
  const JournalRecovery& recovery() const noexcept { return recovery_; }
  const std::filesystem::path& folder() const noexcept { return options_.folder; }

 private:
  // Nothing when there is no segment to append to yet.
  std::optional<std::uint64_t> try_append(const JournalEntry& entry, std::size_t size) {
    std::uint64_t sequence = 0;
    {
      const std::lock_guard lock(mutex_);
      const std::int64_t time_ns = std::max(entry.time_ns, last_time_ns_);
      std::uint64_t at = place_record(offset_, size);
      if (at + size > active_->bytes().size()) {
        if (!roll_over(time_ns)) return std::nullopt;
        at = offset_;
      }
      sequence = next_sequence_++;
      encode_record({.sequence = sequence,
                     .journal_id = state_.journal_id,
                     .time_ns = time_ns,
                     .epoch = state_.epoch,
                     .kind = entry.kind,
                     .flags = entry.flags,
                     .topic = entry.topic,
                     .body = entry.body,
                     .bytes = {}},
                    active_->bytes().subspan(static_cast<std::size_t>(at)));
      last_time_ns_ = time_ns;
      offset_ = at + size;
      SegmentLive& live = active_->live();
      live.end_offset.store(offset_, std::memory_order_release);
      live.last_sequence.store(sequence, std::memory_order_release);
      last_sequence_.store(sequence, std::memory_order_release);
    }
    if (doorbell_ != nullptr) doorbell_->ring();
    return sequence;
  }

  std::uint64_t wait_and_append(const JournalEntry& entry, std::size_t size) {
    const auto deadline = std::chrono::steady_clock::now() + options_.append_wait;
    while (maker_->wait(deadline)) {
      if (const std::optional<std::uint64_t> sequence = try_append(entry, size)) return *sequence;
    }
    const std::string cause = maker_->last_error();
    throw Error(cause.empty() ? ErrorCode::timed_out : ErrorCode::io,
                "the journal " + options_.folder.string() + " has no segment to write to: " +
                    (cause.empty() ? "none was ready in time" : cause));
  }

  // With the mutex. False when no segment is ready. No system call but the maker's wake.
  bool roll_over(std::int64_t time_ns) noexcept {
    std::unique_ptr<Segment> fresh = maker_->take();
    if (!fresh) return false;
    const SegmentSeal seal{
        .last_sequence = next_sequence_ - 1, .end_offset = offset_, .last_time_ns = last_time_ns_};
    activate(*fresh, time_ns);
    store_seal(active_->bytes(), seal);
    active_->live().sealed.store(1, std::memory_order_release);
    maker_->follow(fresh.get());
    maker_->retire(std::exchange(active_, std::move(fresh)));
    return true;
  }

  // Makes `segment` the one whose records begin at the next sequence.
  void activate(Segment& segment, std::int64_t time_ns) noexcept {
    offset_ = kSegmentHeaderBytes;
    SegmentLive& live = segment.live();
    live.end_offset.store(offset_, std::memory_order_relaxed);
    live.last_sequence.store(next_sequence_ - 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    store_activation(
        segment.bytes(),
        {.first_sequence = next_sequence_, .first_time_ns = time_ns, .epoch = state_.epoch});
  }

  // Sends readers of the segment that was the last on to the new one. It gets no seal: what it
  // holds is for its readers to check.
  void leave(std::uint64_t ordinal) {
    const std::uint64_t sealed = 1;
    file_system_.open(options_.folder / segment_name(ordinal), OpenMode::write)
        ->write_at(kSealedAt, std::as_bytes(std::span(&sealed, 1)));
  }

  // In a forked child: the threads are not there, and the files are the parent's.
  void abandon() noexcept {
    static_cast<void>(maker_.release());
    static_cast<void>(active_.release());
    static_cast<void>(lock_.release());
  }

  FileSystem& file_system_;
  const JournalOptions options_;
  Doorbell* doorbell_;
  OwnerMark owner_;
  std::unique_ptr<FileLock> lock_;
  JournalState state_;
  JournalRecovery recovery_;

  Mutex mutex_;  // of what follows, down to last_time_ns_
  std::unique_ptr<Segment> active_;
  std::uint64_t offset_ = kSegmentHeaderBytes;  // where the next record goes, if it fits
  std::uint64_t next_sequence_ = 1;
  std::int64_t last_time_ns_ = 0;

  std::atomic<std::uint64_t> last_sequence_{0};
  std::unique_ptr<SegmentMaker> maker_;
};

JournalWriter::JournalWriter(FileSystem& file_system, const Clock& clock,
                             const JournalOptions& options, Doorbell* doorbell)
    : impl_(std::make_unique<Impl>(file_system, clock, options, doorbell)) {}

JournalWriter::~JournalWriter() = default;

std::uint64_t JournalWriter::append(const JournalEntry& entry) {
  return impl_->append(entry);
}
std::uint64_t JournalWriter::journal_id() const noexcept {
  return impl_->journal_id();
}
std::uint32_t JournalWriter::epoch() const noexcept {
  return impl_->epoch();
}
std::uint64_t JournalWriter::last_sequence() const noexcept {
  return impl_->last_sequence();
}
const JournalRecovery& JournalWriter::recovery() const noexcept {
  return impl_->recovery();
}
const std::filesystem::path& JournalWriter::folder() const noexcept {
  return impl_->folder();
}

}  // namespace hookwire
