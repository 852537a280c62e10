#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "journal_fixture.h"
#include "support/eventually.h"
#include "support/forwarding_file_system.h"
#include "support/full_disk.h"

namespace hookwire::testing {
namespace {

// Files that get a part of the space they ask for, as ext4 gives it.
class PartOfTheSpace final : public ForwardingFileSystem {
 public:
  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    class Short final : public ForwardingFile {
     public:
      using ForwardingFile::ForwardingFile;
      void allocate(std::uint64_t bytes) override {
        ForwardingFile::allocate(bytes / 2);
        throw IoError(ENOSPC, "take space");
      }
    };
    return std::make_unique<Short>(ForwardingFileSystem::open(path, mode));
  }
};

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

TEST_F(JournalTest, ASegmentThatGetsNotAllItsSpaceKeepsNone) {
  PartOfTheSpace disk;
  EXPECT_THROW(JournalWriter(disk, clock_, {.folder = folder(), .segment_bytes = kSmallSegment}),
               IoError);
  int made = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (!entry.path().string().ends_with(".making")) continue;
    ++made;
    EXPECT_EQ(entry.file_size(), 0u) << entry.path();
  }
  EXPECT_EQ(made, 1);
}

TEST_F(JournalTest, AForkedChildWritesNothing) {
  const auto journal = open();
  append(*journal, "parent");
  // No other thread allocates while this one forks: AddressSanitizer's heap would stay locked.
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(segment(2)); }));
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(60);  // rather than for ever
    try {
      append(*journal, "child");
      ::_exit(1);
    } catch (const Error& error) {
      ::_exit(error.code() == ErrorCode::closed ? 0 : 2);
    }
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
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
