#include "share/directory_test.h"

// Each test puts on disk what a process leaves that was killed between two steps of a call.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class DirectoryRecovery : public DirectoryTest {
 protected:
  DirectoryRecovery() {
    create("s-1");
    write_file(share("s-1") / "file", "content");
    driver_->create_snapshot("s-1", "snap-1");
    before_ = tree(root());
    driver_.reset();
  }

  fs::path work(const std::string& folder, const std::string& name) const {
    return root() / folder / (".work." + name);
  }
  void leave(const fs::path& left) {
    fs::create_directory(left);
    write_file(left / "half", "made");
  }

  std::map<std::string, std::string> before_;
};

TEST_F(DirectoryRecovery, WhatWasHalfMadeIsRemoved) {
  leave(work("shares", "7.s-2"));
  leave(work("snapshots", "7.snap-2"));
  start();
  EXPECT_EQ(tree(root()), before_);
  EXPECT_TRUE(log_.contains("removing " + (root() / "shares" / ".part.7.s-2").string()));
  EXPECT_TRUE(log_.contains("removing " + (root() / "snapshots" / ".part.7.snap-2").string()));
  create("s-2");
  driver_->create_snapshot("s-2", "snap-2");
}

TEST_F(DirectoryRecovery, WhatTheStateKnewAlreadyIsFinished) {
  fs::rename(snapshot("snap-1"), work("snapshots", "1.snap-1"));
  start();
  EXPECT_EQ(tree(root()), before_);
  EXPECT_TRUE(log_.contains("put back " + snapshot("snap-1").string()));
}

TEST_F(DirectoryRecovery, ARemovalThatTheStateDoesNotKnowIsTakenBack) {
  fs::rename(share("s-1"), work("shares", "12.s-1"));
  start();
  EXPECT_EQ(tree(root()), before_);
  EXPECT_TRUE(log_.contains("put back " + share("s-1").string()));
}

TEST_F(DirectoryRecovery, WhatIsNamedAlmostAsTheDriverNamesIsLeftAlone) {
  for (const char* name : {".work.s-1", ".work.x.s-1", ".work.7", ".work.07.s-1", ".part.-1.s-1",
                           ".work.18446744073709551615.s-1", ".work.7..s-1"}) {
    leave(share(name));
  }
  start();
  EXPECT_EQ(log_.count("left alone"), 7U);
  EXPECT_EQ(names_in(root() / "shares").size(), 8U);
}

// Whoever chooses the highest number wants the next to be none, which recovery would not know.
TEST_F(DirectoryRecovery, WithoutANumberForItNothingIsBegun) {
  leave(work("shares", "1000000000000000.x"));
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  const auto expect_none_left = [&](auto&& call) {
    expect_refused<ShareBackendException>(call, "the number 1000000000000000 was there");
  };
  expect_none_left([&] { create("s-2"); });
  expect_none_left([&] { driver_->create_share_instance("s-2", 1, "NFS", "v-1", {}); });
  expect_none_left([&] { driver_->create_snapshot("s-1", "snap-2"); });
  expect_none_left([&] { driver_->revert_to_snapshot("s-1", "snap-1"); });
  expect_none_left([&] { driver_->delete_snapshot("snap-1"); });
  driver_->init_host();
  restart();
  EXPECT_EQ(tree(root()), before_);
  driver_->delete_snapshot("snap-1");
  driver_->delete_share_instance("s-1");
}

TEST_F(DirectoryRecovery, TheNewestContentIsPutBack) {
  leave(work("shares", "9.s-1"));  // of an earlier share of that id
  fs::rename(share("s-1"), work("shares", "10.s-1"));
  start();
  EXPECT_EQ(tree(root()), before_);
}

TEST_F(DirectoryRecovery, AnInterruptedRemovalIsFinishedThoughTheIdLivesAgain) {
  leave(work("shares", "3.s-1"));
  start();
  EXPECT_EQ(tree(root()), before_);
}

TEST_F(DirectoryRecovery, WhatIsNotWholeIsNeverPutBack) {
  leave(work("shares", "7.s-1"));
  fs::rename(work("shares", "7.s-1"), root() / "shares" / ".part.7.s-1");
  fs::remove_all(share("s-1"));
  start();
  EXPECT_FALSE(fs::exists(share("s-1")));
  EXPECT_FALSE(fs::exists(root() / "shares" / ".part.7.s-1"));
  EXPECT_TRUE(log_.contains(share("s-1").string() + " is gone"));
}

TEST_F(DirectoryRecovery, OfAReplacementTheOldContentIsPutBack) {
  leave(work("shares", "7.s-1"));  // the new one, whole
  fs::rename(share("s-1"), work("shares", "8.s-1"));
  start();
  EXPECT_EQ(tree(root()), before_);
}

// The state says beforehand that a folder is being renamed to its place.
class DirectoryAdoption : public DirectoryRecovery {
 protected:
  void say_that_s2_is_being_taken_over() {
    std::string state = read_file(root() / "state.json");
    const std::string shares = "\"shares\": {";
    state.insert(state.find(shares) + shares.size(),
                 R"("s-2": {"size_gb": 1, "share_proto": "NFS", "access_rules": []},)");
    state.insert(1, R"("adoption": {"kind": "share", "id": "s-2"},)");
    write_file(root() / "state.json", state);
  }
};

