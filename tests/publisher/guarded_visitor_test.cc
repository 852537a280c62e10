#include "guarded_visitor.h"

#include <array>
#include <functional>

#include <gtest/gtest.h>

namespace hookwire {
namespace {

// A type whose visiting does whatever the test says.
struct Odd {
  std::function<void(ValueVisitor&)> visit;
};
void visit_value(const Odd& odd, ValueVisitor& visitor) {
  odd.visit(visitor);
}

bool accepted(std::function<void(ValueVisitor&)> visit) {
  std::array<std::byte, 4096> buffer;
  BodyWriter writer(buffer);
  const Names none;
  std::size_t values = 0;
  const Odd odd{std::move(visit)};
  return GuardedVisitor(writer, none, "odd", values).write(ValueRef::to(odd));
}

TEST(GuardedVisitor, AcceptsWhatKeepsItsWord) {
  EXPECT_TRUE(accepted([](ValueVisitor& v) { v.integer(1); }));
  EXPECT_TRUE(accepted([](ValueVisitor& v) {
    v.begin_map(1);
    v.key("a");
    v.begin_list(0);
    v.end_list();
    v.end_map();
  }));
}

TEST(GuardedVisitor, RefusesWhatDoesNot) {
  EXPECT_FALSE(accepted([](ValueVisitor&) {}));
  EXPECT_FALSE(accepted([](ValueVisitor& v) {
    v.integer(1);
    v.integer(2);
  }));
  EXPECT_FALSE(accepted([](ValueVisitor& v) {
    v.begin_list(2);
    v.integer(1);
    v.end_list();
  }));
  EXPECT_FALSE(accepted([](ValueVisitor& v) {
    v.begin_list(1);
    v.integer(1);
    v.integer(2);
    v.end_list();
  }));
  EXPECT_FALSE(accepted([](ValueVisitor& v) { v.begin_list(0); }));
  EXPECT_FALSE(accepted([](ValueVisitor& v) {
    v.begin_map(1);
    v.integer(1);
    v.end_map();
  }));
  EXPECT_FALSE(accepted([](ValueVisitor& v) { v.end_map(); }));
  EXPECT_FALSE(accepted([](ValueVisitor& v) { v.begin_list(4'000'000'000); }));
}

TEST(GuardedVisitor, RefusesWhatThrowsOrNestsWithoutEnd) {
  EXPECT_FALSE(accepted([](ValueVisitor&) { throw 42; }));
  EXPECT_FALSE(accepted([](ValueVisitor& v) {
    for (int i = 0; i < 1000; ++i) v.begin_list(1);
    v.null();
    for (int i = 0; i < 1000; ++i) v.end_list();
  }));
}

}  // namespace
}  // namespace hookwire
