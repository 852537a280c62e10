#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/value.h"
#include "hookwire/testing/temp_folder.h"

#include "child_process.h"
#include "demo_events.h"

namespace hookwire::testing {

/// For what a sound program does long before.
inline constexpr std::chrono::seconds kDeadline(60);

/// How a program that was run to its end ended.
struct Ended {
  int code = -1;
  std::vector<std::string> output;
  std::string messages;

  std::string first_line() const { return output.empty() ? "" : output.front(); }
};

/// A host of the fixture's configurations whose calls come from the test.
class RunningHost {
 public:
  RunningHost(const std::filesystem::path& config, const std::filesystem::path& messages,
              const std::vector<std::string>& more = {});

  /// Sends a line and returns its answer; null when none came.
  Value ask(const std::string& line);
  /// Makes `count` calls that work, each with two events. False when one did not.
  bool init(int count = 1);
  /// Ends its input and waits for its end; the exit code, or -1.
  int finish();
  void kill();

  ChildProcess& process() noexcept { return process_; }

 private:
  ChildProcess process_;
};

/// Runs the real program. Everything is in a folder of the test's own.
class CliTest : public ::testing::Test {
 protected:
  CliTest();

  std::filesystem::path in_folder(const std::string& name) const { return folder_.path() / name; }
  std::string read_file(const std::filesystem::path& path) const;
  std::filesystem::path write_file(const std::string& name, const std::string& text) const;

  /// Writes NAME.conf: backend `name` of the host nas01 with a notification hook and a size hook,
  /// its journal in NAME.journal, its endpoint stream(name). `more` goes into the backend's group.
  std::filesystem::path write_config(const std::string& name, const std::string& more = "",
                                     int max_share_size_gb = 100) const;
  /// Puts `to` in the place of the first `from` of NAME.conf.
  void edit_config(const std::string& name, const std::string& from, const std::string& to) const;
  std::string stream(const std::string& name) const {
    return "ipc://" + in_folder("sockets/" + name).string();
  }
  std::string journal(const std::string& name) const { return in_folder(name + ".journal"); }

  /// The host of NAME.conf, which answers calls when this returns.
  std::unique_ptr<RunningHost> start_host(const std::string& name) const;
  /// The program with `arguments`; its messages go to the file `messages` of the folder.
  std::unique_ptr<ChildProcess> start(std::vector<std::string> arguments,
                                      const std::string& messages = "messages") const;
  /// `tail -o json` of one publisher.
  std::unique_ptr<ChildProcess> start_tail(const std::string& name, const std::string& from) const;
  /// Runs the program to its end, with nothing to read.
  Ended run(std::vector<std::string> arguments) const;
  /// The lines that a program which ends prints from now on.
  static std::vector<std::string> rest_of(ChildProcess& program);

  /// Each line as the JSON it is.
  static std::vector<Value> values_of(const std::vector<std::string>& lines);
  static std::vector<std::uint64_t> sequences_of(const std::vector<Value>& events);
  static std::vector<std::uint64_t> range_of(std::uint64_t first, std::uint64_t last);
  /// What `journal cat -o json` prints.
  std::vector<std::string> journal_lines(const std::string& name) const;

  TempFolder folder_;
};

}  // namespace hookwire::testing
