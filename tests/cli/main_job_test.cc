#include <set>

#include "hookwire/base/error.h"
#include "hookwire/schemas/json.h"

#include "cli_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "open-sesame-4711";

/// A line of the examples that reached the driver's wrapper, and what was answered.
struct MadeCall {
  Value line;
  Value answer;
};

/// The examples as they are delivered, but with an access key that no other word contains.
class MainJobTest : public CliTest {
 protected:
  MainJobTest() {
    fs::create_directory(in_folder("examples"));
    fs::copy(fs::path(EXAMPLES) / "hookwire.conf", in_folder("examples"));
    calls_ = read_file(fs::path(EXAMPLES) / "calls.jsonl");
    const std::string key = R"("access_key":"secret")";
    const std::size_t at = calls_.find(key);
    if (at == std::string::npos) throw std::runtime_error("the examples grant no access by key");
    calls_.replace(at, key.size(), R"("access_key":")" + std::string(kKey) + '"');
    write_file("examples/calls.jsonl", calls_);
    host_ = run({"host", "-c", config(), "--calls", in_folder("examples/calls.jsonl")});
  }

  std::string config() const { return in_folder("examples/hookwire.conf"); }
  std::string journal_folder() const { return in_folder("var/journal/gold"); }

  /// What a subscriber of another host on the same journal is told: every event so far.
  std::vector<std::string> tail_lines() {
    RunningHost again(config(), in_folder("again.messages"), {"--stay"});
    EXPECT_NE(again.ask(R"({"control":"hooks"})").find("hooks"), nullptr);
    again.process().close_input();
    const Ended tail =
        run({"tail", "--connect", "ipc://" + in_folder("var/sockets/gold.stream").string(),
             "--from", "earliest", "--once", "-o", "json"});
    EXPECT_EQ(tail.code, 0) << tail.messages;
    EXPECT_FALSE(again.process().wait(std::chrono::nanoseconds(0))) << "it was to stay";
    again.process().signal(SIGTERM);
    EXPECT_EQ(again.process().wait(kDeadline), 0);
    return tail.output;
  }

  std::vector<MadeCall> made_calls() const {
    std::vector<MadeCall> made;
    std::size_t at = 0;
    for (const std::string& answer_text : host_.output) {
      const std::string line = calls_.substr(at, calls_.find('\n', at) - at);
      at += line.size() + 1;
      Value answer = parse_json(answer_text);
      const bool control = answer.find("ticks") != nullptr;
      if (control || text_in(answer, "outcome") == "rejected") continue;
      made.push_back({parse_json(line), std::move(answer)});
    }
    return made;
  }

  std::string calls_;
  Ended host_;
};

void expect_arguments(const Value& line, const Value& event) {
  const Value* args = line.find("args");
  if (args == nullptr) return;
  ASSERT_NE(event.find("args"), nullptr) << to_json(event);
  for (const auto& [name, value] : *args->map()) {
    const Value* told = event.find("args")->find(name);
    ASSERT_NE(told, nullptr) << name << " is missing in " << to_json(event);
    if (name != "access") {
      EXPECT_EQ(*told, value) << to_json(event);
      continue;
    }
    for (const auto& [key, word] : *value.map()) {
      if (key == "access_key") continue;
      EXPECT_EQ(text_in(*told, key), *word.string()) << to_json(event);
    }
  }
}

void expect_result(const Value& line, const Value& answer, const Value& post) {
  EXPECT_EQ(text_in(post, "phase"), "post");
  EXPECT_EQ(text_in(post, "outcome"), "success");
  EXPECT_GT(number_in(post, "duration_ns"), 0U);
  const Value none;
  const Value* told = post.find("result");
  if (text_in(line, "method") == "allow_access") {
    ASSERT_NE(told, nullptr) << "that it returns a key is told, not which";
  } else {
    EXPECT_EQ(told == nullptr ? none : *told, *answer.find("result")) << to_json(post);
  }
}

void expect_error(const Value& answer, const Value& failure) {
  EXPECT_EQ(text_in(failure, "phase"), "failure");
  EXPECT_EQ(text_in(failure, "outcome"), text_in(answer, "outcome"));
  ASSERT_NE(failure.find("error"), nullptr) << to_json(failure);
  EXPECT_EQ(*failure.find("error"), *answer.find("error"));
}

void expect_events(const MadeCall& call, const Value& pre, const Value& terminal) {
  EXPECT_EQ(text_in(pre, "phase"), "pre");
  EXPECT_EQ(text_in(pre, "call_id"), text_in(terminal, "call_id"));
  for (const Value* event : {&pre, &terminal}) {
    EXPECT_EQ(text_in(*event, "method"), text_in(call.line, "method"));
    ASSERT_NE(event->find("context"), nullptr);
    EXPECT_EQ(*event->find("context"), *call.line.find("context"));
    expect_arguments(call.line, *event);
  }
  if (*call.answer.find("ok") == Value(true)) {
    expect_result(call.line, call.answer, terminal);
  } else {
    expect_error(call.answer, terminal);
  }
}

