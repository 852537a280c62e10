#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "journal_fixture.h"
#include "support/eventually.h"
#include "support/forgetful_file_system.h"
#include "support/long_form.h"

// With journal_sync = disk, on a machine that loses power again and again while several threads
// append, a reader follows, and syncs fail: what was acknowledged or shown is there for good, and
// nothing else ever had its name.

namespace hookwire::testing {
namespace {

using Call = ForgetfulFileSystem::Call;
using Survival = ForgetfulFileSystem::Survival;

constexpr char kDiskFolder[] = "/journal";
constexpr int kWriterThreads = 4;
constexpr int kCyclesOfAJournal = 20;

struct Counts {
  std::uint64_t cycles = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t shown = 0;    // to readers, while it was written
  std::uint64_t refused = 0;  // appends that failed while there was power
  std::uint64_t failed_syncs = 0;
  std::uint64_t clean = 0;
  std::uint64_t cut_off = 0;  // recoveries
  std::uint64_t torn = 0;
  std::uint64_t unanswered = 0;  // survivors whose append had not returned
  std::uint64_t refused_survived = 0;
  std::uint64_t passed_over = 0;  // numbers of appends that had not returned, told as gaps

  std::uint64_t lost = 0;
  std::uint64_t lost_shown = 0;
  std::uint64_t invented = 0;
  std::uint64_t renamed = 0;
  std::uint64_t above_durable = 0;
  std::uint64_t unexplained = 0;  // neither a record nor a gap
  std::uint64_t epochs = 0;
  std::uint64_t bad() const {
    return lost + lost_shown + invented + renamed + above_durable + unexplained + epochs;
  }
};

class DiskJournal {
 public:
  DiskJournal(std::uint64_t seed, Counts& counts)
      : random_(seed), files_(seed + 1), counts_(counts) {}

  std::uint64_t forgotten() const { return files_.forgotten(); }
  std::uint64_t survived() const { return files_.survived(); }

  void cycle() {
    ++counts_.cycles;
    open();
    write_until_the_power_goes();
    check();
  }

 private:
  struct Writer {
    std::vector<std::string> attempted;  // also those that failed
    std::vector<std::pair<std::uint64_t, std::string>> acknowledged;
    std::vector<std::string> refused;
  };
  using Shown = std::map<std::uint64_t, std::string>;

  void open() {
    const JournalOptions options{.folder = kDiskFolder,
                                 .segment_bytes = kSmallSegment,
                                 .sync = JournalSync::disk,
                                 .append_wait = std::chrono::milliseconds(20)};
    // Now and then recovery itself is cut off, by an error or by the next loss of power.
    if (random_() % 3 == 0) {
      files_.fail(Call::any, 1 + random_() % 60, EIO);
      try {
        journal_ = std::make_unique<JournalWriter>(files_, clock_, options);
      } catch (const IoError&) {
        ++counts_.cut_off;
      }
      if (random_() % 2 == 0) files_.lose_power();
      journal_.reset();
      files_.power_on();
    }
    files_.fail(Call::any, 1ull << 60, EIO);  // not any more
    journal_ = std::make_unique<JournalWriter>(files_, clock_, options);
    if (journal_->recovery().torn_bytes > 0) ++counts_.torn;
    if (epoch_ == 0 && journal_->last_sequence() == 0) epoch_ = journal_->epoch();
    if (journal_->epoch() != epoch_) ++counts_.epochs;
    for (const JournalGap& gap : journal_->recovery().gaps) note_gap(gap.first, gap.last);
  }

