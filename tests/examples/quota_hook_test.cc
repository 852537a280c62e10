#include <algorithm>

#include "hookwire/schemas/json.h"
#include "hookwire/share/hooked_share_driver.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/event_recorder.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/make_hook.h"
#include "hookwire/testing/scripted_share_driver.h"

#include "examples_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

using ::testing::ElementsAre;

// The hook of the real library, before a driver that does as the test says.
class QuotaLibrary : public ::testing::Test {
 protected:
  QuotaLibrary() { use("max_shares_per_project = 1"); }

  void use(const std::string& options) {
    chain_.replace({recorder_.instance(),
                    {"quota", "", load_hook(QUOTA_HOOK, "QuotaHook", options, clock_, log_), {}}});
  }
  bool create(const std::string& share_id, const std::string& project) {
    try {
      shares_.create_share_instance({.project_id = project}, share_id, 1, "NFS");
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  FakeClock clock_;
  CapturingLog log_;
  EventRecorder recorder_;
  ScriptedShareDriver driver_;
  HookChain chain_{clock_, log_};
  HookedShareDriver shares_{driver_, chain_};
};

TEST_F(QuotaLibrary, EachProjectHasAQuotaOfItsOwn) {
  EXPECT_TRUE(create("s-1", "p-1"));
  EXPECT_FALSE(create("s-2", "p-1"));
  EXPECT_TRUE(create("s-3", "p-2"));
}

TEST_F(QuotaLibrary, ADeletedShareMakesRoom) {
  EXPECT_TRUE(create("s-1", "p-1"));
  shares_.delete_share_instance({}, "s-1");
  EXPECT_TRUE(create("s-2", "p-1"));
}

TEST_F(QuotaLibrary, AShareThatTheDriverCouldNotMakeDoesNotCount) {
  driver_.on_call = [](std::string_view) { throw NotEnoughCapacity("full"); };
  EXPECT_FALSE(create("s-1", "p-1"));
  driver_.on_call = nullptr;
  EXPECT_TRUE(create("s-1", "p-1"));
}

TEST_F(QuotaLibrary, TheEventOfARefusalSaysWhatTheQuotaIs) {
  EXPECT_TRUE(create("s-1", "p-1"));
  recorder_.clear();
  EXPECT_FALSE(create("s-2", "p-1"));
  const Event end = recorder_.events().back();
  EXPECT_EQ(end.outcome, "vetoed");
  EXPECT_EQ(end.resource->id, "s-2");
  EXPECT_EQ(end.error->type, "QuotaExceeded");
  EXPECT_EQ(end.error->message, "project 'p-1' has 1 shares, at most 1 are allowed");
  EXPECT_THAT(hook_runs(end), ElementsAre("notify pre ok", "quota pre vetoed"));
}

TEST_F(QuotaLibrary, AQuotaThatIsNoNumberIsRefused) {
  EXPECT_THROW(use("max_shares_per_project = many"), Error);
}

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
