#include "support/forgetful_file_system.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "hookwire/base/error.h"

namespace hookwire::testing {
namespace {

using Call = ForgetfulFileSystem::Call;
using Survival = ForgetfulFileSystem::Survival;

constexpr char kFile[] = "/d/file";

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

class ForgetfulFileSystemTest : public ::testing::Test {
 protected:
  ForgetfulFileSystemTest() {
    files_.make_directory("/d", 0700);
    files_.sync_directory("/");
  }
  void lose_power(Survival survival) {
    files_.lose_power(survival);
    files_.power_on();
  }
  std::string content(const char* path) {
    const std::unique_ptr<File> file = files_.open(path, OpenMode::read);
    std::string text(file->size(), '\0');
    file->read_at(0, std::as_writable_bytes(std::span(text)));
    return text;
  }

  ForgetfulFileSystem files_{7};
};

TEST_F(ForgetfulFileSystemTest, KeepsWhatWasSynced) {
  files_.open(kFile, OpenMode::create)->write_at(0, bytes_of("kept"));
  files_.open(kFile, OpenMode::write)->sync();
  files_.sync_directory("/d");
  files_.open(kFile, OpenMode::write)->write_at(0, bytes_of("lost"));
  EXPECT_EQ(content(kFile), "lost") << "everybody sees the page cache";
  lose_power(Survival::nothing);
  EXPECT_EQ(content(kFile), "kept");
  EXPECT_EQ(files_.forgotten(), 1u);
}

TEST_F(ForgetfulFileSystemTest, ForgetsNamesThatWereNotSynced) {
  files_.open(kFile, OpenMode::create)->sync();
  lose_power(Survival::nothing);
  EXPECT_FALSE(files_.exists(kFile));
  EXPECT_TRUE(files_.exists("/d"));
}

TEST_F(ForgetfulFileSystemTest, UndoesARenameAndARemovalThatWereNotSynced) {
  files_.open("/d/a", OpenMode::create);
  files_.open("/d/b", OpenMode::create);
  files_.sync_directory("/d");
  files_.rename("/d/a", "/d/c");
  files_.remove("/d/b");
  lose_power(Survival::nothing);
  EXPECT_EQ(files_.list("/d"), (std::vector<std::string>{"a", "b"}));
}

TEST_F(ForgetfulFileSystemTest, TearsStoresThroughAMappingAtSectors) {
  constexpr std::size_t kSectors = 64;
  const std::unique_ptr<File> file = files_.open(kFile, OpenMode::create);
  file->allocate(kSectors * ForgetfulFileSystem::kSectorBytes);
  file->sync();
  files_.sync_directory("/d");
  const std::unique_ptr<Mapping> mapping = file->map(file->size(), true);
  std::fill(mapping->bytes().begin(), mapping->bytes().end(), std::byte{'x'});
  EXPECT_EQ(content(kFile).front(), 'x') << "everybody sees what a map stores";
  lose_power(Survival::some);
  const std::string found = content(kFile);
  std::size_t stored = 0;
  for (std::size_t at = 0; at < found.size(); at += ForgetfulFileSystem::kSectorBytes) {
    const std::string sector = found.substr(at, ForgetfulFileSystem::kSectorBytes);
    ASSERT_EQ(sector, std::string(sector.size(), sector[0])) << "sectors are whole";
    if (sector[0] == 'x') ++stored;
  }
  EXPECT_GT(stored, 0u);
  EXPECT_LT(stored, kSectors);
  EXPECT_EQ(files_.survived(), stored);
}

TEST_F(ForgetfulFileSystemTest, TellsAnotherBootIdAndNothingWithoutPower) {
  const std::string before = content("/proc/sys/kernel/random/boot_id");
  files_.lose_power();
  EXPECT_THROW(files_.list("/d"), IoError);
  files_.power_on();
  EXPECT_NE(content("/proc/sys/kernel/random/boot_id"), before);
}

TEST_F(ForgetfulFileSystemTest, FailsTheNthCallOfAKindOnce) {
  const std::unique_ptr<File> file = files_.open(kFile, OpenMode::create);
  files_.fail(Call::write, 2, ENOSPC);
  file->write_at(0, bytes_of("abcd"));
  try {
    file->write_at(0, bytes_of("ABCD"));
    FAIL() << "the second write was to fail";
  } catch (const IoError& error) {
    EXPECT_EQ(error.error_number(), ENOSPC);
  }
  EXPECT_EQ(content(kFile), "ABcd") << "it got half way";
  file->write_at(0, bytes_of("ABCD"));
  files_.fail(Call::any, 1, EIO);
  EXPECT_THROW(file->sync(), IoError);
  file->sync();
  EXPECT_EQ(files_.failures(), 2u);
}

TEST_F(ForgetfulFileSystemTest, HoldsLocks) {
  {
    const std::unique_ptr<FileLock> lock = files_.lock("/d/lock");
    EXPECT_THROW(files_.lock("/d/lock"), Error);
    EXPECT_TRUE(files_.lock_holder("/d/lock"));
  }
  EXPECT_FALSE(files_.lock_holder("/d/lock"));
}

}  // namespace
}  // namespace hookwire::testing
