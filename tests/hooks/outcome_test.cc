#include "hookwire/hooks/outcome.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hookwire::testing {
namespace {

struct Opaque {
  int number = 1;
};
void visit_value(const Opaque& opaque, ValueVisitor& visitor) {
  visitor.integer(opaque.number);
}

std::string refusal(Outcome& outcome, const Value& value) {
  try {
    outcome.replace_from(value);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::bad_input);
    return error.what();
  }
  return "was taken";
}

TEST(OutcomeReplaceFrom, APlainValueBecomesTheResultOfItsType) {
  std::vector<std::string> result{"nas01:/s-1"};
  Outcome outcome;
  outcome.set_replaceable(result);
  outcome.replace_from(Value::List{"nas02:/s-1", "nas03:/s-1"});
  EXPECT_THAT(result, ::testing::ElementsAre("nas02:/s-1", "nas03:/s-1"));
  EXPECT_EQ(outcome.replacements(), 1);
}

TEST(OutcomeReplaceFrom, WhatDoesNotFitChangesNothing) {
  std::vector<std::string> result{"nas01:/s-1"};
  Outcome outcome;
  outcome.set_replaceable(result);
  EXPECT_EQ(refusal(outcome, Value::List{"nas02:/s-1", 3}),
            "an item of the result must be a string, found an integer");
  EXPECT_THAT(result, ::testing::ElementsAre("nas01:/s-1"));
  EXPECT_EQ(outcome.replacements(), 0);
}

TEST(OutcomeReplaceFrom, WhereItCannotBeItSaysWhy) {
  Outcome nothing;
  EXPECT_EQ(refusal(nothing, 1), "the method returns nothing that could be replaced");
  int number = 1;
  Outcome fixed;
  fixed.set_fixed(number);
  EXPECT_EQ(refusal(fixed, 2), "the result is a reference and cannot be replaced");
  Opaque opaque;
  Outcome unknown;
  unknown.set_replaceable(opaque);
  EXPECT_EQ(refusal(unknown, 2),
            "the result's type has no from_value, which makes it from a plain value");
  EXPECT_EQ(opaque.number, 1);
}

}  // namespace
}  // namespace hookwire::testing
