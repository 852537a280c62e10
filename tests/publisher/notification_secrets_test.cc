#include "publisher_test.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr char kDigest[] = "hmac-sha256:[0-9a-f]{32}";

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
  EXPECT_EQ(events[3].result, Value(digest_of("tok-4711-secret")));
  EXPECT_EQ(events[3].args, Value(Value::Map{{"id", digest_of("id-that-nobody-sees")}}));
  EXPECT_EQ(events[3].resource->id, digest_of("id-that-nobody-sees"));
  EXPECT_THAT(events[3].resource->id, MatchesRegex(kDigest));
  const Value rule_a = Value::Map{{"to", "a"}, {"key", digest_of("hidden-1")}};
  const Value rule_b = Value::Map{{"to", "b"}, {"key", digest_of("hidden-2")}};
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
  const Value shown = *call_events().at(0).args->find("who");
  ASSERT_NE(shown.find("key")->string(), nullptr) << "one digest of all of it";
  EXPECT_THAT(*shown.find("key")->string(), MatchesRegex(kDigest));
  EXPECT_EQ(*shown.find("keyring"), Value("shown"));
  EXPECT_EQ(*shown.find("other"), Value(Value::Map{{"key", "shown too"}}));
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
  EXPECT_THAT(*events().back().data->list()->front().find("key")->string(), MatchesRegex(kDigest));
  EXPECT_THAT(journal_bytes(), Not(HasSubstr("hidden-4")));
}

TEST_F(NotificationSecrets, AreReplacedInEveryTextOfTheCall) {
  open();
  access_ = {.to = "user open-sesame-1 of x", .key = "open-sesame-1"};
  context_.request_id = "req-open-sesame-1";
  store_.on_call = [] { throw std::runtime_error("key open-sesame-1: no, open-sesame-1!"); };
  EXPECT_THROW(hooked_.call<&Store::make>(context_, "s-1", 5, access_), std::runtime_error);
  const auto events = call_events();
  const std::string key = digest_of("open-sesame-1");
  EXPECT_EQ(events.at(1).error->message, "key " + key + ": no, " + key + "!");
  EXPECT_EQ(events[1].context.request_id, "req-" + key);
  EXPECT_EQ(*events[0].args->find("access"),
            Value(Value::Map{{"to", "user " + key + " of x"}, {"key", key}}));
  EXPECT_THAT(journal_bytes(), Not(HasSubstr("open-sesame-1")));
}

TEST_F(NotificationSecrets, OfFewerThanFourBytesBlankTheTextsThatHoldThem) {
  open();
  access_ = {.to = "x17y", .key = "17"};
  store_.on_call = [] { throw std::runtime_error("at 10:17"); };
  EXPECT_THROW(hooked_.call<&Store::make>(context_, "s-1", 17, access_), std::runtime_error);
  const auto events = call_events();
  EXPECT_EQ(events.at(1).error->message, "<secret>");
  EXPECT_EQ(*events[1].args->find("access"),
            Value(Value::Map{{"to", "<secret>"}, {"key", digest_of("17")}}));
  EXPECT_EQ(events[1].context.request_id, "req-1") << "it does not hold it";
}

TEST_F(NotificationSecrets, ThatTheDriverChangedAreReplacedInBothForms) {
  open();
  access_.key = "the-old-key";
  store_.on_call = [this] {
    access_.key = "the-new-key";
    throw std::runtime_error("the-old-key to the-new-key: refused");
  };
  EXPECT_THROW(hooked_.call<&Store::make>(context_, "s-1", 5, access_), std::runtime_error);
  EXPECT_EQ(call_events().at(1).error->message,
            digest_of("the-old-key") + " to " + digest_of("the-new-key") + ": refused");
}

TEST_F(NotificationSecrets, BeyondWhatCanBeKeptBlankEveryText) {
  open();
  std::vector<Access> rules;
  for (int n = 0; n < 300; ++n)
    rules.push_back({"to-" + std::to_string(n), "key-" + std::to_string(n)});
  hooked_.call<&Store::grant>(context_, rules);
  const auto events = call_events();
  ASSERT_EQ(events.at(0).flags, 0) << "it was to fit";
  const Value blanked = Value::Map{{"<secret>", "<secret>"}, {"<secret>", digest_of("key-299")}};
  EXPECT_EQ(events[0].args->find("rules")->list()->back(), blanked) << "keys are texts too";
  EXPECT_EQ(events[1].context.request_id, "<secret>");
}

TEST_F(NotificationSecrets, AreAlsoThoseThatTheConfigurationNames) {
  PublisherOptions more = options();
  more.redact = {"data", "*.to"};
  static constexpr auto kMethods = method_descriptors<Store>();
  publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, more, kMethods);
  chain_.replace({{.name = "notify", .hook = publisher_->make_notification_hook()}});
  hooked_.call<&Store::put>(context_, "id-1", "top-secret-data");
  hooked_.call<&Store::make>(context_, "id-1", 1, access_);
  const auto events = call_events();
  EXPECT_EQ(*events.at(0).args->find("data"), Value(digest_of("top-secret-data")));
  EXPECT_EQ(events[1].result, Value(digest_of("top-secret-data"))) << "it is the same text";
  EXPECT_EQ(*events.at(2).args->find("access")->find("to"), Value(digest_of("10.0.0.4")));
}

TEST_F(NotificationSecrets, HaveTheSameDigestAtEachStartAndOnEachHostWithTheKey) {
  open();
  const std::string first = digest_of("open-sesame");
  close();
  open();
  EXPECT_EQ(digest_of("open-sesame"), first);
  close();
  PublisherOptions other = options();
  other.publisher = "nas02@gold";
  other.journal.folder = folder_.path() / "other";
  other.secret_key_file = options().key_file();
  static constexpr auto kMethods = method_descriptors<Store>();
  publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, other, kMethods);
  EXPECT_EQ(digest_of("open-sesame"), first);
  other.journal.folder = folder_.path() / "third";
  other.secret_key_file.clear();
  publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, other, kMethods);
  EXPECT_NE(digest_of("open-sesame"), first) << "another key";
}

}  // namespace
}  // namespace hookwire::testing
