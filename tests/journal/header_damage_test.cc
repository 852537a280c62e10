#include <random>

#include "journal_fixture.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

constexpr std::uint64_t kActivationAt = 64;
constexpr std::uint64_t kLiveAt = 192;

class HeaderDamageTest : public JournalTest {
 protected:
  static void append_many(JournalWriter& journal) {
    for (int i = 1; i <= 700; ++i) append(journal, std::to_string(i) + std::string(400, '.'));
  }
  // What is read is right, in order, and never twice.
  static void expect_right(const Seen& seen) {
    for (std::size_t i = 0; i < seen.sequences.size(); ++i) {
      EXPECT_TRUE(i == 0 || seen.sequences[i] > seen.sequences[i - 1]);
      EXPECT_EQ(seen.bodies[i], std::to_string(seen.sequences[i]) + std::string(400, '.'));
    }
  }
  static std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(HeaderDamageTest, AnyDamagedByteLeavesTheRestReadableAndTheJournalWritable) {
  write_and_die(append_many);
  const std::filesystem::path sound = temp_.path() / "sound";
  std::filesystem::copy(folder(), sound);
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same bits each time
  for (const int ordinal : {1, 2, 3}) {
    for (std::uint64_t offset = 0; offset < kLiveAt + 40; offset += kSanitized ? 3 : 1) {
      if (offset >= 8 && offset < 12) continue;  // the version: refused, as another test says
      SCOPED_TRACE("segment " + std::to_string(ordinal) + " offset " + std::to_string(offset));
      std::filesystem::remove_all(folder());
      std::filesystem::copy(sound, folder());
      flip(segment(ordinal), offset, static_cast<unsigned char>(1u << random() % 8));
      expect_right(read_all());
      inspect_journal(files_, folder());
      std::uint64_t next = 0;
      {
        const auto journal = open();
        next = append(*journal, "next");
      }
      EXPECT_GE(next, 701u);
      EXPECT_LT(next, 100'000u) << "a count that no journal of this size can reach";
      const Seen seen = read_all();
      ASSERT_FALSE(seen.sequences.empty());
      EXPECT_EQ(seen.sequences.back(), next);
      EXPECT_EQ(seen.bodies.back(), "next");
    }
  }
}

TEST_F(HeaderDamageTest, InTheMiddleCountsNoEpochUp) {
  append_many(*open());
  flip(segment(2), kActivationAt);
  for (int i = 0; i < 3; ++i) {
    const auto journal = open();
    EXPECT_EQ(journal->epoch(), 1u);
    ASSERT_EQ(journal->recovery().gaps.size(), 1u);
    EXPECT_EQ(journal->last_sequence(), 700u);
  }
}

TEST_F(HeaderDamageTest, OfTheNewestSegmentCountsTheEpochUpOnce) {
  write_and_die(append_many);
  flip(segment(3), kActivationAt);
  std::uint64_t last = 0;
  {
    const auto journal = open();
    EXPECT_EQ(journal->recovery().previous_epoch, 1u);
    last = append(*journal, "next");
  }
  const auto journal = open();
  EXPECT_EQ(journal->epoch(), 2u);
  EXPECT_EQ(journal->recovery().previous_epoch, std::nullopt);
  EXPECT_EQ(journal->last_sequence(), last);
}

TEST_F(HeaderDamageTest, ALostNewestSegmentCountsTheEpochUp) {
  write_and_die(append_many);
  std::filesystem::remove(segment(3));
  const auto journal = open();
  EXPECT_EQ(journal->recovery().previous_epoch, 1u);
  const std::uint64_t next = append(*journal, "next");
  EXPECT_EQ(read_all().sequences.back(), next);
}

TEST_F(HeaderDamageTest, ASegmentCutShortIsWrittenToSafely) {
  append(*open(), "one");
  std::filesystem::resize_file(segment(1), 8192);
  const auto journal = open();
  for (int i = 0; i < 300; ++i) append(*journal, std::string(400, 'x'));
  const Seen seen = read_all();
  ASSERT_EQ(seen.gaps.size(), 1u) << "the places of the first block are gone";
  EXPECT_EQ(seen.gaps[0].first, 1u);
  EXPECT_EQ(seen.gaps[0].last, 1u);
  EXPECT_EQ(seen.sequences.size(), 300u);
}

TEST_F(HeaderDamageTest, ASegmentOfAnotherJournalIsLeftAsItIs) {
  append_many(*open());
  const std::filesystem::path foreign = temp_.path() / "foreign";
  std::filesystem::rename(segment(2), foreign);
  std::filesystem::remove_all(folder());
  append(*open(), "one");
  std::filesystem::copy(foreign, segment(2));
  {
    const auto journal = open();
    EXPECT_EQ(append(*journal, "two"), 2u);
  }
  EXPECT_EQ(read_all().bodies, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(content(segment(2)), content(foreign));
}

}  // namespace
}  // namespace hookwire::testing
