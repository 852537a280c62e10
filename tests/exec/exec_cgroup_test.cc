#include <signal.h>

#include <cstdio>
#include <cstdlib>

#include "exec/exec_test.h"
#include "program_run.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ExecCgroup : public ExecTest {
 protected:
  // Dead, or dead and not waited for by init yet.
  static bool is_dead(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string stat;
    return !std::getline(file, stat) || stat.find(") Z ") != std::string::npos;
  }
  static std::size_t folders_in(const fs::path& folder) {
    std::size_t count = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.is_directory()) ++count;
    }
    return count;
  }
};

TEST_F(ExecCgroup, TheProgramEntersItBeforeItRunsAndItIsKilledAtTheEnd) {
  // A folder that looks like one shows what is written where.
  fs::create_directory(in_folder("slot"));
  std::ofstream(in_folder("slot/cgroup.procs"));
  std::ofstream(in_folder("slot/cgroup.kill"));
  write_script("cat $D/slot/cgroup.procs $D/slot/cgroup.kill > $D/seen");
  const ProgramEnd run = run_program(
      {.path = in_folder("program"), .arguments = {}, .max_output = 100, .max_errors = 100}, {},
      "{}", in_folder("slot"), std::chrono::steady_clock::now() + std::chrono::seconds(60));
  ASSERT_TRUE(run.end);
  EXPECT_EQ(run.end->number, 0) << run.errors;
  EXPECT_EQ(read_file("seen"), "0") << "in, and not killed yet";
  EXPECT_EQ(read_file("slot/cgroup.kill"), "1");
}

TEST_F(ExecCgroup, AFolderThatIsNoneIsRefused) {
  write_script("");
  EXPECT_THAT(
      raised([&] { make("exec_phases = pre\nexec_cgroup = " + folder_.path().string() + "\n"); }),
      AllOf(HasSubstr("hw.conf:5: [gold:run] exec_cgroup"), HasSubstr("cgroup.procs"),
            HasSubstr("delegated")));
}

// Only a machine with a delegated cgroup of version 2 can show it: HOOKWIRE_TEST_CGROUP names it.
TEST_F(ExecCgroup, InARealOneWhatLeftItsGroupIsKilledToo) {
  const char* const cgroup = std::getenv("HOOKWIRE_TEST_CGROUP");
  if (cgroup == nullptr) {
    std::puts("exec_hook: HOOKWIRE_TEST_CGROUP is not set: no real cgroup was killed");
    return;
  }
  const std::size_t before = folders_in(cgroup);
  install(
      "setsid sh -c 'echo $$ > $0/escaped; exec sleep 1000' $D & "
      "while ! test -s $D/escaped; do :; done; exit 3",
      "pre", "exec_deadline = 60s\nexec_cgroup = " + std::string(cgroup) + "\n", kSuppressed);
  EXPECT_EQ(call_add(), 5);
  EXPECT_TRUE(log_.contains("ended with status 3")) << log_.text();
  EXPECT_EQ(folders_in(cgroup), before + 1);
  const int escaped = std::stoi(read_file("escaped"));
  EXPECT_TRUE(eventually([&] { return is_dead(escaped); }));
  EXPECT_EQ(call_add(), 5) << "the same cgroup serves again";
  EXPECT_EQ(folders_in(cgroup), before + 1);
  EXPECT_TRUE(eventually([&] { return is_dead(std::stoi(read_file("escaped"))); }));
  chain_.replace({});
  hook_.reset();
  EXPECT_EQ(folders_in(cgroup), before) << "its cgroups go with the hook";
}

}  // namespace
}  // namespace hookwire::testing
