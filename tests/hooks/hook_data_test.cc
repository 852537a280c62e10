#include "hookwire/hooks/hook_data.h"

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace hookwire::testing {
namespace {

TEST(HookData, HoldsNothingUnlessGivenSomething) {
  HookData nothing;
  HookData null = nullptr;
  EXPECT_TRUE(nothing.empty());
  EXPECT_TRUE(null.empty());
  EXPECT_EQ(nothing.get_if<int>(), nullptr);
}

TEST(HookData, GivesItsValueOnlyAsTheTypeItHolds) {
  HookData data = std::string("text");
  ASSERT_NE(data.get_if<std::string>(), nullptr);
  EXPECT_EQ(*data.get_if<std::string>(), "text");
  EXPECT_EQ(data.get_if<int>(), nullptr);
  EXPECT_FALSE(data.suppressed_error());
}

TEST(HookData, MovesSmallAndLargeValuesAndDestroysEachOnce) {
  struct Large {
    std::array<char, 2 * HookData::kInlineBytes> bytes{};
    std::shared_ptr<int> counted;
  };
  const auto counted = std::make_shared<int>(1);
  {
    HookData small = counted;
    HookData large = Large{.bytes = {}, .counted = counted};
    HookData moved = std::move(small);
    moved = std::move(large);
    ASSERT_NE(moved.get_if<Large>(), nullptr);
    EXPECT_EQ(moved.get_if<Large>()->counted, counted);
    EXPECT_EQ(counted.use_count(), 2);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(HookData, HoldsMoveOnlyValues) {
  HookData data = std::make_unique<int>(3);
  EXPECT_EQ(**data.get_if<std::unique_ptr<int>>(), 3);
}

TEST(HookData, KnowsASuppressedError) {
  HookData data = std::make_exception_ptr(std::runtime_error("no"));
  EXPECT_TRUE(data.suppressed_error());
}

}  // namespace
}  // namespace hookwire::testing