TEST_F(MainJobTest, EveryCallHasItsTwoEventsAndRejectedLinesHaveNone) {
  ASSERT_EQ(host_.code, 0) << host_.messages;
  ASSERT_EQ(host_.output.size(), std::count(calls_.begin(), calls_.end(), '\n'));
  const std::vector<MadeCall> made = made_calls();
  EXPECT_EQ(host_.output.size(), made.size() + 4) << "three lines are no calls, one is a tick";

  const std::vector<Value> events = values_of(tail_lines());

  EXPECT_EQ(sequences_of(events), range_of(1, events.size()));
  std::vector<Value> of_calls;
  std::set<std::string> call_ids;
  std::size_t periodic = 0;
  for (const Value& event : events) {
    if (text_in(event, "phase") == "periodic") ++periodic;
    if (text_in(event, "call_id").empty()) continue;
    of_calls.push_back(event);
    call_ids.insert(text_in(event, "call_id"));
  }
  EXPECT_EQ(periodic, 1U);
  EXPECT_EQ(call_ids.size(), made.size());
  ASSERT_EQ(of_calls.size(), 2 * made.size());
  for (std::size_t n = 0; n < made.size(); ++n) {
    SCOPED_TRACE(to_json(made[n].line));
    expect_events(made[n], of_calls[2 * n], of_calls[2 * n + 1]);
  }
}

TEST_F(MainJobTest, TheJournalHoldsWhatTheSubscriberWasToldAndIsSound) {
  std::vector<std::string> told = tail_lines();

  const Ended verify = run({"journal", "verify", journal_folder()});
  EXPECT_EQ(verify.code, 0) << verify.first_line();
  EXPECT_THAT(verify.first_line(), HasSubstr("sound"));
  Ended cat = run({"journal", "cat", journal_folder(), "-o", "json"});
  EXPECT_EQ(cat.code, 0);
  ASSERT_GE(cat.output.size(), told.size()) << "the host's stop is told after the subscriber left";
  cat.output.resize(told.size());
  EXPECT_EQ(cat.output, told);
}

TEST_F(MainJobTest, TheAccessKeyIsWrittenNowhere) {
  const std::vector<std::string> told = tail_lines();
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(in_folder("var"))) {
    if (!entry.is_regular_file()) continue;
    ++files;
    // Compared as a whole, since gtest would print the file.
    EXPECT_EQ(read_file(entry.path()).find(kKey), std::string::npos) << entry.path();
  }
  EXPECT_GT(files, 3U);
  for (const std::string& line : told) EXPECT_THAT(line, Not(HasSubstr(kKey)));
  for (const std::string& line : host_.output) EXPECT_THAT(line, Not(HasSubstr(kKey)));
  EXPECT_THAT(host_.messages, Not(HasSubstr(kKey)));
}

TEST_F(MainJobTest, TheDriverDidTheWork) {
  // Everything that the examples made they removed; nothing vetoed was made.
  EXPECT_TRUE(fs::is_empty(in_folder("var/gold/shares")));
  EXPECT_TRUE(fs::is_empty(in_folder("var/gold/snapshots")));
  EXPECT_TRUE(fs::is_empty(in_folder("var/gold/servers")));
  EXPECT_TRUE(fs::is_empty(in_folder("var/gold/replicas")));

  RunningHost host(config(), in_folder("more.messages"));
  const auto create = [&](const std::string& id, int size) {
    return host.ask(R"({"method":"create_share_instance","args":{"share_id":")" + id +
                    R"(","size_gb":)" + std::to_string(size) + R"(,"share_proto":"NFS"}})");
  };
  EXPECT_EQ(*create("s-5", 1024).find("ok"), Value(true));
  EXPECT_EQ(text_in(create("s-6", 1025), "outcome"), "vetoed");
  write_file("var/gold/shares/s-5/file", "content");
  const Value snapshot =
      host.ask(R"({"method":"create_snapshot","args":{"share_id":"s-5","snapshot_id":"n-5"}})");
  EXPECT_EQ(*snapshot.find("ok"), Value(true)) << to_json(snapshot);
  EXPECT_EQ(host.finish(), 0);

  EXPECT_TRUE(fs::is_directory(in_folder("var/gold/shares/s-5")));
  EXPECT_FALSE(fs::exists(in_folder("var/gold/shares/s-6")));
  EXPECT_EQ(read_file(in_folder("var/gold/snapshots/n-5/file")), "content");
}

}  // namespace
}  // namespace hookwire::testing
