#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "share/directory_test.h"
#include "support/long_form.h"

// What root may do, and others not. An ordinary user needs no right but that to the root.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;

bool become_nobody() {
  return ::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 &&
         ::setresuid(kNobody, kNobody, kNobody) == 0;
}

// Runs the tests that `filter` names in a process of an ordinary user.
void run_as_nobody(const std::string& filter) {
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string argument = "--gtest_filter=" + filter;
    ::unsetenv("XML_OUTPUT_FILE");
    ::unsetenv("GTEST_OUTPUT");
    if (become_nobody()) {
      ::execl("/proc/self/exe", "share_test", argument.c_str(), "--gtest_brief=1", nullptr);
    }
    ::_exit(127);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// True when this is root, and the test was run by an ordinary user instead.
bool was_run_as_nobody() {
  if (::geteuid() != 0) return false;
  const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
  run_as_nobody(std::string(test.test_suite_name()) + "." + test.name());
  return true;
}

// In parts, since one test has a limited time.
class OrdinaryUser : public ::testing::TestWithParam<const char*> {};

TEST_P(OrdinaryUser, DoesWhatRootDoes) {
  if (::geteuid() != 0) return;  // the other tests are an ordinary user's then
  run_as_nobody(GetParam());
}

// With a sanitizer one of them: it sees the same code when root runs it.
std::vector<const char*> parts() {
  std::vector<const char*> filters{"*Meanwhile*:Content*:Folder*:-MigrationMeanwhile.*Step"};
  if (kSanitized) return filters;
  filters.insert(filters.end(),
                 {"DirectoryAllOrNothing*", "ReplicaAllOrNothing*", "KilledMigration*",
                  "Directory*:Replica*:Migration*:Of/*:-*AllOrNothing*:*Meanwhile*:"
                  "DirectoryConcurrency*:DirectoryKill.*:*OrdinaryUser*"});
  return filters;
}

INSTANTIATE_TEST_SUITE_P(Parts, OrdinaryUser, ::testing::ValuesIn(parts()));

class DirectoryOrdinaryUser : public DirectoryTest {
 protected:
  void make_folder(const fs::path& name, fs::perms mode) {
    fs::create_directories(root() / name);
    write_file(root() / name / "file", "content");
    fs::permissions(root() / name, mode);
    denied_.push_back(root() / name);
  }
  void TearDown() override {
    for (const fs::path& path : denied_) {
      if (fs::exists(path)) fs::permissions(path, fs::perms(0700));
    }
  }

  std::vector<fs::path> denied_;
};

TEST_F(DirectoryOrdinaryUser, AFolderThatMayNotBeWrittenIsNotMovedHere) {
  if (was_run_as_nobody()) return;
  make_folder("import", fs::perms(0555));
  create("s-1");
  expect_refused<ManageInvalidShare>(
      [&] { driver_->manage_share("s-2", 1, "NFS", "import", std::nullopt, {}); }, "chmod u+w");
  expect_refused<ManageInvalidShareSnapshot>(
      [&] { driver_->manage_snapshot("s-1", "n-1", "import", {}); }, "chmod u+w");
  expect_refused<ManageInvalidShareServer>(
      [&] { driver_->manage_share_server("v-1", "import", {}); }, "chmod u+w");
  restart();
  EXPECT_EQ(read_file(root() / "import" / "file"), "content");
  // Where it is already it need not be moved.
  make_folder("shares/s-3", fs::perms(0555));
  driver_->manage_share("s-3", 1, "NFS", "shares/s-3", std::nullopt, {});
  restart();
  EXPECT_EQ(read_file(share("s-3") / "file"), "content");
}

TEST_F(DirectoryOrdinaryUser, AShareThatItsOwnerMayNotWriteIsKeptAsAnyOther) {
  if (was_run_as_nobody()) return;
  driver_->create_share_instance("s-1", 1, "NFS", "v-1", {{"mode", "0500"}});
  driver_->create_share_instance("s-2", 1, "NFS", std::nullopt, {{"mode", "0500"}});
  for (const char* id : {"s-1", "s-2"}) {
    driver_->create_snapshot(id, id);
    driver_->revert_to_snapshot(id, id);
    driver_->delete_snapshot(id);
    driver_->unmanage_share(id);
  }
  driver_->manage_share("s-1", 1, "NFS", "servers/v-1/s-1", "v-1", {});
  driver_->manage_share("s-2", 1, "NFS", "shares/s-2", std::nullopt, {});
  restart();
  for (const char* id : {"s-1", "s-2"}) driver_->delete_share_instance(id);
  EXPECT_TRUE(fs::is_empty(root() / "shares"));
  EXPECT_TRUE(fs::is_empty(server("v-1")));
}

TEST_F(DirectoryOrdinaryUser, AShareThatMayNotBeWrittenIsReplicatedButNotExchanged) {
  if (was_run_as_nobody()) return;
  driver_->create_share_instance("s-1", 1, "NFS", std::nullopt, {{"mode", "0550"}});
  driver_->create_share_replica("s-1", "r-1");
  driver_->create_replicated_snapshot("s-1", "n-1");
  driver_->update_share_replica("r-1");
  expect_refused<ShareBackendException>([&] { driver_->promote_share_replica("r-1"); },
                                        "chmod u+w it");
  restart();
  driver_->delete_replicated_snapshot("n-1");
  driver_->delete_share_replica("r-1");
  driver_->delete_share_instance("s-1");
}

TEST_F(DirectoryOrdinaryUser, SharesOfTheFirstFormatThatMayNotBeWrittenComeAlong) {
  if (was_run_as_nobody()) return;
  driver_->create_share_instance("s-1", 1, "NFS", std::nullopt, {});
  write_file(share("s-1") / "file", "content");
  make_folder("shares/s-1", fs::perms(0555));
  driver_.reset();
  write_file(root() / "state.json", R"({"format":1,"snapshots":{},"shares":{"s-1":{"size_gb":1,
    "share_proto":"NFS","access_rules":[],"share_server_id":"v-1"}}})");
  start();
  EXPECT_FALSE(log_.contains("is gone"));
  driver_->create_snapshot("s-1", "n-1");
  EXPECT_EQ(read_file(snapshot("n-1") / "file"), "content");
  driver_->delete_snapshot("n-1");
  driver_->delete_share_instance("s-1");
  driver_->delete_share_server("v-1");
}

