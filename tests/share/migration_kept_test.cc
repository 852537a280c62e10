#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "share/migration_test.h"

// What may be all there is of a share is kept, and what waits to be removed comes to an end.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

class KeptByMigration : public DirectoryMigration {
 protected:
  void cancel() { driver_->share_server_migration_cancel("v-1"); }
};

TEST_F(KeptByMigration, CopiesStayWhenAShareIsLostAndTheMigrationIsCancelled) {
  start_migration();
  copy_all();
  fs::remove_all(server("v-1") / "s-1");
  cancel();
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  EXPECT_TRUE(log_.contains("is kept with all copies in it"));
  restart();
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  // Put back by hand it is whole again, and may move.
  fs::rename(moved_ / "s-1", server("v-1") / "s-1");
  fs::remove_all(moved_);
  start_migration();
  copy_all();
  EXPECT_EQ(complete().size(), 2U);
}

TEST_F(KeptByMigration, CopiesStayWhenTheWholeFolderIsLost) {
  start_migration();
  copy_all();
  fs::rename(server("v-1"), folder_.path() / "lost");
  cancel();
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  EXPECT_EQ(read_file(moved_ / "s-2" / "file"), "s-2");
}

TEST_F(KeptByMigration, ADestinationThatIsGivenUpHoldsUpNoOtherMove) {
  start_migration();
  copy_all();
  fs::rename(dest_root_, folder_.path() / "given up");
  cancel();
  restart();
  fs::create_directory(dest_root_);
  start_migration();
  copy_all();
  complete();
  restart();
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  EXPECT_EQ(read_file(folder_.path() / "given up" / "v-1" / "s-1" / "file"), "s-1");
}

// In mounts of its own; returns how the process ended.
int run_in_own_mounts(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      ::_exit(2);
    }
    work();
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST_F(KeptByMigration, NothingThatIsMountedInAShareIsRemovedWithIt) {
  if (::geteuid() != 0) return;  // who may not mount has nothing mounted
  const fs::path data = folder_.path() / "data";
  fs::create_directory(data);
  write_file(data / "file", "mounted");
  fs::create_directory(share("s-3") / "mounted");
  fs::create_directory(share("s-3") / "kept");
  write_file(share("s-3") / "kept" / "file", "not mounted");
  EXPECT_EQ(run_in_own_mounts([&] {
              ASSERT_EQ(::mount(data.c_str(), (share("s-3") / "mounted").c_str(), nullptr, MS_BIND,
                                nullptr),
                        0);
              driver_->delete_share_instance("s-3");
              EXPECT_EQ(read_file(data / "file"), "mounted");
            }),
            0);
  EXPECT_EQ(read_file(data / "file"), "mounted");
  restart();
  EXPECT_EQ(names_in(root() / "shares"), std::set<std::string>()) << "unmounted it goes";
}

}  // namespace
}  // namespace hookwire::testing
