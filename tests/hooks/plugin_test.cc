#include "hookwire/hooks/plugin.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/testing/temp_folder.h"

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Libraries are copied into a folder of the test's own: a build folder may well be writable by a
// group.
class Plugin : public ChainTest {
 protected:
  static void set_mode(const fs::path& path, mode_t mode) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0) << path;
  }
  fs::path install_library(const fs::path& built, const std::string& name) {
    const fs::path path = folder_.path() / name;
    fs::copy_file(built, path);
    set_mode(path, 0644);
    return path;
  }
  std::vector<HookInstance> load(const std::string& text) {
    config_ = ConfigFile::parse("[gold]\n" + text, folder_.path() / "hw.conf");
    const Options options(config_, {"gold"});
    return HookRegistry::with_built_in_hooks().make_chain(options, "gold", "nas01@gold", clock_,
                                                          log_);
  }
  // The message with which `text` is refused for `code`.
  std::string refusal(const std::string& text, ErrorCode code = ErrorCode::configuration) {
    try {
      load(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return "(accepted)";
  }

  TempFolder folder_;
  ConfigFile config_;
};

TEST_F(Plugin, AHookFromALibraryRefusesCallsByItsOwnOption) {
  const fs::path path = install_library(HOOKWIRE_QUOTA_PLUGIN, "libquota.so");
  chain_.replace(load("hook_drivers = small=" + path.string() +
                      ":QuotaHook\n"
                      "[gold:small]\nquota = 5\n"));
  EXPECT_EQ(call_add(5, 1), 6);
  EXPECT_THROW(call_add(6, 1), std::runtime_error);
  EXPECT_EQ(driver_.calls(), 1);
  EXPECT_EQ(status_of("small").veto_count, 1U);
  EXPECT_EQ(status_of("small").class_name, path.string() + ":QuotaHook");
}

TEST_F(Plugin, ARelativePathIsRelativeToTheConfigurationFile) {
  install_library(HOOKWIRE_QUOTA_PLUGIN, "libquota.so");
  EXPECT_EQ(load("hook_drivers = ./libquota.so:QuotaHook\n").at(0).name, "QuotaHook");
}

TEST_F(Plugin, AClassThatTheLibraryLacksIsRefused) {
  install_library(HOOKWIRE_QUOTA_PLUGIN, "libquota.so");
  EXPECT_THAT(refusal("hook_drivers = ./libquota.so:Other\n"),
              AllOf(HasSubstr("hw.conf:2: [gold] hook_drivers: "),
                    HasSubstr("libquota.so has no hook class 'Other'")));
}

TEST_F(Plugin, AMissingLibraryIsRefused) {
  EXPECT_THAT(refusal("hook_drivers = ./absent.so:QuotaHook\n"),
              AllOf(HasSubstr("hw.conf:2: [gold] hook_drivers: "), HasSubstr("absent.so"),
                    HasSubstr("cannot be found")));
}

TEST_F(Plugin, AFolderInPlaceOfALibraryIsRefused) {
  fs::create_directory(folder_.path() / "folder");
  EXPECT_THAT(refusal("hook_drivers = ./folder:QuotaHook\n"), HasSubstr("not a regular file"));
}

TEST_F(Plugin, AFileThatIsNoLibraryIsRefused) {
  const fs::path path = folder_.path() / "text.so";
  std::ofstream(path) << "this is text";
  set_mode(path, 0644);
  EXPECT_THAT(refusal("hook_drivers = ./text.so:QuotaHook\n"), HasSubstr("cannot be loaded"));
}

TEST_F(Plugin, ALibraryThatItsGroupMayWriteToIsRefused) {
  set_mode(install_library(HOOKWIRE_QUOTA_PLUGIN, "libquota.so"), 0664);
  EXPECT_THAT(
      refusal("hook_drivers = ./libquota.so:QuotaHook\n"),
      AllOf(HasSubstr("may be written to by its group or by others"), HasSubstr("chmod go-w")));
}

TEST_F(Plugin, ALibraryInAFolderThatOthersMayWriteToIsRefusedUnlessItIsSticky) {
  install_library(HOOKWIRE_QUOTA_PLUGIN, "libquota.so");
  set_mode(folder_.path(), 0777);
  EXPECT_THAT(refusal("hook_drivers = ./libquota.so:QuotaHook\n"), HasSubstr("may be written to"));
  set_mode(folder_.path(), 01777);
  EXPECT_EQ(load("hook_drivers = ./libquota.so:QuotaHook\n").size(), 1U);
}

TEST_F(Plugin, ALinkIsJudgedByWhereItLeads) {
  fs::create_directory(folder_.path() / "open");
  fs::copy_file(HOOKWIRE_QUOTA_PLUGIN, folder_.path() / "open" / "libquota.so");
  set_mode(folder_.path() / "open" / "libquota.so", 0644);
  set_mode(folder_.path() / "open", 0777);
  fs::create_symlink(folder_.path() / "open" / "libquota.so", folder_.path() / "link.so");
  EXPECT_THAT(refusal("hook_drivers = ./link.so:QuotaHook\n"), HasSubstr("may be written to"));
}

TEST_F(Plugin, ALibraryOfAnotherAbiIsRefusedWithBothStampsBeforeItIsUsed) {
  install_library(HOOKWIRE_OTHER_ABI_PLUGIN, "libother.so");
  EXPECT_THAT(refusal("hook_drivers = ./libother.so:QuotaHook\n", ErrorCode::configuration),
              AllOf(HasSubstr("hw.conf:2: [gold] hook_drivers: "),
                    HasSubstr("'hookwire-hook-abi 0; other'"), HasSubstr(HOOKWIRE_PLUGIN_ABI)));
}

TEST_F(Plugin, ALibraryWithoutAStampIsRefused) {
  install_library(HOOKWIRE_NO_STAMP_PLUGIN, "libplain.so");
  EXPECT_THAT(refusal("hook_drivers = ./libplain.so:QuotaHook\n"),
              HasSubstr("it is no hook library"));
}

}  // namespace
}  // namespace hookwire::testing
