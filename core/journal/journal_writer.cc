#include "hookwire/journal/journal_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/uncancelled.h"

#include "append_point.h"
#include "group_sync.h"
#include "journal_folder.h"
#include "owner_mark.h"
#include "recovery.h"
#include "retention.h"
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

// What an earlier writer left in the page cache must be durable before anybody calls it so. A file
// whose sync failed once is not asked again: its durable part is.
void sync_segments(FileSystem& file_system, const std::filesystem::path& folder) {
  for (const std::uint64_t ordinal : list_segments(file_system, folder)) {
    const SegmentFile segment = read_segment(file_system, folder, ordinal);
    if (segment.header && segment.header->seal && segment.header->seal->given_up != 0) continue;
    file_system.open(folder / segment_name(ordinal), OpenMode::write)->sync();
  }
}

// A new folder survives power loss like what is in it.
void make_folder(FileSystem& file_system, const std::filesystem::path& folder) {
  if (file_system.exists(folder)) return;
  file_system.make_directory(folder, 0700);
  const std::filesystem::path parent = folder.parent_path();
  file_system.sync_directory(parent.empty() ? "." : parent);
}

}  // namespace

class JournalWriter::Impl {
 public:
  Impl(FileSystem& file_system, const Clock& clock, const JournalOptions& options,
       Doorbell* doorbell)
      : file_system_(file_system), clock_(clock), options_(checked(options)), doorbell_(doorbell) {
    make_folder(file_system_, options_.folder);
    lock_ = file_system_.lock(options_.folder / kLockName);
    RecoveredJournal recovered = recover_journal(file_system_, options_.folder);
    state_ = recovered.state;
    state_.disk = options_.sync == JournalSync::disk;
    recovery_ = std::move(recovered.report);
    const std::uint64_t next_sequence = recovered.next_sequence;
    const bool syncs = state_.disk || options_.sync_interval.count() > 0;
    if (syncs) sync_segments(file_system_, options_.folder);
    // A new journal is known before it has a segment: one whose header is lost is then told from
    // damage.
    if (recovery_.created) state_.save(file_system_, options_.folder);
    const AppendPoint::Identity identity{state_.journal_id, state_.epoch, options_.sync};
    std::uint64_t last_ordinal = recovered.last_ordinal;
    Place next{.offset = kSegmentHeaderBytes, .index = 0};
    std::unique_ptr<Segment> active;
    if (recovered.tail) {
      next = recovered.tail->next;
      active = Segment::reopen(file_system_, options_.folder, recovered.tail->ordinal,
                               recovered.tail->segment_bytes, next.offset, next_sequence - 1);
    } else {
      // Without space for a segment there is no journal: say so now, not at the first append.
      active = Segment::make(file_system_, options_.folder, state_.journal_id, ++last_ordinal,
                             options_.segment_bytes, clock.unix_ns());
      AppendPoint::activate(*active, identity, next_sequence, recovered.last_time_ns);
      if (syncs) active->sync();
    }
    // A new epoch is in use when the state tells of it: dying before, it would count up once more.
    state_.save(file_system_, options_.folder);
    for (const std::uint64_t ordinal : recovered.unsealed) {
      if (ordinal != active->ordinal()) leave(ordinal);
    }
    const std::uint64_t durable = syncs ? next_sequence - 1 : 0;
    active->live().durable_sequence.store(durable, std::memory_order_relaxed);
    active->live().first_sequence.store(recovered.first_sequence, std::memory_order_relaxed);
    maker_ = std::make_unique<SegmentMaker>(file_system_, clock, options_, state_.journal_id,
                                            last_ordinal + 1);
    point_.emplace(identity, *maker_, std::move(active), next, next_sequence,
                   recovered.last_time_ns);
    sync_.emplace(*point_, durable);
    retention_.emplace(file_system_, clock_, options_.folder, state_.journal_id,
                       options_.retention);
    maker_->start([this] {
      // Only this thread lets go of segments: the one at hand stays.
      retention_->step(
          point_->position().segment->ordinal(),
          [this] { return maker_->ready() || !maker_->last_error().empty(); },
          [this](std::uint64_t sequence) { point_->keep_from(sequence); });
      return sync_when_due();
    });
  }