  void write_until_the_power_goes() {
    if (random_() % 3 == 0) files_.fail(Call::sync, 1 + random_() % 30, EIO);
    const std::uint64_t failures = files_.failures();
    const std::uint64_t enough = random_() % 4 == 0 ? random_() % 8 : random_() % 400;
    const bool closes = random_() % 6 == 0;
    const std::uint64_t seed = random_();
    std::atomic<std::uint64_t> answered{0};
    std::atomic<bool> over{false};
    std::array<Writer, kWriterThreads> writers;
    Shown shown;
    std::jthread reader([&] { follow(shown, over); });
    {
      std::vector<std::jthread> threads;
      for (std::uint64_t t = 0; t < kWriterThreads; ++t) {
        threads.emplace_back([&, t] {
          const std::string name = std::to_string(counts_.cycles) + "-" + std::to_string(t) + "-";
          append(writers[t], name, std::mt19937_64(seed + t), answered, over);
        });
      }
      EXPECT_TRUE(eventually([&] { return answered >= enough; }));
      if (closes) {
        over = true;
        threads.clear();
        reader.join();
        ++counts_.clean;
        journal_.reset();
      }
      powered_ = false;
      files_.lose_power(random_() % 6 == 0   ? Survival::nothing
                        : random_() % 6 == 0 ? Survival::everything
                                             : Survival::some);
      over = true;
    }
    if (reader.joinable()) reader.join();
    counts_.failed_syncs += files_.failures() - failures;
    journal_.reset();
    files_.fail(Call::sync, 1ull << 60, EIO);
    files_.power_on();
    powered_ = true;
    note(writers, shown);
  }

