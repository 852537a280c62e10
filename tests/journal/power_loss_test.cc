#include <cerrno>
#include <map>
#include <random>

#include "journal_fixture.h"
#include "support/forgetful_file_system.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

using Survival = ForgetfulFileSystem::Survival;

constexpr char kOsFolder[] = "/journal";
constexpr int kCycles = 20;  // of each journal

/// A journal on a machine that loses power again and again, and a subscriber that remembers all
/// it was ever shown.
class LostPower {
 public:
  explicit LostPower(std::uint64_t seed) : random_(seed), files_(seed + 1) {}

  int rolled_back = 0;
  int epochs = 0;
  int torn = 0;
  int gaps = 0;
  int clean = 0;
  int failed_opens = 0;
  std::uint64_t records = 0;

  std::uint64_t forgotten() const { return files_.forgotten(); }
  std::uint64_t survived() const { return files_.survived(); }

  void cycle() {
    open();
    const std::uint64_t count = random_() % 4 == 0 ? random_() % 5 : random_() % 500;
    for (std::uint64_t i = 0; i < count; ++i) append();
    last_ = journal_->last_sequence();
    closed_ = random_() % 5 == 0;
    if (closed_) {
      ++clean;
      journal_.reset();
    }
    files_.lose_power(random_() % 6 == 0   ? Survival::nothing
                      : random_() % 6 == 0 ? Survival::everything
                                           : Survival::some);
    journal_.reset();
    files_.power_on();
  }

 private:
  using Identity = std::pair<std::uint32_t, std::uint64_t>;

  void open() {
    const JournalOptions options{.folder = kOsFolder,
                                 .segment_bytes = kSmallSegment,
                                 .append_wait = std::chrono::seconds(30)};
    // Now and then recovery itself is cut off, by an error or by the next loss of power.
    if (random_() % 3 == 0) {
      files_.fail(ForgetfulFileSystem::Call::any, 1 + random_() % 60, EIO);
      try {
        journal_ = std::make_unique<JournalWriter>(files_, clock_, options);
      } catch (const IoError&) {
        ++failed_opens;
      }
      if (random_() % 2 == 0) files_.lose_power();
      if (journal_) closed_ = false;  // it was open once more, and is not closed
      journal_.reset();
      files_.power_on();
      closed_ = false;
      broken_ = true;
    }
    files_.fail(ForgetfulFileSystem::Call::any, 1ull << 60, EIO);  // not any more
    journal_ = std::make_unique<JournalWriter>(files_, clock_, options);
    check();
    broken_ = false;
  }

