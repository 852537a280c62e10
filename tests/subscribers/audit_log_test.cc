#include "audit_fixture.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kOther = 0x51;

/// Counts the files that are open now.
class CountedFiles final : public ForwardingFileSystem {
 public:
  int now_open = 0;

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    return std::make_unique<CountedFile>(ForwardingFileSystem::open(path, mode), now_open);
  }

 private:
  class CountedFile final : public ForwardingFile {
   public:
    CountedFile(std::unique_ptr<File> file, int& count)
        : ForwardingFile(std::move(file)), count_(count) {
      ++count_;
    }
    ~CountedFile() override { --count_; }
    CountedFile(const CountedFile&) = delete;
    CountedFile& operator=(const CountedFile&) = delete;

   private:
    int& count_;
  };
};

TEST_F(AuditLogTest, HoldsRecordsByteForByte) {
  const auto log = open();
  give(*log, 1, 3);
  give(*log, 4, 5);
  log->commit();
  EXPECT_EQ(read(segment()).substr(kAuditHeaderBytes), text(records_bytes(1, 5)));
}

TEST_F(AuditLogTest, KnowsNothingOfWhatItWasNeverGiven) {
  const auto log = open();
  EXPECT_EQ(log->of_endpoint(kEndpoint), std::nullopt);
  EXPECT_EQ(log->of_journal(kJournal), std::nullopt);
  log->commit();
  EXPECT_FALSE(files_.exists(folder_of(kJournal))) << "a question writes nothing";
}

TEST_F(AuditLogTest, GoesOnBehindWhatItHolds) {
  for (std::uint64_t life = 0; life < 3; ++life) {
    const auto log = open();
    if (life > 0) {
      EXPECT_EQ(log->of_endpoint(kEndpoint), (Cursor{kJournal, 1, 10 * life}));
    }
    log->connected(source());
    give(*log, 10 * life + 1, 10 * life + 10);
    log->commit();
  }
  EXPECT_EQ(held(), numbers(1, 30));
  EXPECT_THAT(names("torn"), ElementsAre());
}

TEST_F(AuditLogTest, CountsWhatIsCommitted) {
  const auto log = open();
  give(*log, 1, 7);
  log->gap(source(), {.epoch = 1, .first = 8, .last = 9, .reason = "retention"});
  EXPECT_EQ(log->record_count(), 0u);
  EXPECT_EQ(log->gap_count(), 0u);
  log->commit();
  EXPECT_EQ(log->record_count(), 7u);
  EXPECT_EQ(log->gap_count(), 1u);
}

TEST_F(AuditLogTest, HoldsEachPublisherInAFolderOfItsOwn) {
  const auto log = open();
  give(*log, 1, 5);
  give(*log, 1, 2, 1, kOther);
  give(*log, 6, 9);
  log->commit();
  EXPECT_EQ(held(), numbers(1, 9));
  EXPECT_EQ(held(kOther), numbers(1, 2));
}

TEST_F(AuditLogTest, GoesOnWithAJournalThatComesBack) {
  for (std::uint64_t round = 0; round < 3; ++round) {
    const auto log = open();
    for (const std::uint64_t journal_id : {kJournal, kOther}) {
      log->connected(source(1, journal_id));
      const auto cursor = log->of_journal(journal_id);
      EXPECT_EQ(cursor ? cursor->sequence : 0, 4 * round);
      give(*log, 4 * round + 1, 4 * round + 4, 1, journal_id);
    }
    log->commit();
    EXPECT_EQ(log->of_endpoint(kEndpoint), (Cursor{kOther, 1, 4 * round + 4}));
  }
  EXPECT_EQ(held(), numbers(1, 12));
  EXPECT_EQ(held(kOther), numbers(1, 12));
}

TEST_F(AuditLogTest, ClosesTheRecordingOfAJournalThatWasReplaced) {
  CountedFiles files;
  const auto log = open(files);
  for (std::uint64_t journal_id = 1; journal_id <= 20; ++journal_id) {
    log->connected(source(1, journal_id));
    give(*log, 1, 3, 1, journal_id);
  }
  EXPECT_EQ(files.now_open, 1);
  log->commit();
  for (std::uint64_t journal_id = 1; journal_id <= 20; ++journal_id) {
    EXPECT_EQ(held(journal_id), numbers(1, 3));
  }
}

TEST_F(AuditLogTest, BeginsAnotherSegmentBeforeOneGrowsTooLarge) {
  const std::vector<std::byte> full(kMaxRecordBytes - kRecordHeaderBytes - 28);
  {
    const auto log = open();
    for (std::uint64_t n = 1; n <= 50; ++n) {
      give_bytes(*log, source(), record_bytes(n, 1, kJournal, full.size()));
      if (n % 7 == 0) log->commit();
    }
    log->commit();
  }
  EXPECT_EQ(held(), numbers(1, 50));
  const std::vector<std::uint64_t> ordinals = audit_segments(files_, folder_of(kJournal));
  EXPECT_THAT(ordinals, ElementsAre(1, 2, 3));
  for (const std::uint64_t ordinal : ordinals) {
    EXPECT_LE(std::filesystem::file_size(segment(ordinal)), 1u << 20);
  }
  EXPECT_EQ(open()->of_journal(kJournal), (Cursor{kJournal, 1, 50}));
}

TEST_F(AuditLogTest, RefusesSegmentsOfASizeOutOfRange) {
  for (const std::uint64_t bytes : {0ull, (1ull << 20) - 1, (4ull << 30) + 1}) {
    EXPECT_EQ(code_of([&] {
                AuditLog(files_, clock_, log_, {.folder = log_folder(), .segment_bytes = bytes});
              }),
              ErrorCode::configuration);
  }
  EXPECT_FALSE(files_.exists(log_folder()));
}

TEST_F(AuditLogTest, LivesWithoutItsListOfSources) {
  {
    const auto log = open();
    log->connected(source());
    give(*log, 1, 3);
    log->commit();
  }
  const std::string list = read(log_folder() / "sources");
  EXPECT_THAT(list, HasSubstr(kEndpoint));
  for (const std::string& spoilt : {std::string(), std::string("\0\xff\n \nzz x\n", 10),
                                    "00000000000000ff " + list.substr(17), list.substr(0, 20)}) {
    std::ofstream(log_folder() / "sources", std::ios::binary) << spoilt;
    const auto log = open();
    EXPECT_EQ(log->of_endpoint(kEndpoint), std::nullopt);
    EXPECT_EQ(log->of_journal(kJournal), (Cursor{kJournal, 1, 3})) << "which is asked for next";
  }
}

}  // namespace
}  // namespace hookwire::testing
