#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "journal_fixture.h"
#include "support/eventually.h"
#include "support/full_disk.h"

namespace hookwire::testing {
namespace {

TEST_F(JournalTest, WithoutSpaceAnAppendFailsInTimeAndWorksAgainWhenThereIsSome) {
  FullDisk disk;
  JournalWriter journal(disk, clock_,
                        {.folder = folder(),
                         .segment_bytes = kSmallSegment,
                         .append_wait = std::chrono::milliseconds(20)});
  disk.full = true;
  std::uint64_t appended = 0;
  std::string refusal;
  while (refusal.empty()) {
    try {
      append(journal, std::string(1000, 'x'));
      ++appended;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::io);
      refusal = error.what();
    }
    ASSERT_LT(appended, 1000u);
  }
  EXPECT_THAT(refusal, ::testing::HasSubstr("No space left"));
  EXPECT_GT(disk.refused, 0);
  disk.full = false;
  EXPECT_TRUE(eventually([&] {
    try {
      return append(journal, "again") == appended + 1;
    } catch (const Error&) {
      return false;
    }
  }));
  EXPECT_TRUE(is_whole(read_all().sequences));
}

TEST_F(JournalTest, AForkedChildWritesNothing) {
  const auto journal = open();
  append(*journal, "parent");
  const pid_t pid = ::fork();
  if (pid == 0) {
    try {
      append(*journal, "child");
      ::_exit(1);
    } catch (const Error& error) {
      ::_exit(error.code() == ErrorCode::closed ? 0 : 2);
    }
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  append(*journal, "parent again");
  EXPECT_EQ(read_all().bodies, (std::vector<std::string>{"parent", "parent again"}));
}

TEST_F(JournalTest, SegmentSizesOutOfRangeAreRefused) {
  EXPECT_THROW(open(kBlockBytes), Error);
  EXPECT_THROW(open(kSmallSegment + 1), Error);
  EXPECT_FALSE(std::filesystem::exists(folder()));
}

}  // namespace
}  // namespace hookwire::testing
