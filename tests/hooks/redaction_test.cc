#include "hookwire/hooks/redaction.h"

#include <random>

#include "hookwire/base/value.h"

#include "hooks/chain_test.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool is_secret(const SecretPaths& paths, const Value& value, std::string_view name,
               std::string_view secret) {
  SecretTexts texts;
  collect_secrets(ValueRef::to(value), name, paths, kPlainMark, texts);
  return texts.mark_of(secret).has_value();
}

TEST(SecretPathsTest, NameAnArgumentAnEntryOfItOrAnEntryAnywhere) {
  const Value rules = Value::List{
      Value::Map{{"to", "a-text"}, {"key", "secret"}, {"more", Value::Map{{"key", "deeper"}}}}};
  EXPECT_TRUE(is_secret(Names{"rules.key"}, rules, "rules", "secret"));
  EXPECT_FALSE(is_secret(Names{"rules.key"}, rules, "rules", "deeper"));
  EXPECT_FALSE(is_secret(Names{"rules.key"}, rules, "other", "secret"));
  EXPECT_TRUE(is_secret(Names{"rules.more.key"}, rules, "rules", "deeper"));
  EXPECT_TRUE(is_secret(Names{"rules.more"}, rules, "rules", "deeper")) << "all that is below it";
  EXPECT_TRUE(is_secret(Names{"*.key"}, rules, "other", "secret"));
  EXPECT_TRUE(is_secret(Names{"*.key"}, rules, "other", "deeper"));
  EXPECT_TRUE(is_secret(Names{"rules"}, rules, "rules", "a-text"));
  EXPECT_FALSE(is_secret(Names{"rule"}, rules, "rules", "a-text"));
  EXPECT_TRUE(is_secret(Names{"x.a.b"}, Value::Map{{"a.b", "dotted"}}, "x", "dotted"));
  EXPECT_TRUE(is_secret(Names{"x"}, Value(4711), "x", "4711")) << "by its decimal text";
}

TEST(SecretTextsTest, ReplaceTheLongestOfThoseThatBeginTogetherAndAllThatOverlap) {
  SecretTexts texts;
  for (const char* secret : {"abcd", "abcdefgh", "ghij"}) texts.add(secret, kPlainMark);
  EXPECT_EQ(texts.replaced("xx"), "xx");
  EXPECT_EQ(texts.replaced("-abcd-abcde-"), "-<secret>-<secret>e-");
  EXPECT_EQ(texts.replaced("abcdefghij!"), "<secret>!") << "they overlap: no end is left over";
  std::array<char, 8> small;
  EXPECT_FALSE(texts.replaced("an abcd", small)) << "no room";
  EXPECT_EQ(texts.replaced("nothing in it", small), "nothing in it") << "needs no room";
}

TEST(SecretTextsTest, BlankAllWhenThereAreTooMany) {
  SecretTexts texts({.count = 2, .bytes = 100});
  texts.add("first", kPlainMark);
  texts.add("first", kPlainMark);
  texts.add("second", kPlainMark);
  EXPECT_EQ(texts.replaced("a third"), "a third");
  texts.add("third", kPlainMark);
  EXPECT_EQ(texts.replaced("harmless"), "<secret>");
  texts.clear();
  EXPECT_EQ(texts.replaced("harmless first"), "harmless first");
}

// Against the plain way to do it.
TEST(SecretTextsTest, LeaveNoSecretOfRandomOnesInRandomTexts) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("HOOKWIRE_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto draw = [&](std::size_t most) {
    std::string text;
    for (std::size_t n = random() % (most + 1); n > 0; --n) text += "xyz"[random() % 3];
    return text;
  };
  std::uint64_t held = 0;
  for (int round = 0; round < (long_form() ? 2'000'000 : 50'000); ++round) {
    SecretTexts texts;
    std::vector<std::string> secrets;
    for (std::uint64_t n = random() % 4; n > 0; --n) {
      secrets.push_back(draw(9));
      texts.add(secrets.back(), kPlainMark);
    }
    const std::string text = draw(40);
    bool any = false;
    bool small = false;
    for (const std::string& secret : secrets) {
      if (secret.empty() || text.find(secret) == std::string::npos) continue;
      any = true;
      small = small || secret.size() < SecretTexts::kShortBytes;
    }
    const std::string shown = texts.replaced(text);
    if (!any) {
      ASSERT_EQ(shown, text);
      continue;
    }
    ++held;
    if (small) {
      ASSERT_EQ(shown, "<secret>");
      continue;
    }
    for (const std::string& secret : secrets) {
      if (secret.empty()) continue;
      ASSERT_EQ(shown.find(secret), std::string::npos) << text << " " << secret;
    }
  }
  EXPECT_GT(held, 100U);
}

class RedactionTest : public ChainTest {};

TEST_F(RedactionTest, TheLogOfAHooksErrorHasNoSecretOfTheCall) {
  static constexpr MethodDescriptor kLogin{.name = "login", .secrets = {"password", "result"}};
  const std::string password = "open-sesame";
  std::string result = "token-4711";
  const std::array arguments{Argument{"password", ValueRef::to(password)}};
  HookSwitches tolerant;
  tolerant.suppress_pre_errors = tolerant.suppress_post_errors = true;
  auto hook = std::make_shared<RecordingHook>("bad", steps_);
  hook->on_pre = [](const Call&) -> HookData { throw std::runtime_error("pre open-sesame!"); };
  hook->on_post = [](const Call&, Outcome&, HookData&) {
    throw std::runtime_error("post token-4711 for open-sesame!");
  };
  chain_.replace({{"bad", "", hook, tolerant}});
  Outcome outcome;
  chain_.run(kLogin, context_, arguments, outcome, [&] { outcome.set_replaceable(result); });
  EXPECT_THAT(log_.text(), HasSubstr("pre <secret>!"));
  EXPECT_THAT(log_.text(), HasSubstr("post <secret> for <secret>!"));
  EXPECT_THAT(log_.text(), Not(HasSubstr("sesame")));
}

TEST(SecretTextsWork, WhatIsMadeToBeSearchedForEverIsBlankedFromThere) {
  SecretTexts texts;
  std::string secret(60'000, 'A');
  secret.push_back('B');
  texts.add(secret, kPlainMark);
  const std::string endless(900'000, 'A');
  EXPECT_EQ(texts.replaced(endless), "<secret>");
  EXPECT_EQ(texts.replaced("fine, " + secret + " " + endless), "<secret>");
  EXPECT_EQ(texts.replaced("fine " + secret), "fine <secret>");
}

}  // namespace
}  // namespace hookwire::testing
