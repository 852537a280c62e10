#include <atomic>
#include <thread>

#include "journal_fixture.h"
#include "support/allocation_count.h"

namespace hookwire::testing {
namespace {

TEST_F(JournalTest, ANewOneIsEmpty) {
  const auto journal = open();
  EXPECT_TRUE(journal->recovery().created);
  EXPECT_EQ(journal->last_sequence(), 0u);
  JournalReader reader(files_, folder());
  EXPECT_EQ(reader.next().kind, JournalChunk::Kind::end);
  EXPECT_EQ(reader.last_sequence(), 0u);
}

TEST_F(JournalTest, AReaderGetsWhatWasAppendedInOrder) {
  const auto journal = open();
  EXPECT_EQ(append(*journal, "one"), 1u);
  EXPECT_EQ(append(*journal, "two"), 2u);
  EXPECT_EQ(read_all().bodies, (std::vector<std::string>{"one", "two"}));
}

TEST_F(JournalTest, AReaderFollowsOverManySegments) {
  const auto journal = open();
  JournalReader reader(files_, folder());
  Seen seen;
  for (int i = 0; i < 3000; ++i) {
    append(*journal, std::string(static_cast<std::size_t>(i % 700), 'x'));
    if (i % 97 == 0) read_on(reader, seen);
  }
  read_on(reader, seen);
  EXPECT_EQ(seen.sequences.size(), 3000u);
  EXPECT_TRUE(is_whole(seen.sequences));
  EXPECT_GT(std::distance(std::filesystem::directory_iterator(folder()), {}), 8);
}

TEST_F(JournalTest, ARecordMayFillItsBlockExactly) {
  const auto journal = open();
  const std::size_t overhead = kRecordHeaderBytes + std::string_view("pre/m/p").size() + 1;
  // The first block holds a page less than the others.
  append(*journal, std::string(kBlockBytes - 4096 - overhead - 8192, 'a'));
  append(*journal, std::string(8192 - overhead, 'b'));
  append(*journal, "c");
  const Seen seen = read_all();
  EXPECT_TRUE(is_whole(seen.sequences));
  EXPECT_EQ(seen.bodies.back(), "c");
  EXPECT_TRUE(inspect_journal(files_, folder()).damage.empty());
}

TEST_F(JournalTest, TheLargestRecordPassesAndALargerOneIsRefused) {
  const auto journal = open();
  const std::string largest(kMaxRecordBytes - kRecordHeaderBytes, 'x');
  EXPECT_EQ(append(*journal, largest, ""), 1u);
  EXPECT_THROW(append(*journal, largest + "x", ""), Error);
  EXPECT_EQ(append(*journal, largest, ""), 2u);
  EXPECT_EQ(read_all().bodies, (std::vector<std::string>{largest, largest}));
}

TEST_F(JournalTest, TimesNeverGoBack) {
  const auto journal = open();
  journal->append({.kind = 1, .flags = 0, .topic = "a", .body = {}, .time_ns = 2000});
  journal->append({.kind = 1, .flags = 0, .topic = "a", .body = {}, .time_ns = 1000});
  JournalReader reader(files_, folder());
  std::vector<std::int64_t> times;
  for_each_record(reader.next().records,
                  [&](const RecordView& record) { times.push_back(record.time_ns); });
  EXPECT_EQ(times, (std::vector<std::int64_t>{2000, 2000}));
}

TEST_F(JournalTest, SeeksAnySequence) {
  const auto journal = open();
  for (int i = 1; i <= 2000; ++i) append(*journal, std::to_string(i) + std::string(200, '.'));
  JournalReader reader(files_, folder());
  for (const std::uint64_t sequence : {1u, 2u, 500u, 1234u, 1999u, 2000u, 3u}) {
    reader.seek(sequence);
    EXPECT_EQ(reader.position(), sequence);
    EXPECT_EQ(reader.next().first, sequence);
  }
  reader.seek(5000);
  EXPECT_EQ(reader.position(), 2001u);
  EXPECT_EQ(reader.next().kind, JournalChunk::Kind::end);
  append(*journal, "later");
  EXPECT_EQ(reader.next().first, 2001u);
}

TEST_F(JournalTest, SeeksATime) {
  const auto journal = open();
  for (std::int64_t i = 1; i <= 1500; ++i) {
    journal->append({.kind = 1,
                     .flags = 0,
                     .topic = std::string(200, 't'),
                     .body = {},
                     .time_ns = 1000 + i / 3 * 10});
  }
  JournalReader reader(files_, folder());
  for (const std::int64_t i : {3, 300, 999, 1500}) {
    reader.seek_time(1000 + i / 3 * 10);
    EXPECT_EQ(reader.next().first, static_cast<std::uint64_t>(i / 3 * 3)) << i;
  }
  reader.seek_time(0);
  EXPECT_EQ(reader.next().first, 1u);
  reader.seek_time(1'000'000);
  EXPECT_EQ(reader.next().kind, JournalChunk::Kind::end);
}

TEST_F(JournalTest, ThreadsAppendWhileAReaderFollows) {
  const auto journal = open(8 * kSmallSegment);
  constexpr std::uint64_t kEach = 20'000;
  std::atomic<int> failed{0};
  const auto work = [&] {
    for (std::uint64_t i = 0; i < kEach; ++i) {
      try {
        append(*journal, "some body of a usual size, more or less");
      } catch (const Error&) {
        ++failed;
      }
    }
  };
  std::thread first(work);
  std::thread second(work);
  JournalReader reader(files_, folder());
  Seen seen;
  while (seen.sequences.size() < 2 * kEach && failed == 0) read_on(reader, seen);
  first.join();
  second.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(seen.sequences.size(), 2 * kEach);
  EXPECT_TRUE(is_whole(seen.sequences));
}

TEST_F(JournalTest, AppendAllocatesNothing) {
  const auto journal = open(64 * kSmallSegment);
  append(*journal, "first");
  const std::string body(300, 'x');
  const std::uint64_t before = allocation_count();
  for (int i = 0; i < 5000; ++i) append(*journal, body);
  EXPECT_EQ(allocation_count(), before);
}

TEST_F(JournalTest, FilesAreTheOwnersAlone) {
  const auto journal = open();
  append(*journal, "x");
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(folder()).permissions(), perms::owner_all);
  int looked_at = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    const std::filesystem::file_status status = entry.status();
    if (!std::filesystem::exists(status)) continue;  // it got its name meanwhile
    EXPECT_EQ(status.permissions(), perms::owner_read | perms::owner_write) << entry.path();
    ++looked_at;
  }
  EXPECT_GE(looked_at, 3) << "the segment, the state and the lock";
}

}  // namespace
}  // namespace hookwire::testing
