#include <unistd.h>

#include "hookwire/schemas/json.h"

#include "cli_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A host whose journal is on a file system of 2 MiB of its own, half of it taken by a file.
class FullDiskTest : public CliTest {
 protected:
  /// Starts it in a mount namespace; root may have one, others where user namespaces are allowed.
  void start_on_small_disk(const std::string& more) {
    fs::create_directory(in_folder("disk"));
    write_file("gold.conf",
               "[DEFAULT]\nenabled_backends = gold\nhost = nas01\n\n[gold]\ndriver = directory\n"
               "directory_root = gold.shares\nhook_drivers = hookwire:NotificationHook\n"
               "journal_dir = disk/journal\njournal_segment_bytes = 256K\nappend_wait = 20ms\n" +
                   more);
    constexpr char kScript[] =
        "mount -t tmpfs -o size=2m none \"$1\" && head -c 1048576 /dev/zero >\"$1/filler\" && "
        "exec \"$2\" host -c \"$3\"";
    const std::string how = ::geteuid() == 0 ? "-m" : "-Urm";
    host_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{"/usr/bin/env", "unshare", how, "sh", "-c", kScript, "sh",
                                 in_folder("disk"), HOOKWIRE_BINARY, in_folder("gold.conf")},
        in_folder("gold.messages"));
    ASSERT_NE(ask(R"({"control":"hooks"})").find("hooks"), nullptr)
        << "this test mounts a tmpfs in a namespace of its own (unshare " << how
        << "), which has to be allowed here: " << messages();
  }
  Value ask(const std::string& line) {
    host_->write_line(line);
    const std::optional<std::string> answer = host_->read_line(kDeadline);
    return answer ? parse_json(*answer) : Value();
  }
  Value create() {
    return ask(R"({"method":"create_share_instance","args":{"share_id":"s-)" +
               std::to_string(++shares_) + R"(","size_gb":1,"share_proto":"NFS"}})");
  }
  bool share_exists(int number) const {
    return fs::exists(in_folder("gold.shares/shares/s-" + std::to_string(number)));
  }
  /// As the host sees its disk.
  fs::path disk() const {
    return "/proc/" + std::to_string(host_->pid()) + "/root" + in_folder("disk").string();
  }
  void make_space() const { ASSERT_TRUE(fs::remove(disk() / "filler")); }
  std::string messages() const { return read_file(in_folder("gold.messages")); }
  /// What the live journal holds of this phase and method.
  std::vector<Value> events(const std::string& phase, const std::string& method) const {
    const Ended cat = run({"journal", "cat", disk() / "journal", "-o", "json"});
    EXPECT_EQ(cat.code, 0) << cat.messages;
    std::vector<Value> found;
    for (Value& event : values_of(cat.output)) {
      const std::string topic = text_in(event, "topic");
      if (topic.starts_with(phase + "/" + method + "/")) found.push_back(std::move(event));
    }
    return found;
  }
  std::uint64_t told_in_gaps(const char* figure) const {
    std::uint64_t sum = 0;
    for (const Value& gap : events("system", "gap")) sum += number_in(*gap.find("data"), figure);
    return sum;
  }

  std::unique_ptr<ChildProcess> host_;
  int shares_ = 0;
};

TEST_F(FullDiskTest, UnderFailClosedCallsAreRefusedUntilThereIsSpaceAgain) {
  start_on_small_disk(
      "journal_low_space = 0\non_journal_error = fail_closed\nsuppress_pre_hooks_errors = true\n");
  EXPECT_THAT(messages(), HasSubstr("calls are refused: fail_closed"));
  Value refusal;
  for (int n = 0; n < 20'000 && text_in(refusal, "outcome") != "vetoed"; ++n) {
    refusal = ask(R"({"method":"init_host"})");
  }
  ASSERT_EQ(text_in(refusal, "outcome"), "vetoed") << "the disk was to be full";
  std::uint64_t refused = 1;
  for (int n = 0; n < 5; ++n, ++refused) {
    const Value answer = create();
    EXPECT_EQ(text_in(answer, "outcome"), "vetoed");
    EXPECT_THAT(text_in(*answer.find("error"), "message"),
                AllOf(HasSubstr("fail_closed"),
                      HasSubstr("the journal " + in_folder("disk/journal").string()),
                      HasSubstr("No space left on device")));
    EXPECT_FALSE(share_exists(shares_));
  }
  make_space();
  ASSERT_TRUE(eventually([&] {
    const bool works = *create().find("ok") == Value(true);
    if (!works) ++refused;
    return works;
  })) << messages();
  EXPECT_TRUE(share_exists(shares_));
  EXPECT_EQ(told_in_gaps("refused"), refused);
  for (const char* method : {"init_host", "create_share_instance"}) {
    EXPECT_EQ(events("pre", method).size(), events("post", method).size());
  }
  EXPECT_EQ(events("post", "create_share_instance").size(), 1U);
  EXPECT_EQ(run({"journal", "verify", disk() / "journal"}).code, 0);
  host_->close_input();
  EXPECT_EQ(host_->wait(kDeadline), 0);
}

TEST_F(FullDiskTest, OldEventsMakeRoomForNewOnesBeforeTheDiskIsFull) {
  start_on_small_disk("");  // low space: less than four segments, so from the beginning
  for (int n = 0; n < 4000; ++n) {
    ASSERT_EQ(*ask(R"({"method":"init_host"})").find("ok"), Value(true)) << n;
  }
  EXPECT_THAT(messages(), HasSubstr("less than journal_low_space"));
  EXPECT_THAT(messages(), Not(HasSubstr("events are being lost")));
  EXPECT_THAT(events("system", "low_space"), IsEmpty()) << "it was told at the start, and is gone";
  const std::vector<Value> kept = events("post", "init_host");
  ASSERT_FALSE(kept.empty());
  EXPECT_LT(kept.size(), 4000U) << "it was to be more than the disk holds";
  host_->close_input();
  EXPECT_EQ(host_->wait(kDeadline), 0);
}

TEST_F(FullDiskTest, UnderFailOpenCallsGoOnAndAGapTellsOfThem) {
  start_on_small_disk("journal_low_space = 0\n");
  EXPECT_THAT(messages(), HasSubstr("calls go on unrecorded: fail_open"));
  int calls = 0;
  while (calls < 20'000 && messages().find("events are being lost") == std::string::npos) {
    ASSERT_EQ(*ask(R"({"method":"init_host"})").find("ok"), Value(true)) << ++calls;
    ++calls;
  }
  ASSERT_LT(calls, 20'000) << "the disk was to be full";
  for (int n = 0; n < 5; ++n) {
    EXPECT_EQ(*create().find("ok"), Value(true));
    EXPECT_TRUE(share_exists(shares_));
  }
  make_space();
  ASSERT_TRUE(eventually([&] {
    EXPECT_EQ(*create().find("ok"), Value(true));
    return !events("post", "create_share_instance").empty();
  })) << messages();
  EXPECT_GE(told_in_gaps("count"), 6U);
  EXPECT_EQ(told_in_gaps("refused"), 0U);
  host_->close_input();
  EXPECT_EQ(host_->wait(kDeadline), 0);
}

}  // namespace
}  // namespace hookwire::testing
