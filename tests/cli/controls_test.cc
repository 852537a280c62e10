#include "hookwire/schemas/json.h"

#include "cli_test.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

class ControlsTest : public CliTest {
 protected:
  ControlsTest() { write_config("gold", "periodic_hooks_interval = 5\n"); }

  static std::string create(const std::string& share_id, int size_gb) {
    return R"({"method":"create_share_instance","args":{"share_id":")" + share_id +
           R"(","size_gb":)" + std::to_string(size_gb) + R"(,"share_proto":"NFS"}})";
  }
  /// What `{"control":"hooks"}` says of the size hook under `key`.
  static Value of_size_hook(RunningHost& host, const char* key) {
    const Value answer = host.ask(R"({"control":"hooks"})");
    for (const Value& hook : *answer.find("hooks")->list()) {
      if (text_in(hook, "name") == "size") return *hook.find(key);
    }
    return {};
  }
  std::size_t events_of(const std::string& phase) const {
    const std::vector<Value> events = values_of(journal_lines("gold"));
    return static_cast<std::size_t>(
        std::count_if(events.begin(), events.end(),
                      [&](const Value& event) { return text_in(event, "phase") == phase; }));
  }
};

TEST_F(ControlsTest, ATickRunsThePeriodicHooksWhenTheirTimeHasCome) {
  const auto host = start_host("gold");
  const Value answer = host->ask(R"({"control":"tick","count":50})");
  EXPECT_EQ(*answer.find("ok"), Value(true)) << to_json(answer);
  EXPECT_GE(number_in(answer, "ticks"), 50U);
  EXPECT_GE(number_in(answer, "periodic_runs"), 2U) << "each of the two hooks runs";
  EXPECT_GE(number_in(Value(Value::Map{{"n", of_size_hook(*host, "periodic_count")}}), "n"), 1U);
  EXPECT_EQ(host->finish(), 0);
  EXPECT_GE(events_of("periodic"), 1U);
}

TEST_F(ControlsTest, HooksAreListedInOrderWithTheirSwitchesAndCounters) {
  const auto host = start_host("gold");
  EXPECT_EQ(text_in(host->ask(create("s-1", 101)), "outcome"), "vetoed");
  EXPECT_EQ(*host->ask(create("s-1", 100)).find("ok"), Value(true));
  const Value answer = host->ask(R"({"control":"hooks"})");
  ASSERT_NE(answer.find("hooks"), nullptr);
  const Value::List& hooks = *answer.find("hooks")->list();
  ASSERT_EQ(hooks.size(), 2U);
  EXPECT_EQ(text_in(hooks[0], "class"), "hookwire:NotificationHook");
  EXPECT_EQ(number_in(hooks[0], "pre_count"), 2U);
  EXPECT_EQ(number_in(hooks[0], "post_count"), 1U);
  EXPECT_EQ(number_in(hooks[0], "failure_count"), 1U);
  EXPECT_EQ(text_in(hooks[1], "name"), "size");
  EXPECT_EQ(*hooks[1].find("pre"), Value(true));
  EXPECT_EQ(number_in(hooks[1], "veto_count"), 1U);
}

TEST_F(ControlsTest, ADisabledHookRefusesNothingUntilItIsEnabledAgain) {
  const auto host = start_host("gold");
  ASSERT_EQ(text_in(host->ask(create("s-1", 500)), "outcome"), "vetoed");

  const Value disabled = host->ask(R"({"control":"disable_hook","hook":"size","phase":"pre"})");
  EXPECT_EQ(*disabled.find("ok"), Value(true)) << to_json(disabled);
  EXPECT_EQ(of_size_hook(*host, "pre"), Value(false));
  EXPECT_EQ(of_size_hook(*host, "post"), Value(true)) << "only its pre was switched off";
  EXPECT_EQ(*host->ask(create("s-1", 500)).find("ok"), Value(true));
  EXPECT_TRUE(std::filesystem::exists(in_folder("gold.shares/shares/s-1")));

  EXPECT_EQ(*host->ask(R"({"control":"enable_hook","hook":"size","phase":"pre"})").find("ok"),
            Value(true));
  EXPECT_EQ(of_size_hook(*host, "pre"), Value(true));
  EXPECT_EQ(text_in(host->ask(create("s-2", 500)), "outcome"), "vetoed");
}

TEST_F(ControlsTest, ADisabledNotificationHookPublishesNothing) {
  const auto host = start_host("gold");
  ASSERT_TRUE(host->init());
  const Value disabled =
      host->ask(R"({"control":"disable_hook","hook":"NotificationHook","phase":"all"})");
  EXPECT_EQ(*disabled.find("ok"), Value(true)) << to_json(disabled);
  ASSERT_TRUE(host->init(3));
  ASSERT_EQ(host->finish(), 0);
  EXPECT_EQ(events_of("pre"), 1U);
  EXPECT_EQ(events_of("post"), 1U);
}

TEST_F(ControlsTest, ANotificationHookWithoutItsPostLeavesNoCallOpen) {
  {
    const auto host = start_host("gold");
    host->ask(R"({"control":"disable_hook","hook":"NotificationHook","phase":"post"})");
    ASSERT_TRUE(host->init(3));
    ASSERT_EQ(host->finish(), 0);
  }
  ASSERT_EQ(start_host("gold")->finish(), 0);
  EXPECT_EQ(events_of("pre"), 0U);
  EXPECT_EQ(events_of("failure"), 0U) << "a call that worked was closed as aborted";
}

TEST_F(ControlsTest, AControlThatNamesWhatIsNotThereIsRejectedByName) {
  const auto host = start_host("gold");
  const auto message = [&](const std::string& line) {
    const Value answer = host->ask(line);
    EXPECT_EQ(text_in(answer, "outcome"), "rejected") << line;
    const Value* error = answer.find("error");
    return error == nullptr ? std::string() : text_in(*error, "message");
  };
  EXPECT_THAT(message(R"({"control":"disable_hook","hook":"nope","phase":"pre"})"),
              HasSubstr("nope"));
  EXPECT_THAT(message(R"({"control":"disable_hook","hook":"size","phase":"later"})"),
              HasSubstr("later"));
  EXPECT_THAT(message(R"({"control":"restart"})"), HasSubstr("restart"));
  EXPECT_THAT(message(R"({"control":"tick","count":0})"), HasSubstr("count"));
  EXPECT_TRUE(host->init());
}

}  // namespace
}  // namespace hookwire::testing
