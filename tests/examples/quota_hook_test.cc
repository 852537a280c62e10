#include <algorithm>

#include "hookwire/schemas/json.h"

#include "examples_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

/// The real host with quota.conf as it is: what its relative paths name is laid out in the folder.
class QuotaHookTest : public ExamplesTest {
 protected:
  QuotaHookTest() {
    // Owner and mode of the library must be sound, wherever the build folder lies.
    place(QUOTA_HOOK, "build/release/lib/libexample_quota_hook.so");
    place(EXAMPLES "/quota.conf", "examples/quota.conf");
  }

  void place(const fs::path& file, const std::string& name) const {
    fs::path folder = folder_.path();
    for (const fs::path& part : fs::path(name).parent_path()) {
      folder /= part;
      fs::create_directory(folder);
      fs::permissions(folder, fs::perms::owner_all);
    }
    fs::copy_file(file, in_folder(name));
    fs::permissions(in_folder(name), fs::perms::owner_read | fs::perms::owner_write);
  }

  std::string config() const { return in_folder("examples/quota.conf"); }

  /// Asks the host for a share; how that ended.
  static std::string create(RunningHost& host, const std::string& share_id,
                            const std::string& project, int size_gb = 1) {
    const Value answer =
        host.ask(R"({"method":"create_share_instance","args":{"share_id":")" + share_id +
                 R"(","size_gb":)" + std::to_string(size_gb) +
                 R"(,"share_proto":"NFS"},"context":{"project_id":")" + project + R"("}})");
    return answer.find("result") != nullptr ? "success" : text_in(answer, "outcome");
  }
  static bool remove(RunningHost& host, const std::string& share_id) {
    return host.ask(R"({"method":"delete_share_instance","args":{"share_id":")" + share_id +
                    R"("}})")
               .find("result") != nullptr;
  }
};

TEST_F(QuotaHookTest, ConfigCheckNamesIt) {
  const Ended ended = run({"config", "check", config()});
  EXPECT_EQ(ended.code, 0) << ended.messages;
  EXPECT_THAT(ended.output, ::testing::Contains(HasSubstr("libexample_quota_hook.so:QuotaHook")));
}

TEST_F(QuotaHookTest, RefusesAShareAboveTheQuotaOfItsProject) {
  RunningHost host(config(), in_folder("messages"));
  EXPECT_EQ(create(host, "s-1", "p-1"), "success") << read_file(in_folder("messages"));
  EXPECT_EQ(create(host, "s-2", "p-1"), "vetoed");
  EXPECT_EQ(create(host, "s-3", "p-2"), "success") << "another project has a quota of its own";
  EXPECT_TRUE(remove(host, "s-1"));
  EXPECT_EQ(create(host, "s-2", "p-1"), "success") << "there is room again";
  EXPECT_EQ(host.finish(), 0);
}

TEST_F(QuotaHookTest, AShareThatTheDriverCouldNotMakeDoesNotCount) {
  RunningHost host(config(), in_folder("messages"));
  EXPECT_EQ(create(host, "s-1", "p-1", 0), "failure");
  EXPECT_EQ(create(host, "s-1", "p-1"), "success") << read_file(in_folder("messages"));
  EXPECT_EQ(host.finish(), 0);
}

TEST_F(QuotaHookTest, ItsRefusalIsInTheEvents) {
  {
    RunningHost host(config(), in_folder("messages"));
    ASSERT_EQ(create(host, "s-1", "p-1"), "success") << read_file(in_folder("messages"));
    ASSERT_EQ(create(host, "s-2", "p-1"), "vetoed");
    ASSERT_EQ(host.finish(), 0);
  }
  const Ended failed =
      run({"journal", "cat", in_folder("var/journal/iron"), "--failed", "-o", "json"});
  ASSERT_EQ(failed.output.size(), 1U) << failed.messages;
  const Value event = parse_json(failed.first_line());
  EXPECT_EQ(text_in(event, "topic"), "failure/create_share_instance/nas01@iron");
  EXPECT_EQ(text_in(event, "outcome"), "vetoed");
  EXPECT_EQ(text_in(*event.find("resource"), "id"), "s-2");
  EXPECT_EQ(text_in(*event.find("error"), "type"), "QuotaExceeded");
  ASSERT_NE(event.find("hooks"), nullptr);
  const Value::List& hooks = *event.find("hooks")->list();
  EXPECT_TRUE(std::any_of(hooks.begin(), hooks.end(), [](const Value& hook) {
    return text_in(hook, "name") == "quota" && text_in(hook, "outcome") == "vetoed";
  })) << to_json(event);
}

}  // namespace
}  // namespace hookwire::testing
