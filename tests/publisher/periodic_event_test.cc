#include "hookwire/hooks/periodic_runner.h"

#include "events_fixture.h"
#include "periodic_parts.h"

namespace hookwire::testing {
namespace {

TEST_F(EventsTest, PeriodicDataBecomesAnEvent) {
  open();
  const Value shares = Value::List{Value::Map{{"share_id", "s-1"}}};
  PeriodicRunner runner(
      *chain_, [&](const auto& use) { use(ValueRef::to(shares)); }, log_);
  runner.tick(300);
  const std::vector<Event> events = all_events();
  const Event& event = events.back();
  EXPECT_EQ(event.phase, Phase::periodic);
  EXPECT_EQ(event.tick, 300u);
  EXPECT_EQ(event.data, shares);
  EXPECT_FALSE(event.part);
}

TEST_F(EventsTest, LargePeriodicDataComesInPartsOfOneTick) {
  open();
  Value::List shares;
  for (int i = 0; i < 3000; ++i) {
    shares.emplace_back(Value::Map{{"share_id", i}, {"note", std::string(60, 'x')}});
  }
  const Value data(shares);
  PeriodicRunner runner(
      *chain_, [&](const auto& use) { use(ValueRef::to(data)); }, log_);
  runner.tick(300);
  Value::List received;
  std::uint64_t parts = 0;
  for (const Event& event : all_events()) {
    if (event.phase != Phase::periodic) continue;
    EXPECT_EQ(event.tick, 300u);
    EXPECT_EQ(event.part, ++parts);
    for (const Value& share : *event.data->list()) received.push_back(share);
    EXPECT_GT(*event.parts, 1u);
  }
  EXPECT_GT(parts, 1u);
  EXPECT_EQ(Value(received), data);
}

TEST(PeriodicParts, OneTextThatIsTooLargeIsCut) {
  const std::vector<Value> parts = split_into_parts(std::string(5000, 'x'), 1000);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(*parts[0].find("cut"), Value(true));
}

TEST(PeriodicParts, WhatIsNestedIsDividedToo) {
  Value::List items;
  for (int i = 0; i < 100; ++i) items.emplace_back(std::string(50, 'y'));
  const std::vector<Value> parts =
      split_into_parts(Value::Map{{"name", "all"}, {"items", items}}, 1000);
  std::size_t found = 0;
  for (const Value& part : parts) {
    if (const Value* listed = part.find("items")) found += listed->list()->size();
  }
  EXPECT_EQ(found, 100u);
}

}  // namespace
}  // namespace hookwire::testing
