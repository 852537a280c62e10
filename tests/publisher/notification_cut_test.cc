#include "publisher_test.h"

namespace hookwire::testing {
namespace {

using ::testing::EndsWith;
using ::testing::SizeIs;
using ::testing::StartsWith;

class NotificationCut : public PublisherTest {
 protected:
  /// The args of the pre event of a call whose first argument shows this.
  Value shown(std::function<void(ValueVisitor&)> show) {
    const std::size_t before = call_events().size();
    hooked_.call<&Store::check>(context_, Odd{std::move(show)}, 7);
    const auto events = call_events();
    EXPECT_EQ(events.size(), before + 2);
    EXPECT_EQ(events[before].call_id, events[before + 1].call_id);
    EXPECT_EQ(events[before].args, events[before + 1].args);
    return *events[before].args;
  }
  static Value unreadable() { return Value::Map{{"odd", "<unreadable>"}, {"level", 7}}; }
};

TEST_F(NotificationCut, LargeArgsAndResultBecomeMarkersWithTheirSize) {
  open();
  const std::string data(100'000, 'd');
  hooked_.call<&Store::put>(context_, "s-1", data);
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  // "s-1" takes 4 bytes, the data 5 and itself.
  EXPECT_EQ(events[0].args, Value(Value::Map{{"cut", true}, {"bytes", 100'009}}));
  EXPECT_EQ(events[1].args, events[0].args);
  EXPECT_EQ(events[1].result, Value(Value::Map{{"cut", true}, {"bytes", 100'005}}));
  for (const Event& event : events) {
    EXPECT_EQ(event.flags, kFlagCut);
    EXPECT_EQ(event.context.request_id, "req-1");
  }
  EXPECT_EQ(publisher_->status().cut_events, 2U);
}

TEST_F(NotificationCut, WhateverJustFitsIsWhole) {
  open();
  std::size_t whole = 0;
  std::size_t cut = 0;
  // The id stands in the event twice: as argument and as resource.
  for (std::size_t size = 30'000; size < kMaxRecordBytes / 2; size += 7) {
    hooked_.call<&Store::drop>(context_, std::string(size, 'd'));
  }
  for (const Event& event : call_events()) {
    (event.flags == kFlagCut ? cut : whole) += 1;
    const bool marked = event.args->find("cut") != nullptr;
    EXPECT_EQ(marked, event.flags == kFlagCut);
  }
  EXPECT_GT(whole, 0U);
  EXPECT_GT(cut, 0U);
}

TEST_F(NotificationCut, TextsOfAnEventThatDoesNotFitAreShortenedAndSaySo) {
  open();
  const std::string start = "\xC3\xA4\xC3\xB6";
  for (std::string* text :
       {&context_.request_id, &context_.global_request_id, &context_.user_id, &context_.project_id,
        &context_.remote_address, &context_.traceparent}) {
    *text = start;
    for (int n = 0; n < 20'000; ++n) *text += "\xC3\xBC";
  }
  context_.roles.assign(1000, std::string(300, 'r'));
  store_.on_call = [] { throw std::runtime_error(std::string(70'000, 'e')); };
  const std::string id(70'000, 'i');
  EXPECT_THROW(hooked_.call<&Store::drop>(context_, id), std::runtime_error);
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  for (const Event& event : events) {
    EXPECT_EQ(event.flags, kFlagCut);
    EXPECT_THAT(event.context.traceparent, StartsWith(start));
    EXPECT_THAT(event.context.traceparent, EndsWith(" [cut]"));
    EXPECT_LT(event.context.traceparent.size(), 300U);
    EXPECT_THAT(event.context.roles, SizeIs(33));
    EXPECT_EQ(event.context.roles.back(), " [cut]");
    EXPECT_THAT(event.resource->id, EndsWith(" [cut]"));
  }
  EXPECT_THAT(events[1].error->message, EndsWith(" [cut]"));
}

TEST_F(NotificationCut, TheMostOfEverythingStillFits) {
  std::vector<HookInstance> others;
  for (std::size_t n = 1; n < kMaxHooks; ++n) {
    others.push_back({std::to_string(n) + std::string(2000, 'n'),
                      "",
                      std::make_shared<RecordingHook>("", steps_),
                      {}});
  }
  open(std::move(others));
  context_.roles.assign(20'000, "r");
  hooked_.call<&Store::put>(context_, "s-1", std::string(70'000, 'd'));
  const auto events = call_events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_THAT(events[1].hooks, SizeIs(2 * kMaxHooks - 1));
  EXPECT_THAT(events[1].hooks.back().name, EndsWith(" [cut]"));
}

TEST_F(NotificationCut, MoreValuesThanReadersTakeAreCut) {
  open();
  context_.roles.assign(15'000, "r");
  hooked_.call<&Store::drop>(context_, "s-1");
  EXPECT_EQ(call_events().at(0).flags, kFlagCut);
  EXPECT_EQ(shown([](ValueVisitor& visitor) {
              visitor.begin_list(20'000);
              for (int n = 0; n < 20'000; ++n) visitor.integer(1);
              visitor.end_list();
            })
                    .find("cut")
                    ->boolean() != nullptr,
            true);
}

TEST_F(NotificationCut, AValueThatThrowsWhileItIsVisitedIsSaidToBeUnreadable) {
  open();
  EXPECT_EQ(shown([](ValueVisitor& visitor) {
              visitor.begin_map(2);
              visitor.key("a");
              throw std::runtime_error("cannot be shown");
            }),
            unreadable());
}

TEST_F(NotificationCut, AValueThatMisbehavesIsSaidToBeUnreadable) {
  open();
  const std::vector<std::function<void(ValueVisitor&)>> cases{
      [](ValueVisitor&) {},
      [](ValueVisitor& v) {
        v.null();
        v.null();
      },
      [](ValueVisitor& v) {
        v.begin_list(2);
        v.null();
        v.end_list();
      },
      [](ValueVisitor& v) {
        v.begin_list(1);
        v.null();
        v.null();
        v.end_list();
      },
      [](ValueVisitor& v) {
        v.begin_list(1);
        v.null();
      },
      [](ValueVisitor& v) {
        v.begin_list(0);
        v.end_map();
      },
      [](ValueVisitor& v) { v.end_list(); },
      [](ValueVisitor& v) { v.key("a"); },
      [](ValueVisitor& v) {
        v.begin_map(1);
        v.null();
        v.end_map();
      },
      [](ValueVisitor& v) {
        v.begin_map(1);
        v.key("a");
        v.end_map();
      },
      [](ValueVisitor& v) {
        v.begin_map(1);
        v.key("a");
        v.key("b");
        v.null();
        v.end_map();
      },
      [](ValueVisitor& v) {
        v.begin_map(1);
        v.key("\xFF");
        v.null();
        v.end_map();
      },
      [](ValueVisitor& v) {
        v.begin_list(SIZE_MAX);
        v.end_list();
      },
      [](ValueVisitor& v) {
        for (int n = 0; n < 100; ++n) v.begin_list(1);
      },
  };
  for (std::size_t n = 0; n < cases.size(); ++n) {
    EXPECT_EQ(shown(cases[n]), unreadable()) << "case " << n;
  }
}

TEST_F(NotificationCut, AStringThatIsNotUtf8BecomesBytes) {
  open();
  const Value args = shown([](ValueVisitor& visitor) { visitor.string("a\xFF"); });
  EXPECT_EQ(args, Value(Value::Map{{"odd", Value::Bytes{std::byte{'a'}, std::byte{0xFF}}},
                                   {"level", 7}}));
  context_.user_id = "\xFF";
  hooked_.call<&Store::drop>(context_, "s-1");
  EXPECT_EQ(call_events().back().context.user_id, "<unreadable>");
}

}  // namespace
}  // namespace hookwire::testing
