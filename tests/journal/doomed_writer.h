#pragma once

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "hookwire/base/clock.h"
#include "hookwire/journal/journal_writer.h"

#include "block.h"
#include "deadly_files.h"
#include "journal_folder.h"
#include "stepped_thread.h"
#include "survivors.h"
#include "told.h"

namespace hookwire::testing {

/// Where a writer is killed.
enum class Death {
  anywhere,        ///< From outside, while all threads append.
  append_step,     ///< Behind the n-th instruction of an append; the other threads wait.
  roll_over_step,  ///< As above, of an append that begins a new segment.
  contended_step,  ///< As append_step, while the other threads append.
  opening_call,    ///< At the n-th change to files that opening makes: recovery, state, segment.
  running_call,    ///< At the n-th change behind it: the making of segments.
  retention_call,  ///< As running_call, while all that was read after the deaths before may go.
  closing_call,    ///< At the n-th change that a clean close makes.
};

/// One life of the writing process, and how it is to end.
struct DoomedLife {
  std::uint32_t number = 0;
  Death death = Death::anywhere;
  std::uint64_t events = 0;  ///< How many are to be acknowledged before it comes to that.
  std::uint64_t n = 0;       ///< Which call.
  DeadlyFiles::Moment moment = DeadlyFiles::Moment::before;
  std::uint64_t segment_bytes = 0;
};

/// What runs in a process that will be killed: threads that append to a journal.
class DoomedWriter {
 public:
  DoomedWriter(Told& told, std::filesystem::path folder, const DoomedLife& life)
      : told_(told), folder_(std::move(folder)), life_(life), files_(told) {}

  [[noreturn]] void live() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it would fill the disk
    try {
      open();
      std::vector<std::thread> threads;
      for (int t = 0; t < kKillThreads; ++t) {
        threads.emplace_back([this, t] { append_until_the_end(static_cast<std::uint32_t>(t)); });
      }
      for (std::thread& thread : threads) thread.join();
      arm("closing", Death::closing_call);
      journal_.reset();
      ::_exit(0);
    } catch (const std::exception& exception) {
      fail(exception);
    }
  }

 private:
  void open() {
    arm("opening", Death::opening_call);
    JournalOptions options{.folder = folder_,
                           .segment_bytes = life_.segment_bytes,
                           .append_wait = std::chrono::seconds(30)};
    if (life_.death == Death::retention_call) {
      options.retention = {.bytes = 1, .needs = [this] {
                             return JournalNeeds{.owner_from = kept_from_, .readers = {}};
                           }};
    }
    journal_ = std::make_unique<JournalWriter>(files_, clock_, options);
    files_.disarm();
    const JournalRecovery& recovery = journal_->recovery();
    told_.epoch = journal_->epoch();
    told_.recovered_last = recovery.last_sequence;
    told_.recovered_gaps = recovery.gaps.size();
    told_.torn_bytes = recovery.torn_bytes;
    told_.opened = true;
    arm("running", Death::running_call);
    arm("retaining", Death::retention_call);
    kept_from_ = recovery.last_sequence + 1;
  }

  void arm(const char* phase, Death death) {
    if (life_.death == death) files_.arm(phase, life_.n, life_.moment);
  }

  [[noreturn]] void fail(const std::exception& exception) {
    Told::say(told_.error, exception.what());
    ::_exit(1);
  }

  [[noreturn]] void park() {
    ++told_.parked;
    while (true) ::pause();
  }

  void append_until_the_end(std::uint32_t thread) {
    const bool steps = life_.death == Death::append_step || life_.death == Death::roll_over_step ||
                       life_.death == Death::contended_step;
    try {
      while (true) {
        if (life_.death == Death::closing_call && told_.answered() >= life_.events) return;
        if (stop_) park();
        if (steps && thread == 0 && told_.answered() >= life_.events) be_stepped();
        append(thread, 16 + (thread * 37 + told_.threads[thread].answered * 11) % 200);
      }
    } catch (const std::exception& exception) {
      fail(exception);
    }
  }

  void append(std::uint32_t thread, std::size_t body_bytes) {
    Told::Thread& own = told_.threads[thread];
    const std::uint64_t number = own.answered;
    if (number == Told::kMostEvents) park();
    const std::string body = kill_body({life_.number, thread, number}, body_bytes);
    own.sequences[number] = journal_->append(entry_of(body));
    own.answered = number + 1;
  }
  JournalEntry entry_of(const std::string& body) const {
    return {.kind = 1,
            .flags = 0,
            .topic = "pre/m/p",
            .body = std::as_bytes(std::span(body)),
            .time_ns = clock_.unix_ns()};
  }

  // The first thread's, once enough was acknowledged.
  void be_stepped() {
    constexpr std::size_t kBodyBytes = 600;
    if (life_.death != Death::contended_step) {
      stop_ = true;
      while (told_.parked < kKillThreads - 1) std::this_thread::yield();
    }
    if (life_.death == Death::roll_over_step) fill_segment(record_size(7, kBodyBytes));
    Told::Thread& own = told_.threads[0];
    const std::uint64_t number = own.answered;
    if (number == Told::kMostEvents) throw std::logic_error("no event is left to be stepped");
    const std::string body = kill_body({life_.number, 0, number}, kBodyBytes);
    const JournalEntry entry = entry_of(body);
    wait_to_be_stepped([&](int id) { told_.stepped_thread = id; });
    own.sequences[number] = journal_->append(entry);
    own.answered = number + 1;
    told_.stepped_append = true;
    park();
  }

  // Until a record of `size` bytes does not fit any more. No other thread appends.
  void fill_segment(std::size_t size) {
    while (true) {
      const std::uint64_t left = room_left();
      if (left < size) return;
      const std::size_t body_bytes = left > kBlockBytes / 4 ? 1000 : 40;
      const std::uint64_t count = (left - size) / (2 * record_size(7, body_bytes)) + 1;
      for (std::uint64_t n = 0; n < count; ++n) append(0, body_bytes + n % 60);
    }
  }

  std::uint64_t room_left() {
    const std::vector<std::uint64_t> ordinals = list_segments(files_, folder_);
    for (auto at = ordinals.rbegin(); at != ordinals.rend(); ++at) {
      const SegmentFile segment = read_segment(files_, folder_, *at);
      if (!segment.active()) continue;
      const std::uint64_t end = segment.header->live_end_offset;
      const std::uint64_t bytes = segment.header->made.segment_bytes;
      if (block_end(end) < bytes) return bytes - end;
      return places_at(end, places_in_last_block(segment) + 1) - end;
    }
    return 0;
  }

  // Places are never zero.
  std::uint64_t places_in_last_block(const SegmentFile& segment) {
    std::vector<std::uint32_t> places(kMostPlaces);
    files_.open(folder_ / segment.name, OpenMode::read)
        ->read_at(segment.header->made.segment_bytes - kBlockBytes,
                  std::as_writable_bytes(std::span(places)));
    std::uint64_t count = 0;
    while (count < kMostPlaces && places[kMostPlaces - 1 - count] != 0) ++count;
    return count;
  }

  Told& told_;
  const std::filesystem::path folder_;
  const DoomedLife life_;
  DeadlyFiles files_;
  SystemClock clock_;
  std::unique_ptr<JournalWriter> journal_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> kept_from_{0};  // by retention
};

}  // namespace hookwire::testing
