#include "cli_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Configurations that cannot be: refused with file and line, before anything is made.
class BadConfigurationTest : public CliTest {
 protected:
  /// Writes the good file with the first `from` replaced by `to`.
  void write_bad(const std::string& from, const std::string& to) {
    write_config("gold");
    write_more(from, to);
  }
  /// The same with the file as it is now.
  void write_more(const std::string& from, const std::string& to) { edit_config("gold", from, to); }
  void expect_refused(const ::testing::Matcher<const std::string&>& message) const {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"host", "-c"}, std::vector<std::string>{"config", "check"}}) {
      std::vector<std::string> words = command;
      words.push_back(in_folder("gold.conf"));
      const Ended ended = run(words);
      EXPECT_EQ(ended.code, 2) << command.front();
      EXPECT_THAT(ended.messages, message) << command.front();
    }
    for (const char* made : {"gold.journal", "gold.shares", "sockets"}) {
      EXPECT_FALSE(fs::exists(in_folder(made))) << made;
    }
  }
};

TEST_F(BadConfigurationTest, AnUnknownOption) {
  write_bad("journal_segment_bytes", "journal_colour");
  expect_refused(HasSubstr("gold.conf:11: [gold] journal_colour"));
}

TEST_F(BadConfigurationTest, AValueOutOfItsRange) {
  write_bad("journal_segment_bytes = 1M", "journal_segment_bytes = 1");
  expect_refused(HasSubstr("gold.conf:11: [gold] journal_segment_bytes"));
}

TEST_F(BadConfigurationTest, ALineThatIsNoOption) {
  write_bad("driver = directory", "driver directory");
  expect_refused(HasSubstr("gold.conf:6"));
}

TEST_F(BadConfigurationTest, AKeyFileForSecretsThatOthersMayRead) {
  write_bad("driver = directory\n", "driver = directory\nsecret_key_file = secret.key\n");
  write_file("secret.key", std::string(32, 'k'));
  fs::permissions(in_folder("secret.key"), fs::perms(0644));
  expect_refused(AllOf(HasSubstr("gold.conf:7: [gold] secret_key_file"), HasSubstr("mode 0644"),
                       HasSubstr("chmod 600")));
}

TEST_F(BadConfigurationTest, AnEnvironmentForProgramsWhoseSecretHasAComma) {
  write_bad("driver = directory\n", "driver = directory\nexec_environment = TOKEN=ab,cd\n");
  write_more("hook_drivers = ", "hook_drivers = run=hookwire:ExecHook, ");
  write_more("driver = directory\n", "driver = directory\nexec_phases = pre\n");
  write_more("driver = directory\n", "driver = directory\nexec_program = /bin/true\n");
  expect_refused(AllOf(HasSubstr("[gold] exec_environment"), HasSubstr("entry 2 is not NAME=VALUE"),
                       ::testing::Not(HasSubstr("cd"))));
}

TEST_F(BadConfigurationTest, AnUnknownDriver) {
  write_bad("driver = directory", "driver = tape");
  expect_refused(
      AllOf(HasSubstr("gold.conf:6: [gold] driver"), HasSubstr("'tape'"), HasSubstr("directory")));
}

TEST_F(BadConfigurationTest, ARuleForAMethodThatThereIsNot) {
  write_bad(
      "driver = directory\n",
      "driver = directory\npublish_policy = keep full user=ann,\n  drop method=create_shares\n");
  expect_refused(AllOf(HasSubstr("gold.conf:8: [gold] publish_policy"),
                       HasSubstr("'create_shares'"), HasSubstr("create_share_instance")));
}

TEST_F(BadConfigurationTest, ARuleForAPhaseThatThereIsNot) {
  write_bad("driver = directory\n", "driver = directory\npublish_policy = drop phase=before\n");
  expect_refused(AllOf(HasSubstr("gold.conf:7: [gold] publish_policy"), HasSubstr("'before'"),
                       HasSubstr("pre, post, failure or periodic")));
}

TEST_F(BadConfigurationTest, ASecretThatNoMethodHas) {
  write_bad("driver = directory\n", "driver = directory\nredact = acess.access_key\n");
  expect_refused(AllOf(HasSubstr("gold.conf:7: [gold] redact"), HasSubstr("'acess.access_key'")));
}

TEST_F(BadConfigurationTest, AnUnknownHookClass) {
  write_bad("size=hookwire:ShareSizeHook", "size=hookwire:ShareSiseHook");
  expect_refused(AllOf(HasSubstr("gold.conf:8: [gold] hook_drivers"), HasSubstr("ShareSiseHook"),
                       HasSubstr("hookwire:ShareSizeHook")));
}

TEST_F(BadConfigurationTest, AMissingHookLibrary) {
  write_bad("size=hookwire:ShareSizeHook", "size=/nowhere/libquota.so:QuotaHook");
  expect_refused(
      AllOf(HasSubstr("gold.conf:8: [gold] hook_drivers"), HasSubstr("/nowhere/libquota.so")));
}

TEST_F(BadConfigurationTest, AHookLibraryOfAnotherRelease) {
  // Its owner and mode must be sound, wherever the build folder lies.
  fs::copy(OTHER_ABI_PLUGIN, in_folder("libother.so"));
  fs::permissions(in_folder("libother.so"), fs::perms::owner_read | fs::perms::owner_write);
  write_bad("size=hookwire:ShareSizeHook", "size=" + in_folder("libother.so").string() + ":Any");
  expect_refused(AllOf(HasSubstr("gold.conf:8: [gold] hook_drivers"), HasSubstr("libother.so"),
                       HasSubstr("hookwire-hook-abi 0; other")));
}

TEST_F(BadConfigurationTest, AnExecHookWhoseProgramIsNotThere) {
  write_bad("max_share_size_gb = 100", "exec_program = /nowhere/program\nexec_phases = pre");
  write_more("size=hookwire:ShareSizeHook", "size=hookwire:ExecHook");
  expect_refused(AllOf(HasSubstr("gold.conf:"), HasSubstr("[gold:size] exec_program"),
                       HasSubstr("/nowhere/program")));
}

TEST_F(BadConfigurationTest, AnExecHookForAMethodThatDoesNotExist) {
  write_bad("max_share_size_gb = 100",
            "exec_program = /bin/true\nexec_phases = pre\nexec_methods = extend_shares");
  write_more("size=hookwire:ShareSizeHook", "size=hookwire:ExecHook");
  expect_refused(AllOf(HasSubstr("gold.conf:"), HasSubstr("[gold:size] exec_methods"),
                       HasSubstr("'extend_shares'"), HasSubstr("extend_share,")));
}

TEST_F(BadConfigurationTest, AFileThatIsNotThere) {
  expect_refused(HasSubstr("gold.conf"));
}

}  // namespace
}  // namespace hookwire::testing
