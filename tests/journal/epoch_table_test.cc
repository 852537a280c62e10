#include "epoch_table.h"

#include <string>

#include "journal_fixture.h"
#include "other_boot.h"

namespace hookwire::testing {
namespace {

class EpochEnd : public JournalTest {
 protected:
  static void append_ten(JournalWriter& journal) {
    for (int i = 0; i < 10; ++i) append(journal, "ten");
  }
  JournalOptions options() const {
    return {.folder = folder(),
            .segment_bytes = kSmallSegment,
            .append_wait = std::chrono::seconds(30)};
  }
  std::filesystem::path table() const { return folder() / "epochs"; }
  std::optional<std::uint64_t> end_of(std::uint32_t epoch) {
    return JournalReader(files_, folder()).epoch_end(epoch);
  }
  /// Ten records of the first epoch survive, one of the second follows.
  void lose_the_machine() {
    write_and_die(append_ten);
    append(*std::make_unique<JournalWriter>(after_boot_, clock_, options()), "after");
  }

  OtherBoot after_boot_;
};

TEST_F(EpochEnd, IsKnownAlsoWhenItsSegmentsAreGone) {
  lose_the_machine();
  std::filesystem::remove(segment(1));
  ASSERT_EQ(read_all().sequences, std::vector<std::uint64_t>{11});
  EXPECT_EQ(end_of(1), 10u);
  EXPECT_EQ(end_of(2), std::nullopt) << "it has not ended";
}

TEST_F(EpochEnd, IsKnownOfEpochsThatDiedBeforeTheirFirstRecord) {
  write_and_die(append_ten);
  write_and_die([](JournalWriter&) {}, after_boot_);
  write_and_die([](JournalWriter&) {});  // this is another boot again
  append(*std::make_unique<JournalWriter>(after_boot_, clock_, options()), "after");
  ASSERT_EQ(JournalReader(files_, folder()).epoch(), 4u);
  for (const std::uint32_t epoch : {1u, 2u, 3u}) EXPECT_EQ(end_of(epoch), 10u);
}

TEST_F(EpochEnd, IsThereBeforeTheEpochIsInUse) {
  class NoNewSegment final : public ForwardingFileSystem {
   public:
    std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
      if (mode == OpenMode::create_new) throw IoError(ENOSPC, "open " + path.string());
      return boot_.open(path, mode);
    }

   private:
    OtherBoot boot_;
  } full;
  write_and_die(append_ten);
  EXPECT_THROW(JournalWriter(full, clock_, options()), IoError);
  EXPECT_TRUE(std::filesystem::exists(table()));
  EXPECT_EQ(end_of(1), std::nullopt) << "nothing has begun behind it";
}

TEST_F(EpochEnd, IsNotNotedWhileTheEpochStays) {
  write_and_die(append_ten);
  open().reset();
  JournalWriter(after_boot_, clock_, options());
  ASSERT_EQ(JournalReader(files_, folder()).epoch(), 1u);
  EXPECT_FALSE(std::filesystem::exists(table()));
  EXPECT_EQ(end_of(1), std::nullopt);
}

TEST_F(EpochEnd, IsNotGuessedFromADamagedFileOrThatOfAnotherJournal) {
  lose_the_machine();
  const std::uint64_t journal_id = JournalReader(files_, folder()).journal_id();
  EXPECT_EQ(EpochTable::load(files_, folder(), journal_id).end_of(1, 2), 10u);
  EXPECT_EQ(EpochTable::load(files_, folder(), journal_id + 1).end_of(1, 2), std::nullopt);
  const auto size = std::filesystem::file_size(table());
  for (std::uint64_t at = 0; at < size; ++at) {
    flip(table(), at);
    EXPECT_EQ(end_of(1), std::nullopt) << "byte " << at;
    flip(table(), at);
  }
  EXPECT_EQ(end_of(1), 10u);
  for (auto left = size; left-- > 0;) {
    std::filesystem::resize_file(table(), left);
    EXPECT_EQ(end_of(1), std::nullopt) << left << " bytes left";
  }
}

TEST_F(EpochEnd, IsUnknownWhereAnEpochBetweenIs) {
  EpochTable table;
  table.note({.epoch = 2, .first_sequence = 11});
  table.note({.epoch = 4, .first_sequence = 31});
  EXPECT_EQ(table.end_of(1, 2), 10u);
  EXPECT_EQ(table.end_of(1, 4), std::nullopt);
  EXPECT_EQ(table.end_of(3, 4), 30u);
}

TEST_F(EpochEnd, IsWhereTheLowestOfTheLaterEpochsBegan) {
  EpochTable table;
  table.note({.epoch = 2, .first_sequence = 21});
  table.note({.epoch = 3, .first_sequence = 11});  // the second was lost with a part of the first
  EXPECT_EQ(table.end_of(1, 3), 10u);
  EXPECT_EQ(table.end_of(2, 3), 10u);
}

TEST_F(EpochEnd, IsKeptOfTheLastEpochsOnly) {
  EpochTable table;
  constexpr std::uint32_t kLast = EpochTable::kMaxEpochs + 10;
  for (std::uint32_t epoch = 2; epoch <= kLast; ++epoch) {
    table.note({.epoch = epoch, .first_sequence = epoch * 10ull});
  }
  std::filesystem::create_directory(folder());
  table.save(files_, folder(), 7);
  EXPECT_EQ(std::filesystem::file_size(this->table()), 32 + 16 * EpochTable::kMaxEpochs);
  const EpochTable again = EpochTable::load(files_, folder(), 7);
  EXPECT_EQ(again.end_of(9, kLast), std::nullopt);
  EXPECT_EQ(again.end_of(10, kLast), 109u);
}

}  // namespace
}  // namespace hookwire::testing
