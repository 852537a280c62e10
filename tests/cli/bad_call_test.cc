#include "hookwire/schemas/json.h"

#include "cli_test.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Lines that are no call: answered with what was expected, without a trace in the journal.
class BadCallTest : public CliTest {
 protected:
  BadCallTest() {
    write_config("gold");
    host_ = start_host("gold");
  }

  void expect_rejected(const std::string& line, const ::testing::Matcher<std::string>& message) {
    const std::size_t events = journal_lines("gold").size();
    const Value answer = host_->ask(line);
    EXPECT_EQ(text_in(answer, "outcome"), "rejected") << to_json(answer);
    ASSERT_NE(answer.find("error"), nullptr);
    EXPECT_THAT(text_in(*answer.find("error"), "message"), message);
    EXPECT_EQ(journal_lines("gold").size(), events) << "a rejected line has no events";
    EXPECT_TRUE(host_->init()) << "the host goes on";
  }
  static std::string extend(const std::string& args) {
    return R"({"method":"extend_share","args":)" + args + "}";
  }

  std::unique_ptr<RunningHost> host_;
};

TEST_F(BadCallTest, ALineThatIsNotJson) {
  expect_rejected("extend s-1, please", AllOf(HasSubstr("not JSON"), HasSubstr("byte 1")));
  expect_rejected(R"({"method":"init_host")", HasSubstr("not JSON"));
  expect_rejected("[1,2]", HasSubstr("object"));
}

TEST_F(BadCallTest, AnUnknownMethod) {
  expect_rejected(R"({"method":"mount_share"})",
                  AllOf(HasSubstr("mount_share"), HasSubstr("extend_share")));
}

TEST_F(BadCallTest, AMissingArgument) {
  expect_rejected(extend(R"({"share_id":"s-1"})"),
                  AllOf(HasSubstr("extend_share"), HasSubstr("new_size_gb")));
}

TEST_F(BadCallTest, AMisnamedArgument) {
  expect_rejected(extend(R"({"share_id":"s-1","new_size":3})"),
                  AllOf(HasSubstr("'new_size'"), HasSubstr("new_size_gb")));
}

TEST_F(BadCallTest, AnArgumentOfTheWrongType) {
  expect_rejected(extend(R"({"share_id":"s-1","new_size_gb":"three"})"),
                  AllOf(HasSubstr("new_size_gb"), HasSubstr("string")));
  expect_rejected(extend(R"({"share_id":1,"new_size_gb":3})"), HasSubstr("share_id"));
  expect_rejected(extend(R"(["s-1",3])"), HasSubstr("args"));
}

TEST_F(BadCallTest, AnUnknownKeyBesideTheArguments) {
  expect_rejected(R"({"method":"init_host","arguments":{}})", HasSubstr("arguments"));
  expect_rejected(R"({"method":"init_host","context":{"user":"alice"}})", HasSubstr("'user'"));
}

TEST_F(BadCallTest, ALineThatIsTooLong) {
  expect_rejected(extend(R"({"share_id":")" + std::string(2 << 20, 'x') + R"(","new_size_gb":3})"),
                  HasSubstr("longer than"));
}

}  // namespace
}  // namespace hookwire::testing
