#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/base/file_system.h"
#include "hookwire/testing/temp_folder.h"

namespace hookwire {
namespace {

using testing::TempFolder;

std::string refusal(FileSystem& files, const std::filesystem::path& path) {
  try {
    files.lock(path);
    return "none";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    return error.what();
  }
}

// The exit code of a child process that runs `body`.
template <class F>
int in_child(F&& body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

TEST(FileLock, RefusesASecondHolderInTheSameProcess) {
  TempFolder folder;
  PosixFileSystem files;
  const auto held = files.lock(folder.path() / "lock");
  EXPECT_THAT(refusal(files, folder.path() / "lock"), ::testing::HasSubstr("this process"));
}

TEST(FileLock, NamesTheProcessThatHoldsIt) {
  TempFolder folder;
  PosixFileSystem files;
  const auto held = files.lock(folder.path() / "lock");
  const std::string pid = std::to_string(::getpid());
  EXPECT_EQ(in_child([&] {
              return refusal(files, folder.path() / "lock").find("process " + pid) !=
                             std::string::npos
                         ? 0
                         : 1;
            }),
            0);
  EXPECT_EQ(files.lock_holder(folder.path() / "lock"), ::getpid());
}

TEST(FileLock, OutlivesAskingAndBeingRefused) {
  TempFolder folder;
  PosixFileSystem files;
  const auto held = files.lock(folder.path() / "lock");
  refusal(files, folder.path() / "lock");
  EXPECT_EQ(files.lock_holder(folder.path() / "lock"), ::getpid());
  EXPECT_EQ(in_child([&] { return refusal(files, folder.path() / "lock") == "none" ? 1 : 0; }), 0);
}

TEST(FileLock, IsFreeOnceItsHolderIsGone) {
  TempFolder folder;
  PosixFileSystem files;
  files.lock(folder.path() / "lock").reset();
  EXPECT_EQ(files.lock_holder(folder.path() / "lock"), std::nullopt);
  EXPECT_NE(files.lock(folder.path() / "lock"), nullptr);
}

}  // namespace
}  // namespace hookwire
