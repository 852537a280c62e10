#include "hookwire/publisher/publish_policy.h"

#include <map>
#include <random>

#include "publisher_test.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kStoreMethods = method_descriptors<Store>();

PublishPolicy policy_of(const std::string& rules) {
  const ConfigFile file =
      ConfigFile::parse("[gold]\npublish_policy = " + rules + "\n", "/etc/nas.conf");
  return read_publish_policy(Options(file, {"gold"}), kStoreMethods);
}
std::string refusal(const std::string& lines) {
  try {
    const ConfigFile file = ConfigFile::parse("[gold]\n" + lines + "\n", "/etc/nas.conf");
    read_publish_policy(Options(file, {"gold"}), kStoreMethods);
    read_redact(Options(file, {"gold"}), kStoreMethods);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::configuration);
    return error.what();
  }
  ADD_FAILURE() << "it was taken: " << lines;
  return {};
}

TEST(PublishPolicyRules, AreReadInOrder) {
  const PublishPolicy policy = policy_of(
      "drop method=get_*, keep metadata method=put phase=post, keep args user=svc-*\n"
      "   project=p?, drop phase=periodic, keep full");
  EXPECT_EQ(to_text(policy),
            "drop method=get_*; keep metadata method=put phase=post; keep args user=svc-* "
            "project=p?; drop phase=periodic; keep full");
}

TEST(PublishPolicyRules, ThatAreWrongAreRefusedOnTheirLine) {
  EXPECT_THAT(refusal("publish_policy = drop method=put,\n    keep all"),
              AllOf(HasSubstr("nas.conf:3: [gold] publish_policy"), HasSubstr("'keep all'"),
                    HasSubstr("keep metadata")));
  EXPECT_THAT(refusal("publish_policy =\n  keep full user=a,\n  drop method=putt"),
              AllOf(HasSubstr("nas.conf:4"), HasSubstr("'putt'"), HasSubstr("make, token, put")));
  const std::string rule = "publish_policy = ";
  EXPECT_THAT(refusal(rule + "keep"), HasSubstr("expected 'drop' or 'keep metadata'"));
  EXPECT_THAT(refusal(rule + "lose method=put"), HasSubstr("expected 'drop'"));
  EXPECT_THAT(refusal(rule + "keep full phase=before"), HasSubstr("there is no phase 'before'"));
  EXPECT_THAT(refusal(rule + "drop phase=post"), HasSubstr("dropped whole"));
  EXPECT_THAT(refusal(rule + "drop phase=system"), HasSubstr("always published"));
  EXPECT_THAT(refusal(rule + "drop methods=put"), HasSubstr("found 'methods=put'"));
  EXPECT_THAT(refusal(rule + "drop method"), HasSubstr("found 'method'"));
  EXPECT_THAT(refusal(rule + "drop user="), HasSubstr("user= needs"));
  EXPECT_THAT(refusal(rule + "drop user=a user=b"), HasSubstr("two times user="));
  EXPECT_THAT(refusal("redact = data,\n  passwd"),
              AllOf(HasSubstr("nas.conf:3: [gold] redact"), HasSubstr("'passwd'")));
  EXPECT_THAT(refusal("redact = access..key"), HasSubstr("is no name"));
}

class PublishPolicyTest : public PublisherTest {
 protected:
  void open_with(const PublishPolicy& policy) {
    PublisherOptions ruled = options();
    ruled.policy = policy;
    publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, ruled, kStoreMethods);
    hook_ = publisher_->make_notification_hook();
    chain_.replace({{.name = "notify", .hook = hook_}});
  }
};

TEST_F(PublishPolicyTest, LevelsSayHowMuchIsTold) {
  open_with(policy_of("keep metadata method=put, keep args method=token, keep args method=drop"));
  hooked_.call<&Store::put>(context_, "s-1", "some data");
  hooked_.call<&Store::token>(context_, "s-1");
  store_.on_call = [] { throw std::runtime_error("why"); };
  EXPECT_THROW(hooked_.call<&Store::put>(context_, "s-1", "x"), std::runtime_error);
  EXPECT_THROW(hooked_.call<&Store::drop>(context_, "s-1"), std::runtime_error);
  const auto events = call_events();
  ASSERT_EQ(events.size(), 8U);
  EXPECT_FALSE(events[0].args || events[1].args || events[1].result) << "metadata";
  EXPECT_EQ(events[1].context.user_id, "u-7");
  EXPECT_EQ(events[1].outcome, "success");
  EXPECT_TRUE(events[2].args && !events[3].result) << "args";
  EXPECT_EQ(events[5].error->type, "runtime_error");
  EXPECT_EQ(events[5].error->message, "") << "a message may tell values";
  EXPECT_EQ(events[7].error->message, "why");
}

