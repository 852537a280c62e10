#include "publisher_test.h"

namespace hookwire::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class NotificationPeriodic : public PublisherTest {
 protected:
  void tick(const Value& data) { hook_->periodic({.tick = 9, .data = ValueRef::to(data)}); }
  std::vector<Event> ticks() const {
    std::vector<Event> kept;
    for (Event& event : events()) {
      if (event.phase == Phase::periodic) kept.push_back(std::move(event));
    }
    return kept;
  }
  static Value::List rows(int first, int count, std::size_t bytes = 100) {
    Value::List all;
    for (int n = first; n < first + count; ++n) {
      all.push_back(Value::Map{{"row", n}, {"text", std::string(bytes, 't')}});
    }
    return all;
  }
  /// Each part says where it stands, and together they are all of one tick.
  static void expect_parts(const std::vector<Event>& parts) {
    for (std::size_t n = 0; n < parts.size(); ++n) {
      EXPECT_EQ(parts[n].tick, 9U);
      EXPECT_EQ(parts[n].part, n + 1);
      EXPECT_EQ(parts[n].parts, parts.size());
    }
  }
};

TEST_F(NotificationPeriodic, DataThatFitsIsOneEvent) {
  open();
  const Value data = Value::Map{{"shares", rows(0, 3)}, {"free", 7}};
  tick(data);
  const auto events = ticks();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].topic, "periodic/tick/nas01@gold");
  EXPECT_EQ(events[0].tick, 9U);
  EXPECT_EQ(events[0].data, data);
  EXPECT_FALSE(events[0].part || events[0].parts);
  EXPECT_EQ(events[0].flags, 0);
}

TEST_F(NotificationPeriodic, AListThatDoesNotFitIsDividedBetweenItsItems) {
  open();
  const Value::List all = rows(0, 5000);
  tick(all);
  const auto events = ticks();
  ASSERT_GT(events.size(), 5U);
  EXPECT_LT(events.size(), 30U);
  expect_parts(events);
  Value::List together;
  for (const Event& event : events) {
    const Value::List& part = *event.data->list();
    together.insert(together.end(), part.begin(), part.end());
  }
  EXPECT_EQ(together, all);
}

TEST_F(NotificationPeriodic, AListWithinAMapIsDividedWhereItStands) {
  open();
  tick(Value::Map{{"free", 7}, {"pool", Value::Map{{"shares", rows(0, 2000)}}}});
  const auto events = ticks();
  ASSERT_GT(events.size(), 2U);
  expect_parts(events);
  Value::List together;
  int free = 0;
  for (const Event& event : events) {
    if (event.data->find("free") != nullptr) ++free;
    const Value* const pool = event.data->find("pool");
    if (pool == nullptr) continue;
    const Value::List& part = *pool->find("shares")->list();
    together.insert(together.end(), part.begin(), part.end());
  }
  EXPECT_EQ(together, rows(0, 2000));
  EXPECT_EQ(free, 1);
}

TEST_F(NotificationPeriodic, ManySmallValuesAreDividedAsReadersTakeThem) {
  open();
  tick(Value::List(50'000, Value(1)));
  const auto events = ticks();
  expect_parts(events);
  std::size_t values = 0;
  for (const Event& event : events) values += event.data->list()->size();
  EXPECT_EQ(values, 50'000U);
}

TEST_F(NotificationPeriodic, AnItemTooLargeByItselfIsCutAndSaysSo) {
  open();
  tick(Value::List{Value("small"), Value(std::string(100'000, 'x')), Value("small too")});
  const auto events = ticks();
  expect_parts(events);
  std::size_t small = 0;
  std::size_t cut = 0;
  for (const Event& event : events) {
    for (const Value& item : *event.data->list()) {
      if (item.string() != nullptr) ++small;
      if (item.find("cut") == nullptr) continue;
      ++cut;
      EXPECT_EQ(event.flags, kFlagCut);
      EXPECT_EQ(*item.find("bytes")->unsigned_integer(), 100'005U);
      EXPECT_GT(item.find("start")->string()->size(), 10'000U);
    }
  }
  EXPECT_EQ(small, 2U);
  EXPECT_EQ(cut, 1U);
  EXPECT_GE(publisher_->status().cut_events, 1U);
}

TEST_F(NotificationPeriodic, StringsThatAreNotUtf8BecomeBytes) {
  open();
  tick(Value::List{Value("\xFF")});
  EXPECT_EQ(ticks().at(0).data, Value(Value::List{Value::Bytes{std::byte{0xFF}}}));
}

TEST_F(NotificationPeriodic, DataThatCannotBeVisitedIsSaidToBeUnreadable) {
  open();
  const Odd odd{[](ValueVisitor& visitor) {
    visitor.begin_list(2);
    throw std::runtime_error("the device is away");
  }};
  hook_->periodic({.tick = 1, .data = ValueRef::to(odd)});
  EXPECT_EQ(ticks().at(0).data, Value("<unreadable>"));
}

TEST_F(NotificationPeriodic, NoDataIsNull) {
  open();
  hook_->periodic({.tick = 1});
  ASSERT_THAT(ticks(), SizeIs(1));
  EXPECT_TRUE(!ticks()[0].data || ticks()[0].data->is_null());
  EXPECT_THAT(call_events(), IsEmpty());
}

}  // namespace
}  // namespace hookwire::testing
