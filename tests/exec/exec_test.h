#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/exec/exec_hook.h"
#include "hookwire/hooks/hooked.h"
#include "hookwire/schemas/json.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/temp_folder.h"

namespace hookwire::testing {

/// A driver whose methods answer with what programs may replace, and with a secret.
class Vault {
 public:
  int add(int a, int b) {
    if (broken) throw std::runtime_error("disk on fire");
    ++calls;
    return a + b;
  }
  std::vector<std::string> paths(const std::string& id) { return {"nas01:/" + id}; }
  void unlock(const std::string& /*id*/, const std::map<std::string, std::string>& /*access*/) {
    if (!complaint.empty()) throw std::runtime_error(complaint);
  }
  std::string make_key(const std::string& /*id*/) { return "key-of-the-driver"; }

  int calls = 0;
  bool broken = false;
  std::string complaint;  // of unlock
};

}  // namespace hookwire::testing

template <>
struct hookwire::Interface<hookwire::testing::Vault> {
  using Vault = hookwire::testing::Vault;
  static constexpr std::tuple methods{
      Method<&Vault::add>{{.name = "add", .arguments = {"a", "b"}}},
      Method<&Vault::paths>{{.name = "paths", .arguments = {"id"}, .resource = {"thing", "id"}}},
      Method<&Vault::unlock>{{.name = "unlock",
                              .arguments = {"id", "access"},
                              .resource = {"thing", "id"},
                              .secrets = {"id", "access.key"}}},
      Method<&Vault::make_key>{{.name = "make_key", .arguments = {"id"}, .secrets = {"result"}}},
  };
};

namespace hookwire::testing {

/// A Vault behind an ExecHook that is configured as an operator does it.
class ExecTest : public ::testing::Test {
 protected:
  std::filesystem::path in_folder(const std::string& name) const { return folder_.path() / name; }

  std::string read_file(const std::string& name) const {
    std::ifstream file(in_folder(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// Writes a shell script that only its owner may write and run; $D is the test's folder.
  std::filesystem::path write_script(const std::string& text,
                                     const std::string& name = "program") const {
    const std::filesystem::path path = in_folder(name);
    std::ofstream(path) << "#!/bin/sh\nD=" << folder_.path().string() << "\n" << text << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }

  std::shared_ptr<Hook> make(const std::string& options) {
    const ConfigFile file = ConfigFile::parse(
        "[gold]\n[gold:run]\nexec_program = " + in_folder("program").string() + "\n" + options,
        "hw.conf");
    static constexpr auto kMethods = method_descriptors<Vault>();
    return exec_hook_factory(kMethods)({.name = "run",
                                        .publisher = "nas01@gold",
                                        .options = Options(file, {"gold:run"}),
                                        .clock = clock_,
                                        .log = log_});
  }

  /// Puts the script behind the chain, in these phases.
  void install(const std::string& script, const std::string& phases, const std::string& more = "",
               HookSwitches switches = {}) {
    write_script(script);
    hook_ = make("exec_phases = " + phases + "\n" + more);
    chain_.replace({{"run", "hookwire:ExecHook", hook_, switches}});
  }

  int call_add() { return hooked_.call<&Vault::add>(context_, 2, 3); }

  /// What the call raised, as "Type: message"; empty when nothing.
  template <class F>
  std::string raised(F&& call) {
    try {
      call();
    } catch (...) {
      const ErrorText text = describe_exception(std::current_exception());
      return text.type + ": " + text.message;
    }
    return {};
  }

  static constexpr HookSwitches kSuppressed{.suppress_pre_errors = true,
                                            .suppress_post_errors = true};

  TempFolder folder_;
  FakeClock clock_{std::chrono::nanoseconds(10)};
  CapturingLog log_;
  std::shared_ptr<Hook> hook_;
  HookChain chain_{clock_, log_};
  Vault vault_;
  Hooked<Vault> hooked_{vault_, chain_};
  Context context_{.request_id = "req-1", .user_id = "ann", .roles = {"admin"}};
};

}  // namespace hookwire::testing
