#include "demo.h"

#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "hookwire/base/error.h"
#include "hookwire/schemas/json.h"

#include "child_process.h"
#include "demo_events.h"
#include "exit_code.h"

namespace hookwire {

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr char kConfig[] = R"([DEFAULT]
enabled_backends = gold
host = demo

[gold]
driver = directory
directory_root = gold
hook_drivers = hookwire:NotificationHook, size=hookwire:ShareSizeHook
periodic_hooks_interval = 60
journal_dir = journal
journal_segment_bytes = 4M
stream_endpoint = ipc://sockets/gold

[gold:size]
max_share_size_gb = 100
)";

class WorkFolder {
 public:
  explicit WorkFolder(bool keep) : keep_(keep) {
    std::string pattern = (fs::temp_directory_path() / "hookwire-demo-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw IoError(errno, "make the folder " + pattern);
    path_ = pattern;
  }
  ~WorkFolder() {
    std::error_code ignored;
    if (!keep_) fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  bool keep_;
  fs::path path_;
};

DemoEvents::Test event(std::string phase, std::string method) {
  return [phase = std::move(phase), method = std::move(method)](const Value& value) {
    return text_in(value, "phase") == phase && text_in(value, "method") == method;
  };
}

class Demo {
 public:
  Demo(const Signals& signals, bool keep) : signals_(signals), folder_(keep) {
    std::ofstream(folder_.path() / "hookwire.conf") << kConfig;
    std::printf("Working in %s%s\n", folder_.path().c_str(),
                keep ? "" : " (removed at the end; --keep keeps it)");
  }

  int run() {
    start_tail();
    start_host();
    make_calls();
    follow_events();
    kill_host_in_a_call();
    start_again();
    record_and_verify();
    std::printf(failed_ == 0 ? "\nEvery check held. What to try next:\n"
                               "  hookwire help host     host a driver with a configuration of "
                               "your own\n"
                               "  hookwire help tail     follow its events from a terminal or a "
                               "script\n"
                             : "\n%d checks FAILED; see above, and messages in the folder with "
                               "--keep.\n",
                failed_);
    return failed_ == 0 ? kExitOk : kExitNo;
  }

 private:
  void title(const char* text) {
    if (signals_.stop_requested()) throw Error(ErrorCode::closed, "the demo was interrupted");
    std::printf("\n%d. %s\n", ++steps_, text);
    std::fflush(stdout);
  }

  void check(bool holds, const std::string& claim) {
    std::printf("   %s %s\n", holds ? "[ok]" : "[FAILED]", claim.c_str());
    std::fflush(stdout);
    if (!holds) ++failed_;
  }

  std::vector<std::string> hookwire(std::initializer_list<std::string> arguments) const {
    std::vector<std::string> words{fs::read_symlink("/proc/self/exe").string()};
    words.insert(words.end(), arguments);
    return words;
  }
  std::string in_folder(const char* name) const { return (folder_.path() / name).string(); }
  std::string stream() const { return "ipc://" + in_folder("sockets/gold"); }

  void start_tail() {
    tail_ = std::make_unique<ChildProcess>(
        hookwire({"tail", "--connect", stream(), "--from", "earliest", "-o", "json"}),
        in_folder("tail.log"));
    events_ = std::make_unique<DemoEvents>(*tail_);
  }
  void start_host() {
    host_ = std::make_unique<ChildProcess>(hookwire({"host", "-c", in_folder("hookwire.conf")}),
                                           in_folder("host.log"));
  }

  // Sends a line to the host and returns its answer.
  Value ask(const std::string& line) {
    host_->write_line(line);
    const std::optional<std::string> answer = host_->read_line(seconds(30));
    if (!answer) throw Error(ErrorCode::timed_out, "the host did not answer: " + line);
    return parse_json(*answer);
  }

  // Makes one call and prints it with its answer.
  Value call(const std::string& method, const std::string& args) {
    const Value answer = ask(R"({"method":")" + method + R"(","args":)" + args +
                             R"(,"context":{"user_id":"alice","request_id":"req-demo"}})");
    const std::string outcome = text_in(answer, "outcome");
    const Value* error = answer.find("error");
    std::printf("   %-24s %-44.44s %s\n", method.c_str(), args.c_str(),
                outcome.empty() ? "ok" : outcome.c_str());
    if (error != nullptr) {
      std::printf("   %-24s %s: %s\n", "", text_in(*error, "type").c_str(),
                  text_in(*error, "message").c_str());
    }
    return answer;
  }

  void make_calls() {
    title("A service calls its storage driver; every call passes through the hooks");
    bool worked = true;
    const auto works = [&](const char* method, const char* args) {
      worked = call(method, args).find("result") != nullptr && worked;
    };
    works("init_host", "{}");
    works("create_share_instance", R"({"share_id":"s-1","size_gb":1,"share_proto":"NFS"})");
    works("allow_access",
          R"({"share_id":"s-1","access":{"access_type":"ip","access_to":"10.0.0.4",)"
          R"("access_level":"rw"}})");
    works("extend_share", R"({"share_id":"s-1","new_size_gb":2})");
    check(worked && fs::is_directory(folder_.path() / "gold/shares/s-1"),
          "four calls worked: the share is a folder on this disk");
    check(text_in(call("shrink_share", R"({"share_id":"s-9","new_size_gb":1})"), "outcome") ==
              "failure",
          "one call failed: the driver knows no share s-9");
    const char* too_large = R"({"share_id":"s-2","size_gb":5000,"share_proto":"NFS"})";
    check(text_in(call("create_share_instance", too_large), "outcome") == "vetoed" &&
              !fs::exists(folder_.path() / "gold/shares/s-2"),
          "one call was refused by a hook before it reached the driver");
    static_cast<void>(ask(R"({"control":"tick","count":60})"));
  }

  void follow_events() {
    title("Another process receives every event");
    const Value* last = events_->find(
        [](const Value& value) { return text_in(value, "phase") == "periodic"; }, seconds(10));
    for (const Value& value : events_->all()) print_event(value);
    const auto phase = [&](const char* name) {
      return events_->count([&](const Value& value) { return text_in(value, "phase") == name; });
    };
    check(phase("pre") == 6 && phase("post") == 4, "each call has its pre event, four have a post");
    check(phase("failure") == 2, "the failing and the refused call have a failure event");
    check(last != nullptr, "a periodic event tells of the shares and what they use");
  }

  static void print_event(const Value& value) {
    const Value* error = value.find("error");
    std::printf(
        "   seq %-3llu %-9s %-26s %s\n", static_cast<unsigned long long>(number_in(value, "seq")),
        text_in(value, "phase").c_str(), text_in(value, "method").c_str(),
        error == nullptr ? text_in(value, "outcome").c_str() : text_in(*error, "type").c_str());
  }

  // A snapshot copies files: with enough of them it takes long enough to be killed in.
  void kill_host_in_a_call() {
    title("The host is killed with kill -9 in the middle of a call");
    std::size_t files = 0;
    for (int attempt = 1; attempt <= 6; ++attempt) {
      for (const std::size_t more = 1000u << attempt; files < more; ++files) {
        const std::string name = "gold/shares/s-1/file-" + std::to_string(files);
        std::ofstream(folder_.path() / name) << std::string(8192, 'x');
      }
      const std::string id = "snap-" + std::to_string(attempt);
      host_->write_line(R"({"method":"create_snapshot","args":{"share_id":"s-1","snapshot_id":")" +
                        id + R"("},"context":{"user_id":"alice"}})");
      const Value* open = events_->find(
          [&](const Value& value) {
            const Value* resource = value.find("resource");
            return event("pre", "create_snapshot")(value) && resource != nullptr &&
                   text_in(*resource, "id") == id;
          },
          seconds(10));
      if (open == nullptr) break;
      const std::string call_id = text_in(*open, "call_id");
      host_->signal(SIGKILL);
      static_cast<void>(host_->wait(seconds(10)));
      if (!host_->read_line(seconds(0))) {
        open_call_ = call_id;
        break;
      }
      // The driver was faster than we: start again, with more to copy.
      start_host();
      static_cast<void>(ask(R"({"control":"hooks"})"));
    }
    check(!open_call_.empty(), "killed while create_snapshot of " + std::to_string(files) +
                                   " files was under way: nobody knows its outcome");
  }

  void start_again() {
    title("It is started again on the same journal; the subscriber just goes on");
    start_host();
    const Value* aborted = events_->find(
        [&](const Value& value) {
          return text_in(value, "call_id") == open_call_ && text_in(value, "outcome") == "aborted";
        },
        seconds(15));
    check(aborted != nullptr, "the open call was closed: failure, outcome aborted");
    const bool works = call("extend_share", R"({"share_id":"s-1","new_size_gb":3})").find("result");
    check(works, "the driver works again");
    const auto last_extend = [](const Value& value) {
      const Value* args = value.find("args");
      return event("post", "extend_share")(value) && args != nullptr &&
             number_in(*args, "new_size_gb") == 3;
    };
    check(events_->find(last_extend, seconds(10)) != nullptr, "and its events arrive");
    check(events_->in_sequence(), "the subscriber has sequences 1 to " +
                                      std::to_string(events_->all().size()) +
                                      ", none missing, none twice");
  }

  void record_and_verify() {
    title("The events are recorded, and the journal is verified");
    ChildProcess audit(
        hookwire({"audit", "run", "--log", in_folder("audit"), "--connect", stream(), "--once"}),
        in_folder("audit.log"));
    check(audit.wait(seconds(20)) == 0, "hookwire audit run recorded them in a log of its own");
    host_->close_input();
    check(host_->wait(seconds(10)) == 0, "the host stopped cleanly");
    ChildProcess verify(hookwire({"journal", "verify", in_folder("journal")}),
                        in_folder("verify.log"));
    if (const std::optional<std::string> line = verify.read_line(seconds(20))) {
      std::printf("   %s\n", line->c_str());
    }
    check(verify.wait(seconds(20)) == 0, "hookwire journal verify found every record sound");
  }

  const Signals& signals_;
  WorkFolder folder_;
  std::unique_ptr<ChildProcess> tail_;
  std::unique_ptr<ChildProcess> host_;
  std::unique_ptr<DemoEvents> events_;
  std::string open_call_;
  int steps_ = 0;
  int failed_ = 0;
};

}  // namespace

int run_demo(const Signals& signals, bool keep) {
  return Demo(signals, keep).run();
}

}  // namespace hookwire