TEST_F(DirectoryOrdinaryUser, AFolderThatCannotBeLookedThroughHoldsUpNoOther) {
  if (was_run_as_nobody()) return;
  driver_->create_share_instance("s-1", 1, "NFS", "v-1", {});
  create("s-2");
  driver_.reset();
  fs::rename(share("s-2"), root() / "shares" / ".work.7.s-2");
  fs::permissions(server("v-1"), fs::perms(0));
  start();
  EXPECT_TRUE(fs::exists(share("s-2")));
  EXPECT_TRUE(log_.contains(server("v-1").string()));
  fs::create_directory(root() / "import");
  driver_->manage_share("s-3", 1, "NFS", "import", std::nullopt, {});
  try {
    driver_->manage_share("s-4", 1, "NFS", "servers", std::nullopt, {});
    ADD_FAILURE() << "it may be that it holds a share";
  } catch (const ManageInvalidShare& error) {
    EXPECT_THAT(error.what(), HasSubstr("lies in share 's-1' is not known"));
  }
  fs::permissions(server("v-1"), fs::perms(0700));
}

TEST_F(DirectoryOrdinaryUser, ATakeOverOfWhichNothingIsKnownHoldsUpNothingElse) {
  if (was_run_as_nobody()) return;
  driver_->create_share_instance("s-1", 1, "NFS", "v-1", {});
  driver_.reset();
  std::string state = read_file(root() / "state.json");
  const std::string shares = "\"shares\": {";
  state.insert(state.find(shares) + shares.size(),
               R"("s-2": {"size_gb": 1, "share_proto": "NFS", "access_rules": [],
                  "share_server_id": "v-1"},)");
  state.insert(1, R"("adoption": {"kind": "share", "id": "s-2"},)");
  write_file(root() / "state.json", state);
  make_folder("servers/v-1", fs::perms(0));
  fs::create_directory(root() / "import");

  start();
  EXPECT_TRUE(log_.contains("whether share 's-2' was taken over is not known"));
  create("s-3");
  const auto expect_not_known = [&](auto&& call) {
    try {
      call();
      ADD_FAILURE() << "nothing was raised";
    } catch (const ShareBackendException& error) {
      EXPECT_THAT(error.what(), HasSubstr("share 's-2' was taken over is not known"));
    }
  };
  expect_not_known([&] { driver_->extend_share("s-2", 2); });
  expect_not_known([&] { driver_->delete_share_instance("s-2"); });
  expect_not_known([&] { driver_->manage_share("s-4", 1, "NFS", "import", std::nullopt, {}); });
  EXPECT_THAT(driver_->share_instances(), ::testing::SizeIs(2));

  restart();
  fs::permissions(server("v-1"), fs::perms(0700));
  driver_->init_host();
  EXPECT_THROW(driver_->extend_share("s-2", 2), ShareNotFound);
  driver_->manage_share("s-4", 1, "NFS", "import", std::nullopt, {});
  restart();
  EXPECT_THAT(driver_->share_instances(), ::testing::SizeIs(3));
}

}  // namespace
}  // namespace hookwire::testing