  ~Impl() {
    if (!owner_.here()) {
      abandon();
      return;
    }
    maker_->stop();
    if (!sync_->error().empty()) return;  // not clean; and a file that failed is not synced again
    try {
      const AppendPoint::Position end = point_->position();
      // Also those that were sealed: after a clean close nobody asks what the machine lost.
      sync_segments(file_system_, options_.folder);
      point_->publish(end);
      state_.closed_cleanly = true;
      state_.last_sequence = end.sequence;
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
    // Who waits or syncs for others leaves nothing halfway.
    const Uncancelled whole;
    AppendPoint::Result result = place(entry, size);
    if (options_.sync == JournalSync::disk) result = make_durable(entry, size, result);
    if (doorbell_ != nullptr) doorbell_->ring();
    return result.sequence;
  }

  void release_room() noexcept {
    if (owner_.here()) point_->release_room();
  }

  std::uint64_t journal_id() const noexcept { return state_.journal_id; }
  std::uint32_t epoch() const noexcept { return state_.epoch; }
  std::uint64_t last_sequence() const noexcept { return point_->last_sequence(); }
  std::uint64_t durable_sequence() const noexcept { return sync_->durable(); }
  std::string sync_error() const { return sync_->error(); }
  const JournalRecovery& recovery() const noexcept { return recovery_; }
  bool has_notices() const noexcept { return retention_->has_notices(); }
  std::vector<JournalNotice> take_notices() { return retention_->take_notices(); }
  const std::filesystem::path& folder() const noexcept { return options_.folder; }

 private:
  using Kind = AppendPoint::Result::Kind;

  AppendPoint::Result place(const JournalEntry& entry, std::size_t size) {
    const AppendPoint::Result result = point_->try_append(entry, size);
    if (result.kind == Kind::appended) [[likely]]
      return result;
    return wait_and_append(entry, size);
  }

  AppendPoint::Result make_durable(const JournalEntry& entry, std::size_t size,
                                   AppendPoint::Result result) {
    bool durable = sync_->wait(result);
    if (!durable && entry.room == JournalRoom::use) {
      // Room was promised: it is in the next segment, which is another file.
      result = place(entry, size);
      durable = sync_->wait(result);
    }
    // Room goes back with an end that is there, and with a beginning that is not.
    if (entry.room == (durable ? JournalRoom::use : JournalRoom::take)) point_->release_room();
    if (durable) return result;
    throw Error(ErrorCode::io, "the journal " + options_.folder.string() +
                                   " could not be synced: " + sync_->error());
  }

  AppendPoint::Result wait_and_append(const JournalEntry& entry, std::size_t size) {
    const auto wait = entry.waits ? options_.append_wait : std::chrono::nanoseconds(0);
    const auto deadline = std::chrono::steady_clock::now() + wait;
    while (true) {
      const bool ready = maker_->ready();
      const AppendPoint::Result result = point_->try_append(entry, size);
      if (result.kind == Kind::appended) return result;
      if (result.kind == Kind::unsynced) {
        sync_->wait(result);  // also when it fails: then a new segment is begun
      } else if ((result.kind == Kind::no_room && ready) || !maker_->wait(deadline)) {
        refuse(result.kind);
      }
    }
  }

  [[noreturn]] void refuse(Kind kind) const {
    const std::string cause = maker_->last_error();
    std::string why = cause;
    if (kind == Kind::no_room) {
      why += (why.empty() ? "" : "; ") + std::string("what is left is kept for the ends of calls");
    } else if (why.empty()) {
      why = "none was ready in time";
    }
    throw Error(cause.empty() ? ErrorCode::timed_out : ErrorCode::io,
                "the journal " + options_.folder.string() + " has no segment to write to: " + why);
  }

  // The maker's thread. True while segments that are not synced must be kept for it.
  bool sync_when_due() {
    if (options_.sync != JournalSync::os || options_.sync_interval.count() == 0) return false;
    const std::int64_t now_ns = clock_.steady_ns();
    if (now_ns - synced_ns_ >= options_.sync_interval.count()) {
      synced_ns_ = now_ns;
      sync_->sync_now([this] { maker_->sync_retired(); });
    }
    return sync_->error().empty();
  }

  // Sends readers of a segment on to the one behind it. It gets no seal: what it holds is for its
  // readers to check.
  void leave(std::uint64_t ordinal) {
    const std::uint64_t sealed = 1;
    file_system_.open(options_.folder / segment_name(ordinal), OpenMode::write)
        ->write_at(kSealedAt, std::as_bytes(std::span(&sealed, 1)));
  }

  // In a forked child: the threads are not there, and the files are the parent's.
  void abandon() noexcept {
    point_->abandon();
    static_cast<void>(maker_.release());
    static_cast<void>(lock_.release());
  }

  FileSystem& file_system_;
  const Clock& clock_;
  const JournalOptions options_;
  Doorbell* doorbell_;
  OwnerMark owner_;
  std::unique_ptr<FileLock> lock_;
  JournalState state_;
  JournalRecovery recovery_;
  std::int64_t synced_ns_ = 0;  // the maker's thread's
  std::unique_ptr<SegmentMaker> maker_;
  std::optional<AppendPoint> point_;
  std::optional<Retention> retention_;
  std::optional<GroupSync> sync_;
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
void JournalWriter::release_room() noexcept {
  impl_->release_room();
}
std::uint64_t JournalWriter::durable_sequence() const noexcept {
  return impl_->durable_sequence();
}
std::string JournalWriter::sync_error() const {
  return impl_->sync_error();
}
const JournalRecovery& JournalWriter::recovery() const noexcept {
  return impl_->recovery();
}
bool JournalWriter::has_notices() const noexcept {
  return impl_->has_notices();
}
std::vector<JournalNotice> JournalWriter::take_notices() {
  return impl_->take_notices();
}
const std::filesystem::path& JournalWriter::folder() const noexcept {
  return impl_->folder();
}

}  // namespace hookwire
