#include <random>

#include "journal_fixture.h"

namespace hookwire::testing {
namespace {

class DamageTest : public JournalTest {
 protected:
  // A journal of 1000 records in several segments, closed.
  void write_journal() {
    const auto journal = open();
    for (int i = 1; i <= 1000; ++i) append(*journal, body(i));
  }
  static std::string body(int i) { return std::to_string(i) + std::string(400, '.'); }

  // Every sequence was given, right, or is in a gap; none twice.
  static void expect_accounted_for(const Seen& seen, std::uint64_t last) {
    std::vector<int> times(last + 1);
    for (std::size_t i = 0; i < seen.sequences.size(); ++i) {
      ASSERT_LE(seen.sequences[i], last);
      ++times[seen.sequences[i]];
      EXPECT_EQ(seen.bodies[i], body(static_cast<int>(seen.sequences[i])));
    }
    for (const JournalChunk& gap : seen.gaps) {
      for (std::uint64_t sequence = gap.first; sequence <= gap.last; ++sequence) {
        ASSERT_LE(sequence, last);
        ++times[sequence];
      }
    }
    for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
      EXPECT_EQ(times[sequence], 1) << "sequence " << sequence;
    }
  }
};

TEST_F(DamageTest, ABadRecordBecomesAGapAndReadingResumesAtTheNextBlock) {
  write_journal();
  flip(segment(2), 10'000);
  const Seen seen = read_all();
  ASSERT_EQ(seen.gaps.size(), 1u);
  EXPECT_NE(seen.gaps[0].reason.find("damaged"), std::string::npos);
  expect_accounted_for(seen, 1000);
  const JournalInspection journal = inspect_journal(files_, folder());
  ASSERT_EQ(journal.damage.size(), 1u);
  EXPECT_EQ(journal.damage[0].first_sequence, seen.gaps[0].first);
  EXPECT_EQ(journal.damage[0].last_sequence, seen.gaps[0].last);
}

TEST_F(DamageTest, AMissingSegmentBecomesAGap) {
  write_journal();
  std::filesystem::remove(segment(3));
  const Seen seen = read_all();
  EXPECT_EQ(seen.gaps.size(), 1u);
  expect_accounted_for(seen, 1000);
  EXPECT_FALSE(inspect_journal(files_, folder()).damage.empty());
}

TEST_F(DamageTest, AnyDamagedByteIsNoticedAndNothingWrongIsRead) {
  write_journal();
  std::mt19937 random(20'261'123);  // NOLINT(cert-msc51-cpp): the same places each time
  int noticed = 0;
  constexpr int kPlaces = 300;
  for (int i = 0; i < kPlaces; ++i) {
    const auto ordinal = 1 + random() % 3;
    const std::uint64_t offset = 4096 + random() % (kSmallSegment - 4096);
    flip(segment(static_cast<int>(ordinal)), offset);
    expect_accounted_for(read_all(), 1000);
    if (!inspect_journal(files_, folder()).damage.empty()) ++noticed;
    flip(segment(static_cast<int>(ordinal)), offset);
  }
  EXPECT_EQ(noticed, kPlaces);
  EXPECT_TRUE(inspect_journal(files_, folder()).damage.empty());
}

TEST_F(DamageTest, DamageInTheLastSegmentIsKeptAndWritingGoesOnBehindIt) {
  {
    const auto journal = open();
    for (int i = 1; i <= 100; ++i) append(*journal, body(i));
  }
  flip(segment(1), 20'000);
  {
    const auto journal = open();
    ASSERT_EQ(journal->recovery().gaps.size(), 1u);
    EXPECT_EQ(journal->recovery().gaps[0].last, 100u);
    EXPECT_EQ(append(*journal, body(101)), 101u);
  }
  const Seen seen = read_all();
  expect_accounted_for(seen, 101);
  EXPECT_EQ(seen.gaps.size(), 1u);
}

TEST_F(DamageTest, ARecordHiddenInAnothersBodyIsNeverTakenForOne) {
  std::vector<std::byte> hidden(record_size(1, 8));
  std::uint64_t id = 0;
  {
    const auto journal = open();
    id = journal->journal_id();
    encode_record({.sequence = 3,
                   .journal_id = id,
                   .time_ns = 1,
                   .epoch = 1,
                   .kind = 1,
                   .flags = 0,
                   .topic = "x",
                   .body = std::as_bytes(std::span("forged!", 8)),
                   .bytes = {}},
                  hidden);
    append(*journal, "one");
    journal->append({.kind = 1, .flags = 0, .topic = "12345678", .body = hidden, .time_ns = 0});
    append(*journal, "three");
  }
  flip(segment(1), 4096 + 56 + 8);  // the header of the record around it
  for (const std::string& body : read_all().bodies) {
    EXPECT_EQ(body.find("forged"), std::string::npos);
  }
}

}  // namespace
}  // namespace hookwire::testing