  void append() {
    const std::uint64_t number = ++records;
    std::string body = std::to_string(number) + ":";
    body.resize(body.size() + random_() % (random_() % 50 == 0 ? 50'000 : 900), 'x');
    const std::uint64_t sequence = journal_->append({.kind = 1,
                                                     .flags = 0,
                                                     .topic = "t",
                                                     .body = std::as_bytes(std::span(body)),
                                                     .time_ns = 0});
    const Identity identity{journal_->epoch(), sequence};
    ASSERT_TRUE(seen_.emplace(identity, std::move(body)).second)
        << "epoch " << identity.first << " sequence " << sequence << " names two records";
    last_seen_ = identity;
  }

  void check() {
    const JournalRecovery& found = journal_->recovery();
    const std::uint64_t last = journal_->last_sequence();
    if (last_seen_.second > last) {
      ++rolled_back;
      EXPECT_GT(journal_->epoch(), last_seen_.first) << "a subscriber holds more, and is not told";
    }
    if (found.previous_epoch) ++epochs;
    if (found.torn_bytes > 0) ++torn;
    if (last_seen_.second > 0 && !closed_ && !broken_ && !found.created) {
      EXPECT_TRUE(found.previous_epoch);
    }
    if (closed_ && !broken_) {
      EXPECT_EQ(journal_->epoch(), epoch_);
      EXPECT_EQ(last, last_);
    }
    check_records(last);
    epoch_ = journal_->epoch();
  }

  // All that is read was written under that identity; all that is not is in a gap.
  void check_records(std::uint64_t last) {
    std::vector<bool> told(last + 1);
    JournalReader reader(files_, kOsFolder);
    while (true) {
      const JournalChunk chunk = reader.next();
      if (chunk.kind == JournalChunk::Kind::end) break;
      ASSERT_LE(chunk.last, last);
      for (std::uint64_t n = chunk.first; n <= chunk.last; ++n) {
        ASSERT_FALSE(told[n]) << n << " was told twice";
        told[n] = true;
      }
      if (chunk.kind == JournalChunk::Kind::gap) ++gaps;
      for_each_record(chunk.records, [&](const RecordView& record) {
        const auto wrote = seen_.find({record.epoch, record.sequence});
        ASSERT_NE(wrote, seen_.end()) << "nobody wrote it";
        ASSERT_EQ(
            std::string_view(reinterpret_cast<const char*>(record.body.data()), record.body.size()),
            wrote->second);
        told[record.sequence] = false;
        check_epoch(reader, record);
      });
    }
    // What is left as told is in gaps; the inspection names each, and nothing else.
    std::vector<bool> damaged(last + 1);
    for (const JournalDamage& damage : inspect_journal(files_, kOsFolder).damage) {
      ASSERT_NE(damage.first_sequence, 0u)
          << damage.segment << " at " << damage.offset << ": " << damage.what;
      for (std::uint64_t n = damage.first_sequence; n <= damage.last_sequence; ++n) {
        ASSERT_LE(n, last);
        damaged[n] = true;
      }
    }
    EXPECT_EQ(damaged, told);
  }

  // Where an epoch ended is known, and the records agree.
  void check_epoch(JournalReader& reader, const RecordView& record) {
    const std::uint32_t now = journal_->epoch();
    const auto end = reader.epoch_end(record.epoch);
    ASSERT_EQ(end.has_value(), record.epoch < now) << "of epoch " << record.epoch;
    if (end) {
      ASSERT_LE(record.sequence, *end);
    }
    if (record.epoch > 1) {
      ASSERT_GT(record.sequence, reader.epoch_end(record.epoch - 1).value_or(~0ull));
    }
  }

  std::mt19937_64 random_;
  ForgetfulFileSystem files_;
  SystemClock clock_;
  std::unique_ptr<JournalWriter> journal_;
  std::map<Identity, std::string> seen_;
  Identity last_seen_;
  std::uint32_t epoch_ = 0;
  std::uint64_t last_ = 0;
  bool closed_ = false;
  bool broken_ = false;
};

TEST(PowerLoss, NoIdentityNamesTwoRecordsAndWhatIsLostIsTold) {
  const std::uint64_t seed = test_seed();
  std::printf("seed %llu (HOOKWIRE_SEED takes it)\n", static_cast<unsigned long long>(seed));
  const std::uint64_t journals = repeats(25, 500);
  int rolled_back = 0, epochs = 0, torn = 0, gaps = 0, clean = 0, failed_opens = 0;
  std::uint64_t forgotten = 0, survived = 0, records = 0;
  for (std::uint64_t n = 0; n < journals; ++n) {
    LostPower journal(seed + 1000 * n);
    for (int cycle = 0; cycle < kCycles; ++cycle) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " journal " + std::to_string(n) + " cycle " +
                   std::to_string(cycle));
      journal.cycle();
      if (::testing::Test::HasFailure()) return;
    }
    rolled_back += journal.rolled_back;
    epochs += journal.epochs;
    torn += journal.torn;
    gaps += journal.gaps;
    clean += journal.clean;
    failed_opens += journal.failed_opens;
    records += journal.records;
    forgotten += journal.forgotten();
    survived += journal.survived();
  }
  std::printf(
      "%d losses of power, %d after a clean close; %llu records; %llu sectors and names forgotten, "
      "%llu survived unsynced; %d new epochs, %d roll-backs, %d torn tails, %d gaps read, "
      "%d recoveries cut off\n",
      static_cast<int>(journals) * kCycles, clean, static_cast<unsigned long long>(records),
      static_cast<unsigned long long>(forgotten), static_cast<unsigned long long>(survived), epochs,
      rolled_back, torn, gaps, failed_opens);
  const auto count_of = [](int count) { return static_cast<std::uint64_t>(count); };
  report("power_loss", {{"seed", seed},
                        {"losses", journals * kCycles},
                        {"records", records},
                        {"forgotten", forgotten},
                        {"survived_unsynced", survived},
                        {"epochs", count_of(epochs)},
                        {"roll_backs", count_of(rolled_back)},
                        {"torn_tails", count_of(torn)},
                        {"recoveries_cut_off", count_of(failed_opens)}});
  for (const int count : {rolled_back, epochs, torn, gaps, clean, failed_opens}) {
    EXPECT_GT(count, 0);
  }
  EXPECT_GT(forgotten, 0u);
  EXPECT_GT(survived, 0u);
}

// Recovery zeroes what a machine that lost power left behind the last record, and may be cut off
// before that is synced. The bytes are back after the next loss, behind a segment that was left.
TEST(PowerLoss, ATailThatCameBackIsNoDamage) {
  const SystemClock clock;
  const JournalOptions options{
      .folder = kOsFolder, .segment_bytes = kSmallSegment, .append_wait = std::chrono::seconds(30)};
  const std::string body(3000, 'x');
  const JournalEntry entry{.topic = "t", .body = std::as_bytes(std::span(body))};
  int cut_off = 0;
  for (std::uint64_t seed = 1; seed <= repeats(300, 300); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ForgetfulFileSystem files(seed);
    JournalWriter(files, clock, options).append(entry);  // closed: this one is safe
    {
      JournalWriter journal(files, clock, options);
      for (int n = 0; n < 3; ++n) journal.append(entry);
      files.lose_power();
    }
    files.power_on();
    files.fail(ForgetfulFileSystem::Call::sync, 2, EIO);  // of the zeroed tail, when one was torn
    try {
      const JournalWriter journal(files, clock, options);
    } catch (const IoError&) {
      ++cut_off;
    }
    files.fail(ForgetfulFileSystem::Call::sync, 1ull << 60, EIO);
    {
      JournalWriter journal(files, clock, options);
      journal.append(entry);
      files.lose_power();
    }
    files.power_on();
    const JournalWriter journal(files, clock, options);
    for (const JournalDamage& damage : inspect_journal(files, kOsFolder).damage) {
      ASSERT_NE(damage.first_sequence, 0u)
          << damage.segment << " at " << damage.offset << ": " << damage.what;
    }
  }
  EXPECT_GT(cut_off, 0);
}

}  // namespace
}  // namespace hookwire::testing
