#include "share/failing_disk.h"
#include "share/migration_test.h"

// The copies are looked at before what they are of is removed.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

struct Loss {
  const char* name;
  void (*happen)(const fs::path& moved);
  friend std::ostream& operator<<(std::ostream& out, const Loss& loss) { return out << loss.name; }
};

class MigrationCopies : public DirectoryMigration, public ::testing::WithParamInterface<Loss> {
 protected:
  MigrationCopies() {
    start_migration();
    copy_all();
    GetParam().happen(moved_);
  }
  void expect_whole_copies() {
    EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
    EXPECT_EQ(read_file(moved_ / "s-2" / "file"), "s-2");
  }
};

TEST_P(MigrationCopies, OneThatIsNotWholeIsMadeAgain) {
  complete();
  expect_whole_copies();
  EXPECT_FALSE(fs::exists(server("v-1")));
}

TEST_P(MigrationCopies, AlsoWithoutInitHost) {
  driver_.reset();
  driver_ = make_directory_driver({.root = root(), .host = "nas01"}, log_);
  complete();
  expect_whole_copies();
}

TEST_P(MigrationCopies, AlsoAfterAStart) {
  restart();
  EXPECT_FALSE(log_.contains("is gone")) << "it is nothing to put back";
  complete();
  expect_whole_copies();
}

INSTANTIATE_TEST_SUITE_P(
    Of, MigrationCopies,
    ::testing::Values(
        Loss{"Folder", [](const fs::path& moved) { fs::remove_all(moved / "s-1"); }},
        Loss{"File", [](const fs::path& moved) { fs::remove(moved / "s-1" / "file"); }},
        Loss{"Content", [](const fs::path& moved) { write_file(moved / "s-1" / "file", "x"); }},
        Loss{"Name",
             [](const fs::path& moved) { fs::rename(moved / "s-1", moved / ".work.900.s-1"); }},
        Loss{"Identity",
             [](const fs::path& moved) {
               fs::rename(moved / "s-1", moved / ".work.900.s-1");
               fs::create_directory(moved / "s-1");
             }}),
    [](const auto& loss) { return std::string(loss.param.name); });

TEST_F(DirectoryMigration, AShareWhoseCopyIsGoneCountsAsNotCopied) {
  start_migration();
  copy_all();
  fs::remove_all(moved_ / "s-1");
  fs::remove_all(moved_ / "s-2");
  EXPECT_FALSE(step());
  EXPECT_TRUE(step());
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  EXPECT_EQ(read_file(moved_ / "s-2" / "file"), "s-2");
}

// The state on disk may know of a copy though the call failed, and could not be put back.
TEST_F(DirectoryMigration, ACopyStaysWhenItIsNotKnownWhetherTheStateKnowsIt) {
  start_migration();
  {
    const FailingSync failing(root());
    EXPECT_THROW(step(), ShareBackendException);
  }
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  restart();
  EXPECT_FALSE(log_.contains("is gone"));
  copy_all();
  complete();
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  EXPECT_EQ(read_file(moved_ / "s-2" / "file"), "s-2");
}

TEST_F(DirectoryMigration, WhateverTheStateSaysTheSharesAreWholeWhenTheLastStepFails) {
  start_migration();
  copy_all();
  {
    const FailingSync failing(root());
    EXPECT_THROW(complete(), ShareBackendException);
  }
  write_file(server("v-1") / "s-1" / "file", "late");  // it is there still
  restart();
  EXPECT_EQ(read_file(server("v-1") / "s-1" / "file"), "late");
  EXPECT_EQ(read_file(moved_ / "s-2" / "file"), "s-2");
}

TEST_F(DirectoryMigration, NeitherIsLostWhenItIsCancelledAndTheStateCannotBePutBack) {
  start_migration();
  copy_all();
  {
    const FailingSync failing(root());
    EXPECT_THROW(driver_->share_server_migration_cancel("v-1"), ShareBackendException);
  }
  complete();
  restart();
  EXPECT_EQ(read_file(moved_ / "s-1" / "file"), "s-1");
  EXPECT_EQ(read_file(moved_ / "s-2" / "file"), "s-2");
}

}  // namespace
}  // namespace hookwire::testing
