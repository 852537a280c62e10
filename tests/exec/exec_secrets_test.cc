#include "exec/exec_test.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// The script keeps everything that a program can learn.
constexpr char kSpy[] =
    "{ cat; env; tr '\\0' ' ' < /proc/$$/cmdline; cat /proc/$$/environ; ls -l /proc/$$/fd; }"
    " >> $D/seen 2>&1";

class ExecSecrets : public ExecTest {
 protected:
  std::string seen() const { return read_file("seen"); }
};

TEST_F(ExecSecrets, ASecretArgumentIsGivenInNoPhase) {
  install(kSpy, "pre, post");
  hooked_.call<&Vault::unlock>(
      context_, "id-in-clear",
      std::map<std::string, std::string>{{"key", "key-in-clear"}, {"user", "bob"}});
  EXPECT_THAT(seen(),
              AllOf(Not(HasSubstr("in-clear")), HasSubstr(R"("phase":"post")"),
                    HasSubstr(R"("args":{"id":"<secret>","access":{"key":"<secret>")"),
                    HasSubstr(R"("resource":{"type":"thing","id":"<secret>"})"), HasSubstr("bob")));
}

TEST_F(ExecSecrets, ASecretResultIsNotGiven) {
  install(kSpy, "post");
  EXPECT_EQ(hooked_.call<&Vault::make_key>(context_, "s-1"), "key-of-the-driver");
  EXPECT_THAT(seen(),
              AllOf(Not(HasSubstr("key-of-the-driver")), HasSubstr(R"("result":"<secret>")")));
}

TEST_F(ExecSecrets, ASecretInTheTextOfAnErrorIsNotGiven) {
  install(kSpy, "failure");
  vault_.complaint = "no such key: id-in-clear";
  const std::map<std::string, std::string> access;
  EXPECT_THAT(raised([&] { hooked_.call<&Vault::unlock>(context_, "id-in-clear", access); }),
              HasSubstr("no such key"));
  EXPECT_THAT(seen(), AllOf(Not(HasSubstr("id-in-clear")),
                            HasSubstr(R"("message":"no such key: <secret>")")));
}

TEST_F(ExecSecrets, WhatTheChainRedactsIsNotGivenAndNotReplaced) {
  write_script(std::string(kSpy) + "\necho '{\"result\": [\"<secret>\"]}'");
  hook_ = make("exec_phases = post\n");
  chain_.replace({{"run", "hookwire:ExecHook", hook_, kSuppressed}}, {},
                 std::make_shared<const Redaction>(std::vector<std::string>{"result"}, Names{}));
  EXPECT_THAT(hooked_.call<&Vault::paths>(context_, "s-1"), ElementsAre("nas01:/s-1"));
  EXPECT_THAT(seen(), AllOf(Not(HasSubstr("nas01:/s-1")), HasSubstr(R"("result":"<secret>")")));
  EXPECT_THAT(log_.text(), HasSubstr("a result that is a secret"));
}

TEST_F(ExecSecrets, ASecretInPeriodicDataIsNotGiven) {
  write_script(kSpy);
  constexpr MethodDescriptor kData{.name = "get_periodic_hook_data",
                                   .secrets = {"result.access_key"}};
  const MethodDescriptor* methods[] = {&kData};
  const ConfigFile file = ConfigFile::parse(
      "[g]\nexec_program = " + in_folder("program").string() + "\nexec_phases = periodic\n",
      "hw.conf");
  const auto hook = exec_hook_factory(methods)({.name = "run",
                                                .publisher = "nas01@gold",
                                                .options = Options(file, {"g"}),
                                                .clock = clock_,
                                                .log = log_});
  const Value data = Value::List{Value::Map{{"access_key", "key-in-clear"}, {"id", "s-1"}}};
  hook->periodic({.tick = 1, .data = ValueRef::to(data)});
  EXPECT_THAT(seen(),
              AllOf(Not(HasSubstr("key-in-clear")), HasSubstr("s-1"), HasSubstr("<secret>")));
}

}  // namespace
}  // namespace hookwire::testing
