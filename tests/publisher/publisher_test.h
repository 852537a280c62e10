#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/hooks/hook_chain.h"
#include "hookwire/hooks/hooked.h"
#include "hookwire/publisher/publisher.h"
#include "hookwire/schemas/event.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/read_events.h"
#include "hookwire/testing/recording_hook.h"
#include "hookwire/testing/temp_folder.h"

namespace hookwire::testing {

struct Access {
  std::string to;
  std::string key;
};
inline void visit_value(const Access& access, ValueVisitor& visitor) {
  visitor.begin_map(2);
  visit_entry("to", access.to, visitor);
  visit_entry("key", access.key, visitor);
  visitor.end_map();
}

/// A value that shows whatever the test wants.
struct Odd {
  std::function<void(ValueVisitor&)> show;
};
inline void visit_value(const Odd& odd, ValueVisitor& visitor) {
  odd.show(visitor);
}

/// A driver whose methods do what the test gave them to do.
class Store {
 public:
  std::function<void()> on_call;  // runs inside each method; may throw

  std::string make(const std::string& id, std::int64_t size, const Access& access) {
    run();
    return id + "@" + std::to_string(size) + access.to;
  }
  std::string token(const std::string& /*id*/) {
    run();
    return token_text;
  }
  std::string put(const std::string& /*id*/, const std::string& data) {
    run();
    return data;
  }
  void drop(const std::string& /*id*/) { run(); }
  void check(const Odd& /*odd*/, std::int64_t /*level*/) { run(); }
  std::vector<Access> grant(const std::vector<Access>& rules) {
    run();
    return rules;
  }

  std::string token_text = "t-1";

 private:
  void run() {
    if (on_call) on_call();
  }
};

}  // namespace hookwire::testing

template <>
struct hookwire::Interface<hookwire::testing::Store> {
  using Driver = hookwire::testing::Store;
  static constexpr std::tuple methods{
      Method<&Driver::make>{{.name = "make",
                             .arguments = {"id", "size", "access"},
                             .resource = {"share", "id"},
                             .secrets = {"access.key"}}},
      Method<&Driver::token>{{.name = "token",
                              .arguments = {"id"},
                              .resource = {"share", "id"},
                              .secrets = {"result", "id"}}},
      Method<&Driver::put>{{.name = "put", .arguments = {"id", "data"}}},
      Method<&Driver::drop>{{.name = "drop", .arguments = {"id"}, .resource = {"share", "id"}}},
      Method<&Driver::check>{{.name = "check", .arguments = {"odd", "level"}}},
      Method<&Driver::grant>{
          {.name = "grant", .arguments = {"rules"}, .secrets = {"rules.key", "result.key"}}},
  };
};

namespace hookwire::testing {

/// A publisher of the driver Store, journal only, and the store behind its notification hook.
class PublisherTest : public ::testing::Test {
 protected:
  std::filesystem::path journal_folder() const { return folder_.path() / "journal"; }

  PublisherOptions options() const {
    return {.publisher = "nas01@gold",
            .journal = {.folder = journal_folder(),
                        .segment_bytes = segment_bytes_,
                        .append_wait = append_wait_,
                        .prefault_bytes = 0},
            .stream = {},
            .limits = {}};
  }
  std::unique_ptr<Publisher> make_publisher(FileSystem& files) {
    static constexpr auto kMethods = method_descriptors<Store>();
    return std::make_unique<Publisher>(files, clock_, log_, options(), kMethods);
  }
  /// Opens the publisher and puts its hook first, before `others`.
  void open(std::vector<HookInstance> others = {}, HookSwitches switches = {}) {
    publisher_ = make_publisher(*files_);
    hook_ = publisher_->make_notification_hook();
    others.insert(others.begin(), {"notify", "hookwire:NotificationHook", hook_, switches});
    chain_.replace(std::move(others));
  }
  /// The publisher goes as in a program that ends well.
  void close() {
    chain_.replace({});
    hook_.reset();
    publisher_->stop(std::chrono::nanoseconds(0));
    publisher_.reset();
  }

  /// `work` in a process of its own, which then dies at once. True when it came that far.
  static bool in_process_that_dies(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        work();
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(::testing::Test::HasFailure() ? 2 : 0);
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && status == 0;
  }

  /// What stands in events in place of a secret.
  std::string digest_of(std::string_view secret) const {
    std::array<char, kMaxMarkBytes> mark;
    return {mark.data(), publisher_->redaction()->mark().mark(secret, mark)};
  }

  std::vector<Event> events() const { return read_events(journal_folder()); }
  /// Only those of calls: pre, post, failure.
  std::vector<Event> call_events() const {
    return only([](const Event& event) {
      return event.phase != Phase::system && event.phase != Phase::periodic;
    });
  }
  /// Only `system/<what>` events.
  std::vector<Event> told(const std::string& what) const {
    return only(
        [&](const Event& event) { return event.phase == Phase::system && event.method == what; });
  }
  /// Every byte of every segment.
  std::string journal_bytes() const {
    std::string bytes;
    for (const auto& entry : std::filesystem::directory_iterator(journal_folder())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(stream), {});
    }
    return bytes;
  }

  std::uint64_t segment_bytes_ = 1 << 20;
  std::chrono::nanoseconds append_wait_ = std::chrono::seconds(10);
  TempFolder folder_;
  PosixFileSystem posix_;
  FileSystem* files_ = &posix_;
  SystemClock clock_;
  CapturingLog log_;
  Steps steps_;
  std::unique_ptr<Publisher> publisher_;
  std::shared_ptr<Hook> hook_;
  HookChain chain_{clock_, log_};
  Store store_;
  Hooked<Store> hooked_{store_, chain_};
  Context context_{.request_id = "req-1",
                   .user_id = "u-7",
                   .roles = {"admin", "member"},
                   .remote_address = "10.0.0.9"};
  Access access_{.to = "10.0.0.4", .key = "open-sesame"};

 private:
  template <class Predicate>
  std::vector<Event> only(Predicate&& wanted) const {
    std::vector<Event> kept;
    for (Event& event : events()) {
      if (wanted(event)) kept.push_back(std::move(event));
    }
    return kept;
  }
};

}  // namespace hookwire::testing