TEST_F(DirectoryAdoption, AFolderThatWasNotRenamedStaysWhereItIs) {
  fs::create_directory(root() / "import");
  before_["import"] = "/";
  say_that_s2_is_being_taken_over();
  start();
  EXPECT_EQ(tree(root()), before_);
  EXPECT_TRUE(log_.contains("share 's-2' was about to be taken over"));
  EXPECT_FALSE(log_.contains("is gone"));
  EXPECT_THAT(driver_->share_instances(), ::testing::SizeIs(1));
}

TEST_F(DirectoryAdoption, AFolderThatWasRenamedIsTakenOver) {
  leave(share("s-2"));
  say_that_s2_is_being_taken_over();
  start();
  EXPECT_EQ(read_file(share("s-2") / "half"), "made");
  EXPECT_THAT(driver_->share_instances(), ::testing::SizeIs(2));
  EXPECT_EQ(read_file(root() / "state.json").find("adoption"), std::string::npos);
}

TEST_F(DirectoryAdoption, IsSettledBeforeAnyCallAlsoWithoutInitHost) {
  fs::create_directory(root() / "import");
  say_that_s2_is_being_taken_over();
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  create("s-2");
  driver_->delete_share_instance("s-2");
  restart();
  EXPECT_TRUE(fs::exists(root() / "import"));
  EXPECT_FALSE(log_.contains("is gone"));
}

TEST_F(DirectoryRecovery, FilesNotWrittenToTheirEndAreRemoved) {
  write_file(root() / "state.json.new", "{\"form");
  write_file(root() / "exports.new", "# Wri");
  start();
  EXPECT_EQ(tree(root()), before_);
  EXPECT_EQ(log_.count("was not written to its end"), 2U);
}

// It may take the very space that the files need.
TEST_F(DirectoryRecovery, WhatIsLeftIsRemovedThoughTheFilesCannotBeWritten) {
  leave(work("shares", "7.s-2"));
  write_file(root() / "exports", "/ *(rw)\n");
  fs::create_directories(root() / "exports.new" / "in the way");
  EXPECT_THROW(start(), ShareBackendException);
  EXPECT_EQ(names_in(root() / "shares"), std::set<std::string>{"s-1"});
  fs::remove_all(root() / "exports.new");
  driver_->init_host();
  EXPECT_EQ(tree(root()), before_);
}

TEST_F(DirectoryRecovery, ExportsThatFollowTheStateAreNotWritten) {
  const ino_t exports = inode_of(root() / "exports");
  start();
  EXPECT_EQ(inode_of(root() / "exports"), exports);
}

TEST_F(DirectoryRecovery, ExportsFollowTheState) {
  write_file(root() / "exports", "/ *(rw)\n");
  start();
  EXPECT_EQ(tree(root()), before_);
}

TEST_F(DirectoryRecovery, WhatTheStateDoesNotKnowIsLeftAlone) {
  leave(share("foreign"));
  leave(snapshot("foreign"));
  start();
  EXPECT_EQ(read_file(share("foreign") / "half"), "made");
  EXPECT_EQ(read_file(snapshot("foreign") / "half"), "made");
  EXPECT_EQ(log_.count("is not known to state.json: left alone"), 2U);
}

TEST_F(DirectoryRecovery, AShareWhoseContentIsGoneIsReported) {
  fs::remove_all(share("s-1"));
  start();
  EXPECT_TRUE(log_.contains(share("s-1").string() + " is gone"));
  EXPECT_EQ(driver_->share_instances().size(), 1U);
}

// It may lie under a working name: once let go of, recovery would remove it.
TEST_F(DirectoryRecovery, WhatIsNotInItsPlaceIsNotLetGoOf) {
  fs::rename(share("s-1"), work("shares", "7.s-1"));
  fs::rename(snapshot("snap-1"), work("snapshots", "7.snap-1"));
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  expect_refused<ShareBackendException>([&] { driver_->unmanage_snapshot("snap-1"); },
                                        snapshot("snap-1").string() + " is gone");
  driver_->init_host();
  driver_->unmanage_snapshot("snap-1");
  driver_.reset();
  fs::rename(share("s-1"), work("shares", "8.s-1"));
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  expect_refused<ShareBackendException>([&] { driver_->unmanage_share("s-1"); },
                                        share("s-1").string() + " is gone");
  driver_->init_host();
  driver_->unmanage_share("s-1");
  restart();
  EXPECT_EQ(read_file(share("s-1") / "file"), "content");
  EXPECT_EQ(read_file(snapshot("snap-1") / "file"), "content");
}

TEST_F(DirectoryRecovery, CallsBeforeItDoNotMeetWhatIsLeft) {
  leave(work("snapshots", "7.snap-2"));
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  driver_->create_snapshot("s-1", "snap-2");
  driver_->init_host();
  EXPECT_THAT(tree(snapshot("snap-2")), ElementsAre(std::pair("file", "content")));
  EXPECT_FALSE(fs::exists(work("snapshots", "7.snap-2")));
}

}  // namespace
}  // namespace hookwire::testing
