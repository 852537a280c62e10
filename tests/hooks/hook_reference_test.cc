#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/hooks/hook_registry.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

TEST(HookReference, AClassOfTheProgramIsCalledByItsClassUnlessGivenAName) {
  const HookReference plain = HookReference::parse("hookwire:LogHook");
  EXPECT_EQ(plain.name, "LogHook");
  EXPECT_EQ(plain.library, "");
  EXPECT_EQ(plain.class_name, "hookwire:LogHook");
  EXPECT_EQ(HookReference::parse(" trace = hookwire:LogHook ").name, "trace");
}

TEST(HookReference, APathWithASlashIsASharedLibrary) {
  const HookReference reference = HookReference::parse("small=/opt/h/libquota.so:QuotaHook");
  EXPECT_EQ(reference.name, "small");
  EXPECT_EQ(reference.library, "/opt/h/libquota.so");
  EXPECT_EQ(reference.class_name, "QuotaHook");
  EXPECT_EQ(HookReference::parse("./libquota.so:QuotaHook").library, "./libquota.so");
}

TEST(HookReference, AnEqualsSignOrColonWithinAPathBelongsToThePath) {
  const HookReference reference = HookReference::parse("/opt/a=b:c/libquota.so:QuotaHook");
  EXPECT_EQ(reference.library, "/opt/a=b:c/libquota.so");
  EXPECT_EQ(reference.name, "QuotaHook");
}

TEST(HookReference, AnythingElseIsRefusedWithTheFormExpected) {
  for (const char* text :
       {"", "LogHook", ":LogHook", "hookwire:", "=hookwire:LogHook", "a b=hookwire:LogHook",
        "a:b=hookwire:LogHook", "hook wire:LogHook", "/opt/libquota.so", "x=/opt/libquota.so:"}) {
    try {
      HookReference::parse(text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::bad_input);
      EXPECT_THAT(error.what(), HasSubstr("expected [NAME=]WHERE:CLASS"));
    }
  }
}

}  // namespace
}  // namespace hookwire::testing
