#include "exec/exec_test.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using ExecContract = ExecTest;

TEST_F(ExecContract, BeforeTheCallTheProgramReadsTheEventAsJson) {
  install("cat > $D/event", "pre");
  EXPECT_EQ(call_add(), 5);
  EXPECT_EQ(read_file("event"),
            R"({"schema":1,"publisher":"nas01@gold","phase":"pre","method":"add",)"
            R"("context":{"request_id":"req-1","user_id":"ann","roles":["admin"]},)"
            R"("args":{"a":2,"b":3}})"
            "\n");
}

TEST_F(ExecContract, AfterwardsItReadsTheResultAndHowLongTheDriverTook) {
  install("cat > $D/event", "post");
  hooked_.call<&Vault::paths>(context_, "s-1");
  const Value event = parse_json(read_file("event"));
  EXPECT_EQ(*event.find("outcome"), Value("success"));
  EXPECT_EQ(*event.find("result"), Value(Value::List{"nas01:/s-1"}));
  EXPECT_EQ(*event.find("resource"), Value(Value::Map{{"type", "thing"}, {"id", "s-1"}}));
  EXPECT_NE(event.find("duration_ns"), nullptr);
}

TEST_F(ExecContract, OfAFailureItReadsTheError) {
  install("cat > $D/event", "failure");
  vault_.broken = true;
  EXPECT_EQ(raised([&] { call_add(); }), "runtime_error: disk on fire");
  const Value event = parse_json(read_file("event"));
  EXPECT_EQ(*event.find("outcome"), Value("failure"));
  EXPECT_EQ(*event.find("error"),
            Value(Value::Map{{"type", "runtime_error"}, {"message", "disk on fire"}}));
}

TEST_F(ExecContract, PeriodicallyItReadsTheTickAndTheDriversData) {
  install("cat > $D/event", "periodic");
  const std::vector<std::string> data{"s-1", "s-2"};
  hook_->periodic({.tick = 7, .data = ValueRef::to(data)});
  EXPECT_EQ(read_file("event"),
            R"({"schema":1,"publisher":"nas01@gold","phase":"periodic","tick":7,)"
            R"("data":["s-1","s-2"]})"
            "\n");
}

TEST_F(ExecContract, Status1BeforeTheCallRefusesItForTheReasonOnStandardError) {
  install("echo 'the quota of ann' >&2; echo 'is used up' >&2; exit 1", "pre");
  EXPECT_EQ(raised([&] { call_add(); }), "ProgramVeto: the quota of ann is used up");
  EXPECT_EQ(vault_.calls, 0);
}

TEST_F(ExecContract, ARefusalWithoutAReasonNamesTheProgram) {
  install("exit 1", "pre");
  EXPECT_EQ(raised([&] { call_add(); }),
            "ProgramVeto: " + in_folder("program").string() + " refused the call");
}

TEST_F(ExecContract, AReasonThatIsNoTextIsMadeOne) {
  install(R"(printf 'a\033[1mb\377c' >&2; exit 1)", "pre");
  EXPECT_EQ(raised([&] { call_add(); }), "ProgramVeto: a [1mb?c");
}

TEST_F(ExecContract, AnotherStatusIsTheHooksOwnError) {
  install("echo 'no such table' >&2; exit 3", "pre");
  EXPECT_THAT(raised([&] { call_add(); }),
              AllOf(StartsWith("ProgramError: "),
                    EndsWith("program ended with status 3; it said: no such table")));
  EXPECT_EQ(vault_.calls, 0);
}

TEST_F(ExecContract, Status1AfterTheCallIsNoRefusal) {
  install("exit 1", "post");
  EXPECT_THAT(raised([&] { call_add(); }),
              AllOf(StartsWith("PostHookError: add succeeded"), HasSubstr("ended with status 1")));
  EXPECT_EQ(vault_.calls, 1);
}

TEST_F(ExecContract, OnlyChosenMethodsAndPhasesRunIt) {
  install("echo $HOOKWIRE_PHASE $HOOKWIRE_METHOD >> $D/runs", "pre, failure",
          "exec_methods = p*, unlock\n");
  call_add();
  hooked_.call<&Vault::paths>(context_, "s-1");
  hooked_.call<&Vault::unlock>(context_, "s-1", std::map<std::string, std::string>{});
  EXPECT_EQ(read_file("runs"), "pre paths\npre unlock\n");
}

TEST_F(ExecContract, AnEventOfAnyBytesAndNumbersIsSoundJson) {
  install("cat > $D/event", "periodic");
  const Value data = Value::List{std::string("\xff\x00", 2),
                                 "\"\\\n\xe2\x82\xac",
                                 std::uint64_t{18446744073709551615U},
                                 std::numeric_limits<std::int64_t>::min(),
                                 std::numeric_limits<double>::quiet_NaN(),
                                 Value::Map{}};
  hook_->periodic({.tick = 1, .data = ValueRef::to(data)});
  EXPECT_THAT(read_file("event"),
              HasSubstr(R"("data":[{"base64":"/wA="},"\"\\\n€",18446744073709551615,)"
                        R"(-9223372036854775808,"NaN",{}]})"));
}

TEST_F(ExecContract, AProgramThatReadsNothingOfALargeEventIsNoTrouble) {
  install("exit 0", "pre");
  context_.user_id = std::string(1'000'000, 'u');
  EXPECT_EQ(call_add(), 5);
}

}  // namespace
}  // namespace hookwire::testing
