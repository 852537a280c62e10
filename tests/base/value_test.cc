#include "hookwire/base/value.h"

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/base/value_ref.h"

namespace hookwire {
namespace {

struct Share {
  std::string id;
  std::uint64_t size_gb = 0;
};

void visit_value(const Share& share, ValueVisitor& visitor) {
  visitor.begin_map(2);
  visit_entry("id", share.id, visitor);
  visit_entry("size_gb", share.size_gb, visitor);
  visitor.end_map();
}

TEST(Value, IsBuiltFromWhatAUsersTypeShows) {
  const Value value = to_value(std::vector<Share>{{"s-1", 3}});
  EXPECT_EQ(value, Value(Value::List{Value::Map{{"id", "s-1"}, {"size_gb", 3u}}}));
}

TEST(Value, HoldsNestedListsAndMaps) {
  const Value value =
      Value::Map{{"a", Value::List{1, Value::List{}, Value::Map{{"b", nullptr}}}}, {"c", 2.5}};
  EXPECT_EQ(to_value(value), value);
  EXPECT_EQ(*value.find("c")->real(), 2.5);
  EXPECT_EQ(value.find("d"), nullptr);
}

TEST(Value, ComparesIntegersByNumber) {
  EXPECT_EQ(Value(5), Value(5u));
  EXPECT_NE(Value(-1), Value(UINT64_MAX));
  EXPECT_NE(Value(1), Value(true));
}

TEST(ValueRef, GivesTheValueByItsTypeOnly) {
  const Share share{"s-1", 3};
  const ValueRef ref = ValueRef::to(share);
  EXPECT_EQ(ref.get<Share>().id, "s-1");
  EXPECT_EQ(ref.get_if<std::string>(), nullptr);
  EXPECT_THROW(ref.get<std::string>(), Error);
  EXPECT_THROW(ValueRef().get<Share>(), Error);
}

}  // namespace
}  // namespace hookwire
