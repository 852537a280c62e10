#include "hookwire/base/error.h"

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DirectoryRestart : public DirectoryTest {
 protected:
  void expect_no_start(ErrorCode code, const std::string& part) {
    try {
      make_directory_driver({.root = root()}, log_);
      ADD_FAILURE() << "nothing was raised";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  }
};

TEST_F(DirectoryRestart, EverythingIsAsItWas) {
  driver_->create_share_instance("s-1", 2, "CIFS", "server-1", {});
  create("s-2", 7);
  driver_->allow_access("s-2", ip_rule("10.0.0.4"));
  write_file(share("s-2") / "file", "content");
  driver_->create_snapshot("s-2", "snap-1");
  const auto before = tree(root());
  const Value shares = to_value(driver_->share_instances());

  restart();

  EXPECT_EQ(to_value(driver_->share_instances()), shares);
  EXPECT_EQ(tree(root()), before);
  EXPECT_TRUE(log_.contains("holds 2 shares and 1 snapshots"));
  EXPECT_THROW(driver_->create_snapshot("s-2", "snap-1"), SnapshotExists);
  driver_->deny_access("s-2", ip_rule("10.0.0.4"));
}

TEST_F(DirectoryRestart, ANewHostNameShowsInLocations) {
  create("s-1");
  driver_.reset();
  driver_ = make_directory_driver({.root = root(), .host = "nas02"}, log_);
  EXPECT_THAT(instance("s-1").export_locations[0], HasSubstr("nas02:/"));
}

TEST_F(DirectoryRestart, OneDriverAtATimeHoldsARoot) {
  expect_no_start(ErrorCode::busy, root().string());
  driver_.reset();
  start();
}

TEST_F(DirectoryRestart, ARelativeRootIsTakenFromTheWorkingFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  const auto driver = make_directory_driver({.root = "silver/"}, log_);
  fs::current_path(before);
  driver->create_share_instance("s-1", 1, "NFS", std::nullopt, {});
  EXPECT_TRUE(fs::is_directory(folder_.path() / "silver" / "shares" / "s-1"));
}

TEST_F(DirectoryRestart, ARootWithoutAParentIsRefused) {
  EXPECT_THROW(make_directory_driver({.root = folder_.path() / "none" / "gold"}, log_), IoError);
}

TEST_F(DirectoryRestart, AStateThatIsNotAsWrittenIsRefusedAndKept) {
  create("s-1");
  driver_.reset();
  const std::string rule = R"({"access_type":"ip","access_to":"*","access_level":"rw"})";
  for (const std::string& text :
       {std::string(), std::string("{\"format\":1"), std::string("[]"), std::string("{}"),
        std::string(R"({"format":1,"shares":{"../x":{"size_gb":1,"share_proto":"NFS",)"
                    R"("access_rules":[]}},"snapshots":{}})"),
        std::string(
            R"({"format":1,"shares":{},"snapshots":{"a":{"share_id":"b","size_bytes":1}}})"),
        R"({"format":1,"shares":{"a":{"size_gb":1,"share_proto":"NFS","access_rules":[)" + rule +
            "]}},\"snapshots\":{}}"}) {
    SCOPED_TRACE(text);
    write_file(root() / "state.json", text);
    expect_no_start(ErrorCode::damaged, (root() / "state.json").string());
    EXPECT_EQ(read_file(root() / "state.json"), text);
  }
}

TEST_F(DirectoryRestart, AStateOfAnotherVersionIsRefused) {
  driver_.reset();
  write_file(root() / "state.json", R"({"format":3,"shares":{},"snapshots":{}})");
  expect_no_start(ErrorCode::incompatible, "has format 3");
}

TEST_F(DirectoryRestart, AStateOfTheFirstFormatIsReadAndTurnsIntoTheNewest) {
  create("s-1", 2);
  write_file(share("s-1") / "file", "content");
  driver_->create_snapshot("s-1", "n-1");
  driver_.reset();
  write_file(root() / "state.json", R"({"format":1,
    "shares":{"s-1":{"size_gb":2,"share_proto":"NFS","access_rules":[
      {"access_type":"ip","access_to":"10.0.0.4","access_level":"rw"}]}},
    "snapshots":{"n-1":{"share_id":"s-1","size_bytes":7}}})");

  start();

  EXPECT_EQ(instance("s-1").size_gb, 2U);
  EXPECT_EQ(instance("s-1").access_rules, std::vector<Access>{ip_rule("10.0.0.4")});
  EXPECT_EQ(read_file(share("s-1") / "file"), "content");
  driver_->extend_share("s-1", 3);
  EXPECT_THAT(read_file(root() / "state.json"), HasSubstr("\"format\": 2"));
  restart();
  driver_->revert_to_snapshot("s-1", "n-1");
}

}  // namespace
}  // namespace hookwire::testing
