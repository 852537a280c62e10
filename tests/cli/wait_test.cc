#include "hookwire/schemas/json.h"

#include "cli_test.h"

namespace hookwire::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class WaitTest : public CliTest {
 protected:
  WaitTest() {
    write_config("gold");
    host_ = start_host("gold");
  }

  std::unique_ptr<RunningHost> host_;
};

TEST_F(WaitTest, EndsAtTheFirstEventThatMatchesEverything) {
  const auto wait = start({"wait", "failed", "method=shrink_*", "user=bob", "--connect",
                           stream("gold"), "--from", "earliest", "--timeout", "60", "-o", "json"});
  const auto shrink = [&](const std::string& user) {
    const Value answer = host_->ask(
        R"({"method":"shrink_share","args":{"share_id":"s-9","new_size_gb":1},"context":{"user_id":")" +
        user + R"("}})");
    EXPECT_EQ(text_in(answer, "outcome"), "failure");
  };
  ASSERT_TRUE(host_->init());
  shrink("alice");
  EXPECT_EQ(wait->wait(std::chrono::milliseconds(500)), std::nullopt) << "nothing matched yet";
  shrink("bob");
  shrink("bob");
  EXPECT_EQ(wait->wait(kDeadline), 0);
  const std::vector<Value> told = values_of(rest_of(*wait));
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(text_in(told[0], "topic"), "failure/shrink_share/nas01@gold");
  EXPECT_EQ(text_in(*told[0].find("context"), "user_id"), "bob");
}

TEST_F(WaitTest, TellsNothingWhenQuiet) {
  ASSERT_TRUE(host_->init());
  const Ended ended = run({"wait", "method=init_host", "--connect", stream("gold"), "--from",
                           "earliest", "--timeout", "60", "-q"});
  EXPECT_EQ(ended.code, 0) << ended.messages;
  EXPECT_THAT(ended.output, IsEmpty());
}

TEST_F(WaitTest, EndsWithFourWhenTheTimeHasPassed) {
  ASSERT_TRUE(host_->init());
  const auto start = std::chrono::steady_clock::now();
  const Ended ended = run({"wait", "method=delete_snapshot", "--connect", stream("gold"), "--from",
                           "earliest", "--timeout", "0.5"});
  EXPECT_EQ(ended.code, 4) << ended.messages;
  EXPECT_THAT(ended.output, IsEmpty());
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
}

TEST_F(WaitTest, EndsWithFourWhenThereIsNoPublisher) {
  const Ended ended = run({"wait", "failed", "--connect", stream("nobody"), "--timeout", "0.5"});
  EXPECT_EQ(ended.code, 4) << ended.messages;
}

}  // namespace
}  // namespace hookwire::testing
