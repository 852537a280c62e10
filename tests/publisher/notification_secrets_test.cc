#include "publisher_test.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NotificationSecrets : public PublisherTest {};

TEST_F(NotificationSecrets, NeverReachTheJournal) {
  open();
  store_.token_text = "tok-4711-secret";
  hooked_.call<&Store::make>(context_, "s-1", 5, access_);
  hooked_.call<&Store::token>(context_, "id-that-nobody-sees");
  hooked_.call<&Store::grant>(context_,
                              std::vector{Access{"a", "hidden-1"}, Access{"b", "hidden-2"}});
  store_.on_call = [] { throw std::runtime_error("broken"); };
  EXPECT_THROW(hooked_.call<&Store::make>(context_, "s-1", 5, access_), std::runtime_error);
  const auto events = call_events();
  ASSERT_EQ(events.size(), 8U);
  const std::string bytes = journal_bytes();
  for (const char* secret : {"open-sesame", "tok-4711-secret", "id-that-nobody-sees", "hidden-"}) {
    EXPECT_THAT(bytes, Not(HasSubstr(secret)));
  }
  EXPECT_EQ(events[3].result, Value("<secret>"));
  EXPECT_EQ(events[3].args, Value(Value::Map{{"id", "<secret>"}}));
  EXPECT_EQ(events[3].resource->id, "<secret>");
  const Value rule_a = Value::Map{{"to", "a"}, {"key", "<secret>"}};
  const Value rule_b = Value::Map{{"to", "b"}, {"key", "<secret>"}};
  EXPECT_EQ(events[5].result, Value(Value::List{rule_a, rule_b}));
}

TEST_F(NotificationSecrets, CoverEverythingBelowTheirPathWhateverItIs) {
  static constexpr MethodDescriptor kLogin{.name = "login", .secrets = {"who.key"}};
  const Odd who{[](ValueVisitor& visitor) {
    visitor.begin_map(3);
    visitor.key("key");
    visitor.begin_map(1);
    visitor.key("inner");
    visitor.begin_list(2);
    visitor.string("hidden-3");
    visitor.null();
    visitor.end_list();
    visitor.end_map();
    visit_entry("keyring", "shown", visitor);
    visitor.key("other");
    visitor.begin_map(1);
    visit_entry("key", "shown too", visitor);
    visitor.end_map();
    visitor.end_map();
  }};
  const std::array arguments{Argument{"who", ValueRef::to(who)}};
  open();
  Outcome outcome;
  chain_.run(kLogin, context_, arguments, outcome, [] {});
  EXPECT_EQ(call_events().at(0).args,
            Value(Value::Map{{"who", Value::Map{{"key", "<secret>"},
                                                {"keyring", "shown"},
                                                {"other", Value::Map{{"key", "shown too"}}}}}}));
  EXPECT_THAT(journal_bytes(), Not(HasSubstr("hidden-3")));
}

TEST_F(NotificationSecrets, AreHiddenInWhatIsCutAsWell) {
  open();
  access_.to.assign(70'000, 'x');
  hooked_.call<&Store::make>(context_, "s-1", 5, access_);
  const auto events = call_events();
  ASSERT_EQ(events.at(0).flags, kFlagCut);
  const std::uint64_t shown = *events[0].args->find("bytes")->unsigned_integer();
  access_.key.assign(50'000, 'k');
  hooked_.call<&Store::make>(context_, "s-1", 5, access_);
  EXPECT_EQ(*call_events().at(2).args->find("bytes")->unsigned_integer(), shown)
      << "not even the length of a secret shows";
}

TEST_F(NotificationSecrets, OfThePeriodicDataAreThoseOfTheMethodThatAnswersWithIt) {
  static constexpr MethodDescriptor kSource{.name = "get_periodic_hook_data",
                                            .secrets = {"result.key"}};
  static constexpr std::array kMethods{&kSource};
  Publisher publisher(posix_, clock_, log_, options(), kMethods);
  const std::vector<Access> data{{"a", "hidden-4"}};
  publisher.make_notification_hook()->periodic({.tick = 3, .data = ValueRef::to(data)});
  EXPECT_EQ(events().back().data, Value(Value::List{Value::Map{{"to", "a"}, {"key", "<secret>"}}}));
  EXPECT_THAT(journal_bytes(), Not(HasSubstr("hidden-4")));
}

}  // namespace
}  // namespace hookwire::testing