  void append(Writer& writer, const std::string& name, std::mt19937_64 random,
              std::atomic<std::uint64_t>& answered, const std::atomic<bool>& over) {
    for (int number = 0; !over; ++number) {
      std::string body = name + std::to_string(number) + ":";
      body.resize(body.size() + random() % (random() % 50 == 0 ? 50'000 : 900), 'x');
      writer.attempted.push_back(body);
      const bool powered = powered_;
      try {
        const std::uint64_t sequence = journal_->append({.kind = 1,
                                                         .flags = 0,
                                                         .topic = "t",
                                                         .body = std::as_bytes(std::span(body)),
                                                         .time_ns = 0});
        writer.acknowledged.emplace_back(sequence, body);
      } catch (const Error&) {
        if (powered && powered_) writer.refused.push_back(body);
      }
      ++answered;
    }
  }

  // What a reader is shown while the journal is written.
  void follow(Shown& shown, const std::atomic<bool>& over) {
    try {
      JournalReader reader(files_, kDiskFolder);
      while (true) {
        const bool last = over;
        const JournalChunk chunk = reader.next();
        if (chunk.kind == JournalChunk::Kind::end) {
          if (last) return;
          std::this_thread::yield();
          continue;
        }
        if (chunk.kind == JournalChunk::Kind::gap)
          gaps_shown_.emplace_back(chunk.first, chunk.last);
        if (chunk.last > reader.durable_sequence()) ++above_durable_;
        for_each_record(chunk.records, [&](const RecordView& record) {
          shown.emplace(record.sequence, body_of(record));
        });
      }
    } catch (const IoError&) {
      return;  // the power went
    }
  }

  static std::string body_of(const RecordView& record) {
    return {reinterpret_cast<const char*>(record.body.data()), record.body.size()};
  }

  void note(const std::array<Writer, kWriterThreads>& writers, const Shown& shown) {
    for (const Writer& writer : writers) {
      attempted_.insert(writer.attempted.begin(), writer.attempted.end());
      refused_.insert(writer.refused.begin(), writer.refused.end());
      counts_.refused += writer.refused.size();
      counts_.acknowledged += writer.acknowledged.size();
      for (const auto& [sequence, body] : writer.acknowledged) {
        if (!must_be_.emplace(sequence, body).second) ++counts_.renamed;
      }
    }
    counts_.shown += shown.size();
    for (const auto& [first, last] : std::exchange(gaps_shown_, {})) note_gap(first, last);
    counts_.above_durable += std::exchange(above_durable_, 0);
    for (const auto& [sequence, body] : shown) {
      shown_last_ = std::max(shown_last_, sequence);
      if (must_be_.emplace(sequence, body).first->second != body) ++counts_.renamed;
    }
  }

  // Of appends that were under way together a later one may survive without an earlier one: its
  // number is a gap, but no event that anybody was told of.
  void note_gap(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n <= last; ++n) {
      if (must_be_.contains(n)) ++counts_.lost;
      if (passed_over_.insert(n).second) ++counts_.passed_over;
    }
  }

  // After the loss, before anybody repairs.
  void check() {
    std::set<std::string> found;
    std::uint64_t last = 0;
    JournalReader reader(files_, kDiskFolder);
    while (true) {
      const JournalChunk chunk = reader.next();
      if (chunk.kind == JournalChunk::Kind::end) break;
      if (chunk.first != last + 1) ++counts_.unexplained;
      if (chunk.kind == JournalChunk::Kind::gap) note_gap(chunk.first, chunk.last);
      last = chunk.last;
      for_each_record(chunk.records, [&](const RecordView& record) {
        const std::string body = body_of(record);
        if (!attempted_.contains(body) || !found.insert(body).second) ++counts_.invented;
        if (refused_.erase(body) > 0) ++counts_.refused_survived;
        const auto [known, fresh] = must_be_.emplace(record.sequence, body);
        if (fresh) ++counts_.unanswered;
        if (known->second != body) ++counts_.renamed;
      });
    }
    if (last < shown_last_) counts_.lost_shown += shown_last_ - last;
    // All that must be there ends where the journal ends.
    if (!must_be_.empty() && must_be_.rbegin()->first > last) {
      counts_.lost += must_be_.rbegin()->first - last;
    }
  }

  std::mt19937_64 random_;
  ForgetfulFileSystem files_;
  SystemClock clock_;
  Counts& counts_;
  std::unique_ptr<JournalWriter> journal_;
  std::atomic<bool> powered_{true};
  std::set<std::string> attempted_;
  std::set<std::string> refused_;
  std::map<std::uint64_t, std::string> must_be_;  // acknowledged, shown, or read after a loss
  std::uint64_t shown_last_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> gaps_shown_;
  std::set<std::uint64_t> passed_over_;
  std::uint64_t above_durable_ = 0;
  std::uint32_t epoch_ = 0;
};

TEST(DiskPowerLoss, WhatWasAcknowledgedOrShownSurvivesUnderItsName) {
  const std::uint64_t seed = test_seed();
  const std::uint64_t journals = long_form() ? 100 : 5;
  Counts counts;
  std::uint64_t forgotten = 0;
  std::uint64_t survived = 0;
  for (std::uint64_t n = 0; n < journals && counts.bad() == 0; ++n) {
    DiskJournal journal(seed + 1000 * n, counts);
    for (int cycle = 0; cycle < kCyclesOfAJournal && counts.bad() == 0; ++cycle) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " journal " + std::to_string(n) + " cycle " +
                   std::to_string(cycle));
      ASSERT_NO_THROW(journal.cycle());
    }
    forgotten += journal.forgotten();
    survived += journal.survived();
  }
  report("disk_power_loss", {{"seed", seed},
                             {"cycles", counts.cycles},
                             {"after_a_clean_close", counts.clean},
                             {"recoveries_cut_off", counts.cut_off},
                             {"failed_syncs", counts.failed_syncs},
                             {"forgotten", forgotten},
                             {"survived_unsynced", survived},
                             {"torn_tails", counts.torn},
                             {"acknowledged", counts.acknowledged},
                             {"shown", counts.shown},
                             {"refused", counts.refused},
                             {"refused_survived", counts.refused_survived},
                             {"unanswered", counts.unanswered},
                             {"numbers_passed_over", counts.passed_over},
                             {"lost", counts.lost},
                             {"lost_shown", counts.lost_shown},
                             {"lost_invented", counts.invented},
                             {"lost_renamed", counts.renamed},
                             {"lost_above_durable", counts.above_durable},
                             {"lost_unexplained", counts.unexplained},
                             {"lost_epochs", counts.epochs}});
  EXPECT_EQ(counts.bad(), 0u);
  for (const std::uint64_t hit : {counts.clean, counts.cut_off, counts.failed_syncs, forgotten,
                                  survived, counts.torn, counts.shown, counts.unanswered}) {
    EXPECT_GT(hit, 0u);
  }
}

// The seal of a segment may be on the disk, and the header of the one that followed not.
TEST(DiskPowerLoss, TheEpochStaysWhenASegmentThatNobodySawIsGone) {
  const SystemClock clock;
  const JournalOptions options{
      .folder = kDiskFolder, .segment_bytes = kSmallSegment, .sync = JournalSync::disk};
  const std::string body(30'000, 'x');
  int failed_syncs = 0;
  int cut_off = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ForgetfulFileSystem files(seed);
    std::uint64_t acknowledged = 0;
    {
      JournalWriter journal(files, clock, options);
      files.fail(Call::sync, 4 + seed % 8, EIO);  // about where the second segment begins
      try {
        for (int n = 0; n < 10; ++n) {
          acknowledged = journal.append({.topic = "t", .body = std::as_bytes(std::span(body))});
        }
      } catch (const Error&) {
        ++failed_syncs;
      }
      files.lose_power();
    }
    files.fail(Call::sync, 1ull << 60, EIO);  // not any more
    files.power_on();
    if (seed % 3 == 0) {  // and once more, while it recovers
      files.fail(Call::any, 10 + seed % 50, EIO);
      try {
        const JournalWriter journal(files, clock, options);
      } catch (const IoError&) {
        ++cut_off;
      }
      files.fail(Call::any, 1ull << 60, EIO);
      files.lose_power();
      files.power_on();
    }
    const JournalWriter journal(files, clock, options);
    ASSERT_EQ(journal.epoch(), 1u);
    ASSERT_FALSE(journal.recovery().previous_epoch);
    ASSERT_GE(journal.last_sequence(), acknowledged);
  }
  EXPECT_GT(failed_syncs, 0);
  EXPECT_GT(cut_off, 0);
}

// What stands behind the seal of a file that could not be synced was shown to nobody.
TEST(DiskPowerLoss, AReaderIsShownNothingBehindASealThatGaveUp) {
  const SystemClock clock;
  const JournalOptions options{
      .folder = kDiskFolder, .segment_bytes = kSmallSegment, .sync = JournalSync::disk};
  const std::string body(200, 'x');
  int failed_syncs = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ForgetfulFileSystem files(seed);
    {
      JournalWriter journal(files, clock, options);
      for (int n = 0; n < 5; ++n) {
        if (n == 3 || n == 4) files.fail(Call::sync, 1, EIO);  // of the file, and of the next
        try {
          journal.append({.topic = "t", .body = std::as_bytes(std::span(body))});
        } catch (const Error&) {
          ++failed_syncs;
        }
      }
      files.lose_power();
    }
    files.fail(Call::sync, 1ull << 60, EIO);  // not any more
    files.power_on();
    const std::uint64_t shown = JournalReader(files, kDiskFolder).last_sequence();
    JournalWriter journal(files, clock, options);
    journal.append({.topic = "t", .body = std::as_bytes(std::span(body))});
    ASSERT_EQ(journal.last_sequence(), shown + 1);
    JournalReader reader(files, kDiskFolder);
    for (JournalChunk chunk = reader.next(); chunk.kind != JournalChunk::Kind::end;
         chunk = reader.next()) {
      ASSERT_EQ(chunk.kind, JournalChunk::Kind::records) << chunk.reason;
    }
  }
  EXPECT_GT(failed_syncs, 150);
}

}  // namespace
}  // namespace hookwire::testing