TEST_F(PublishPolicyTest, TheEndOfACallThatIsKeptIsNeverDropped) {
  open_with(policy_of("keep metadata phase=pre, drop"));
  hooked_.call<&Store::put>(context_, "s-1", "x");
  ASSERT_EQ(call_events().size(), 2U);
  EXPECT_FALSE(call_events()[1].args) << "at the level of its pre";
}

TEST_F(PublishPolicyTest, PeriodicEventsGoByTheirPhaseOrMethod) {
  const std::vector<Access> data{{"a", "k"}};
  const std::map<std::string, int> expected{{"drop phase=periodic", 0},
                                            {"drop method=get_periodic_hook_data", 0},
                                            {"drop method=put", 2},
                                            {"keep metadata phase=periodic", 1}};
  for (const auto& [rules, told] : expected) {
    open_with(policy_of(rules));
    hook_->periodic({.tick = 3, .data = ValueRef::to(data)});
    int seen = 0;
    for (const Event& event : events()) {
      if (event.phase == Phase::periodic) seen += event.data ? 2 : 1;
    }
    EXPECT_EQ(seen, told) << rules;
    close();
    std::filesystem::remove_all(journal_folder());
  }
}

TEST_F(PublishPolicyTest, UnderFailClosedADroppedCallIsNotRecordedAndNotRefused) {
  PublisherOptions closed = options();
  closed.on_journal_error = OnJournalError::fail_closed;
  closed.policy = policy_of("drop method=put");
  publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, closed, kStoreMethods);
  chain_.replace({{.name = "notify", .hook = publisher_->make_notification_hook()}});
  for (int n = 0; n < 100; ++n) {
    EXPECT_EQ(hooked_.call<&Store::put>(context_, "s-1", "x"), "x");
  }
  EXPECT_TRUE(call_events().empty());
  EXPECT_EQ(publisher_->status().refused_calls, 0U);
}

// Random calls under random policies.
TEST_F(PublishPolicyTest, EveryEndHasItsPreAndEveryPreItsEnd) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("HOOKWIRE_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto one_of = [&](std::initializer_list<const char*> words) {
    return std::string(words.begin()[random() % words.size()]);
  };
  std::uint64_t kept = 0;
  std::uint64_t dropped = 0;
  for (int round = 0; round < (long_form() ? 2000 : 60); ++round) {
    std::string rules;
    for (std::uint64_t n = random() % 7; n > 0; --n) {
      const bool drop = random() % 3 == 0;
      rules += (rules.empty() ? "" : ", ") +
               (drop ? std::string("drop") : one_of({"keep metadata", "keep args", "keep full"}));
      rules += one_of({"", " method=put", " method=*o*", " method=dro?"});
      rules += one_of({"", "", " user=svc-*", " user=*1"});
      rules += one_of({"", "", " project=p"});
      rules += drop ? one_of({"", "", " phase=periodic"})
                    : one_of({"", "", " phase=pre", " phase=post", " phase=failure"});
    }
    open_with(policy_of(rules));
    std::uint64_t made = 0;
    for (int call = 0; call < 40; ++call, ++made) {
      context_.user_id = one_of({"svc-1", "svc-2", "ann", ""});
      context_.project_id = one_of({"p", "q"});
      const bool fails = random() % 3 == 0;
      store_.on_call = [fails] {
        if (fails) throw std::runtime_error("x");
      };
      try {
        switch (random() % 3) {
          case 0:
            hooked_.call<&Store::put>(context_, "s", "d");
            break;
          case 1:
            hooked_.call<&Store::token>(context_, "s");
            break;
          default:
            hooked_.call<&Store::drop>(context_, "s");
            break;
        }
      } catch (const std::runtime_error&) {
      }
    }
    std::map<std::string, int> open;
    for (const Event& event : call_events()) {
      int& ends =
          open.try_emplace(event.call_id, event.phase == Phase::pre ? 0 : 100).first->second;
      ends += event.phase == Phase::pre ? 0 : 1;
    }
    for (const auto& [id, ends] : open) EXPECT_EQ(ends, 1) << id << " under " << rules;
    kept += open.size();
    dropped += made - open.size();
    close();
    std::filesystem::remove_all(journal_folder());
  }
  EXPECT_GT(kept, 0U);
  EXPECT_GT(dropped, 0U);
  report("publish_policy", {{"kept", kept}, {"dropped", dropped}, {"seed", seed}});
}

}  // namespace
}  // namespace hookwire::testing
