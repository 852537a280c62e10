#include <unistd.h>

#include "exec/exec_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ExecOptionsTest : public ExecTest {
 protected:
  ExecOptionsTest() { write_script("exit 0"); }

  std::string refusal(const std::string& options) {
    return raised([&] { make(options); });
  }
};

TEST_F(ExecOptionsTest, AProgramAndPhasesAreEnough) {
  EXPECT_EQ(refusal("exec_phases = pre\n"), "");
}

TEST_F(ExecOptionsTest, PhasesMustBeGivenAndKnown) {
  EXPECT_THAT(refusal(""), AllOf(HasSubstr("hw.conf:2: [gold:run] exec_phases"),
                                 HasSubstr("pre, post, failure, periodic")));
  EXPECT_THAT(refusal("exec_phases = pre, before\n"),
              AllOf(HasSubstr("hw.conf:4: [gold:run] exec_phases"), HasSubstr("'before'")));
}

TEST_F(ExecOptionsTest, AMethodThatNothingMatchesIsRefused) {
  EXPECT_EQ(refusal("exec_phases = pre\nexec_methods = add, p?ths, *lock\n"), "");
  EXPECT_THAT(refusal("exec_phases = pre\nexec_methods = add, unlok\n"),
              AllOf(HasSubstr("hw.conf:5: [gold:run] exec_methods"), HasSubstr("'unlok'"),
                    HasSubstr("add, paths, unlock, make_key")));
  EXPECT_THAT(refusal("exec_phases = pre\nexec_methods = delete_*\n"), HasSubstr("'delete_*'"));
}

TEST_F(ExecOptionsTest, TheEnvironmentIsCheckedEntryByEntry) {
  EXPECT_EQ(refusal("exec_phases = pre\nexec_environment = A=1, PATH=/opt/bin\n"), "");
  for (const char* wrong : {"A", "1A=2", "A-B=3", "HOOKWIRE_PHASE=pre", "A=1, A=2", "=1"}) {
    EXPECT_THAT(refusal(std::string("exec_phases = pre\nexec_environment = ") + wrong + "\n"),
                HasSubstr("hw.conf:5: [gold:run] exec_environment"))
        << wrong;
  }
}

TEST_F(ExecOptionsTest, LimitsHaveLimits) {
  for (const char* wrong : {"exec_deadline = 1ms", "exec_deadline = 2h", "exec_max_output = 10",
                            "exec_max_output = 1G", "exec_max_processes = 0"}) {
    EXPECT_THAT(refusal(std::string("exec_phases = pre\n") + wrong + "\n"),
                HasSubstr("hw.conf:5: [gold:run] exec_"))
        << wrong;
  }
}

/// What program may run: checked when it is configured, and again each time.
class ExecProgram : public ExecTest {
 protected:
  std::string refusal() {
    return raised([&] { make("exec_phases = pre\n"); });
  }
};

TEST_F(ExecProgram, AMissingOneIsRefused) {
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("hw.conf:3: [gold:run] exec_program"), HasSubstr("No such file")));
}

TEST_F(ExecProgram, AFolderIsRefused) {
  fs::create_directory(in_folder("program"));
  EXPECT_THAT(refusal(), HasSubstr("is not a regular file"));
}

TEST_F(ExecProgram, OneThatIsNotExecutableIsRefused) {
  fs::permissions(write_script(""), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(refusal(), HasSubstr("is not executable; run: chmod u+x"));
}

TEST_F(ExecProgram, OneThatOthersMayWriteIsRefused) {
  for (const fs::perms who : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(write_script(""), fs::perms::owner_all | who);
    EXPECT_THAT(refusal(), HasSubstr("may be written to by its group or by others"));
  }
}

TEST_F(ExecProgram, OneInAFolderThatOthersMayWriteIsRefused) {
  write_script("");
  fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::others_write);
  EXPECT_THAT(refusal(), HasSubstr(folder_.path().string() + " may be written to"));
}

TEST_F(ExecProgram, ARelativePathIsRefused) {
  const ConfigFile file =
      ConfigFile::parse("[g]\nexec_program = program\nexec_phases = pre\n", "hw.conf");
  EXPECT_THAT(raised([&] {
                exec_hook_factory({})({.name = "run",
                                       .publisher = "",
                                       .options = Options(file, {"g"}),
                                       .clock = clock_,
                                       .log = log_});
              }),
              AllOf(HasSubstr("hw.conf:2: [g] exec_program"), HasSubstr("absolute path")));
}

TEST_F(ExecProgram, OneThatBecomesWritableToOthersLaterIsNotRun) {
  install("touch $D/ran", "pre");
  fs::permissions(in_folder("program"), fs::perms::all);
  EXPECT_THAT(raised([&] { call_add(); }),
              AllOf(HasSubstr("ProgramError"), HasSubstr("may be written to by its group")));
  EXPECT_FALSE(fs::exists(in_folder("ran")));
  EXPECT_EQ(vault_.calls, 0);
}

TEST_F(ExecProgram, AFileThatIsNoProgramIsToldAsSuch) {
  install("", "pre");
  std::ofstream(in_folder("program")) << "no program at all";
  EXPECT_THAT(raised([&] { call_add(); }),
              AllOf(HasSubstr("ProgramError: cannot run "), HasSubstr("Exec format error")));
}

}  // namespace
}  // namespace hookwire::testing
