#include "hookwire/hooks/post_hook_error.h"

#include "exec/exec_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExecResult : public ExecTest {
 protected:
  std::vector<std::string> call_paths() { return hooked_.call<&Vault::paths>(context_, "s-1"); }
};

TEST_F(ExecResult, StandardOutputReplacesTheResult) {
  install(R"(echo '{"result": ["nas02:/s-1", "nas03:/s-1"]}')", "post");
  EXPECT_THAT(call_paths(), ElementsAre("nas02:/s-1", "nas03:/s-1"));
}

TEST_F(ExecResult, WithoutOutputItStaysAsItIs) {
  install("echo; exit 0", "post");
  EXPECT_THAT(call_paths(), ElementsAre("nas01:/s-1"));
}

TEST_F(ExecResult, OutputInAnotherPhaseIsIgnored) {
  install(R"(echo '{"result": 7}')", "pre");
  EXPECT_EQ(call_add(), 5);
}

TEST_F(ExecResult, WhatDoesNotFitIsAnErrorThatSaysWhatWasExpected) {
  install(R"(echo '{"result": "five"}')", "post");
  EXPECT_THAT(raised([&] { call_add(); }),
              HasSubstr("the result must be an integer, found a string; the result stays"));
  install(R"(echo '{"results": 7}')", "post");
  EXPECT_THAT(raised([&] { call_add(); }), HasSubstr("expected nothing, or an object {\"result\""));
  install("echo debug", "post");
  EXPECT_THAT(raised([&] { call_add(); }), HasSubstr("not JSON"));
}

TEST_F(ExecResult, AnErrorAfterTheCallCarriesTheDriversResult) {
  install(R"(echo '{"result": "five"}')", "post");
  try {
    call_add();
    FAIL() << "nothing was raised";
  } catch (const PostHookError& error) {
    EXPECT_EQ(error.result().get<int>(), 5);
  }
}

TEST_F(ExecResult, AMethodWithoutResultHasNoneToReplace) {
  install(R"(echo '{"result": 7}')", "post");
  EXPECT_THAT(raised([&] {
                hooked_.call<&Vault::unlock>(context_, "s-1", std::map<std::string, std::string>{});
              }),
              HasSubstr("returns nothing"));
}

TEST_F(ExecResult, ASecretResultIsNotReplacedByAProgramThatDidNotSeeIt) {
  install(R"(echo '{"result": "<secret>"}')", "post", "", kSuppressed);
  EXPECT_EQ(hooked_.call<&Vault::make_key>(context_, "s-1"), "key-of-the-driver");
  EXPECT_THAT(log_.text(), HasSubstr("a result that is a secret"));
}

}  // namespace
}  // namespace hookwire::testing
