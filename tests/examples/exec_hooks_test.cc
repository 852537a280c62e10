#include "hookwire/schemas/json.h"

#include "examples_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

/// The real host with exec.conf and its programs, which are put into the test's folder.
class ExecHooksTest : public ExamplesTest {
 protected:
  ExecHooksTest() {
    for (const char* program : {"freeze_hook.sh", "alias_hook.py"}) {
      fs::copy_file(std::string(EXAMPLES "/") + program, in_folder(program));
      fs::permissions(in_folder(program), fs::perms::owner_all);
    }
    std::string text = read_file(EXAMPLES "/exec.conf");
    replace_all(text, "/opt/hookwire/hooks", folder_.path());
    replace_all(text, "../var", "var");
    write_file("exec.conf", text);
  }

  static void replace_all(std::string& text, const std::string& from, const std::string& to) {
    std::size_t at = 0;
    while ((at = text.find(from, at)) != std::string::npos) {
      text.replace(at, from.size(), to);
      at += to.size();
    }
  }

  std::string config() const { return in_folder("exec.conf"); }
};

TEST_F(ExecHooksTest, ConfigCheckTakesThem) {
  const Ended ended = run({"config", "check", config()});
  EXPECT_EQ(ended.code, 0) << ended.messages;
  EXPECT_THAT(ended.output, ::testing::Contains(HasSubstr("alias (hookwire:ExecHook)")));
}

TEST_F(ExecHooksTest, OneChangesWhatTheCallerGetsAndOneRefuses) {
  RunningHost host(config(), in_folder("messages"));
  const Value made = host.ask(R"({"method":"create_share_instance",)"
                              R"("args":{"share_id":"s-1","size_gb":1,"share_proto":"NFS"}})");
  ASSERT_NE(made.find("result"), nullptr) << to_json(made) << read_file(in_folder("messages"));
  EXPECT_THAT(to_json(*made.find("result")), HasSubstr(R"(["files.example.org:)"))
      << read_file(in_folder("messages"));

  const std::string remove = R"({"method":"delete_share_instance","args":{"share_id":"s-1"}})";
  write_file("freeze", "");
  const Value refused = host.ask(remove);
  EXPECT_EQ(text_in(refused, "outcome"), "vetoed") << to_json(refused);
  ASSERT_NE(refused.find("error"), nullptr);
  EXPECT_EQ(text_in(*refused.find("error"), "type"), "ProgramVeto");
  EXPECT_THAT(text_in(*refused.find("error"), "message"),
              HasSubstr("delete_share_instance is frozen"));

  fs::remove(in_folder("freeze"));
  EXPECT_NE(host.ask(remove).find("result"), nullptr) << read_file(in_folder("messages"));
  EXPECT_EQ(host.finish(), 0);
}

}  // namespace
}  // namespace hookwire::testing
