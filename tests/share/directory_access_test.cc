#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class DirectoryAccess : public DirectoryTest {
 protected:
  DirectoryAccess() { create("s-1"); }
};

TEST_F(DirectoryAccess, AddressRulesOfAnNfsShareAreOneLineOfExports) {
  EXPECT_EQ(driver_->allow_access("s-1", ip_rule("10.0.0.4")), std::nullopt);
  driver_->allow_access("s-1", ip_rule("10.1.0.0/16", "ro"));
  driver_->allow_access("s-1", ip_rule("2001:db8::/32"));

  EXPECT_THAT(exports(), HasSubstr("\n" + share("s-1").string() +
                                   " 10.0.0.4(rw,sync,no_subtree_check)"
                                   " 10.1.0.0/16(ro,sync,no_subtree_check)"
                                   " 2001:db8::/32(rw,sync,no_subtree_check)\n"));
  EXPECT_THAT(
      instance("s-1").access_rules,
      ElementsAre(ip_rule("10.0.0.4"), ip_rule("10.1.0.0/16", "ro"), ip_rule("2001:db8::/32")));
}

TEST_F(DirectoryAccess, WhatExportsHasNoFormForIsAComment) {
  create("s-2", 1, "CIFS");
  driver_->allow_access("s-1", user_rule("alice", "ro"));
  driver_->allow_access("s-2", ip_rule("10.0.0.4"));

  EXPECT_THAT(exports(), HasSubstr("\n#rule NFS " + share("s-1").string() + " user alice ro\n"));
  EXPECT_THAT(exports(), HasSubstr("\n#rule CIFS " + share("s-2").string() + " ip 10.0.0.4 rw\n"));
  EXPECT_THAT(exports(), Not(HasSubstr("\n/")));
}

TEST_F(DirectoryAccess, ADeniedRuleIsGone) {
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  driver_->allow_access("s-1", ip_rule("10.0.0.5"));

  driver_->deny_access("s-1", ip_rule("10.0.0.4"));

  EXPECT_THAT(instance("s-1").access_rules, ElementsAre(ip_rule("10.0.0.5")));
  EXPECT_THAT(exports(), Not(HasSubstr("10.0.0.4")));
  EXPECT_THAT(exports(), HasSubstr("10.0.0.5(rw"));
}

TEST_F(DirectoryAccess, AKeyIsKeptNowhereAndARuleIsDeniedWithoutIt) {
  Access access = user_rule("alice");
  access.access_key = "open-sesame";
  EXPECT_EQ(driver_->allow_access("s-1", access), std::nullopt);

  EXPECT_EQ(instance("s-1").access_rules[0].access_key, "");
  for (const auto& [name, content] : tree(root())) {
    EXPECT_THAT(content, Not(HasSubstr("open-sesame"))) << name;
  }
  EXPECT_FALSE(log_.contains("open-sesame"));

  access.access_key = "another";
  driver_->deny_access("s-1", access);
  EXPECT_TRUE(instance("s-1").access_rules.empty());
}

TEST_F(DirectoryAccess, NobodyHasTwoRules) {
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  expect_refused<InvalidShareInput>([&] { driver_->allow_access("s-1", ip_rule("10.0.0.4")); },
                                    "'ip 10.0.0.4 rw' on share 's-1' already");
  expect_refused<InvalidShareInput>(
      [&] { driver_->allow_access("s-1", ip_rule("10.0.0.4", "ro")); }, "deny that first");
}

TEST_F(DirectoryAccess, OnlyARuleThatThereIsCanBeDenied) {
  expect_refused<InvalidShareInput>([&] { driver_->deny_access("s-1", ip_rule("10.0.0.4")); },
                                    "there are: none");
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  driver_->allow_access("s-1", user_rule("bob", "ro"));
  expect_refused<InvalidShareInput>([&] { driver_->deny_access("s-1", ip_rule("10.0.0.4", "ro")); },
                                    "there are: ip 10.0.0.4 rw, user bob ro");
}

TEST_F(DirectoryAccess, OnlyAKnownShareHasRules) {
  expect_refused<ShareNotFound>([&] { driver_->allow_access("s-9", ip_rule("10.0.0.4")); }, "s-9");
  expect_refused<ShareNotFound>([&] { driver_->deny_access("s-9", ip_rule("10.0.0.4")); }, "s-9");
}

TEST_F(DirectoryAccess, AnUpdateMakesTheRulesThoseThatAreGiven) {
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  driver_->allow_access("s-1", ip_rule("10.0.0.5"));

  const std::vector<Access> rules{ip_rule("10.0.0.5"), ip_rule("10.0.0.6", "ro")};
  EXPECT_EQ(
      driver_->update_access("s-1", rules, {ip_rule("10.0.0.6", "ro")}, {ip_rule("10.0.0.4")}),
      rules);

  EXPECT_EQ(instance("s-1").access_rules, rules);
  EXPECT_THAT(exports(), HasSubstr(" 10.0.0.5(rw,sync,no_subtree_check)"
                                   " 10.0.0.6(ro,sync,no_subtree_check)\n"));
  EXPECT_THAT(exports(), Not(HasSubstr("10.0.0.4")));
  restart();
  EXPECT_EQ(instance("s-1").access_rules, rules);
}

TEST_F(DirectoryAccess, AnUpdateThatNamesNothingReplacesAllRules) {
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  driver_->update_access("s-1", {ip_rule("10.0.0.4", "ro"), user_rule("alice")}, {}, {});
  EXPECT_THAT(instance("s-1").access_rules,
              ElementsAre(ip_rule("10.0.0.4", "ro"), user_rule("alice")));
  EXPECT_THAT(driver_->update_access("s-1", {}, {}, {}), ElementsAre());
  EXPECT_TRUE(instance("s-1").access_rules.empty());
}

TEST_F(DirectoryAccess, AnUpdateTakesDeletionsOfRulesThatAreGoneOrNeverWere) {
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  const auto before = tree(root());
  driver_->update_access("s-1", {ip_rule("10.0.0.4")}, {},
                         {ip_rule("10.0.0.9"), ip_rule("10.0.0.9"), ip_rule("no-address")});
  EXPECT_EQ(tree(root()), before);
}

TEST_F(DirectoryAccess, AnUpdateMustAgreeWithItself) {
  driver_->allow_access("s-1", ip_rule("10.0.0.4"));
  expect_refused<InvalidShareInput>(
      [&] { driver_->update_access("s-1", {}, {ip_rule("10.0.0.4")}, {}); },
      "'add_rules' has the rule 'ip 10.0.0.4 rw', which is not in 'access_rules'");
  expect_refused<InvalidShareInput>(
      [&] { driver_->update_access("s-1", {ip_rule("10.0.0.4")}, {}, {ip_rule("10.0.0.4")}); },
      "'delete_rules' has the rule 'ip 10.0.0.4 rw', which is still in 'access_rules'");
  expect_refused<InvalidShareInput>(
      [&] {
        driver_->update_access("s-1", {ip_rule("10.0.0.4"), ip_rule("10.0.0.4", "ro")}, {}, {});
      },
      "'access_rules' must be one rule for each, found 'ip 10.0.0.4 twice'");
  expect_refused<InvalidShareInput>(
      [&] { driver_->update_access("s-1", {ip_rule("no-address")}, {}, {}); },
      "'access.access_to'");
  expect_refused<ShareNotFound>([&] { driver_->update_access("s-9", {}, {}, {}); }, "'s-9'");
}

TEST_F(DirectoryAccess, AnUpdateHasAThousandRulesAtMost) {
  std::vector<Access> rules;
  for (int i = 0; i < 1000; ++i) rules.push_back(user_rule("u" + std::to_string(i)));
  EXPECT_EQ(driver_->update_access("s-1", rules, {}, {}).size(), 1000U);
  rules.push_back(user_rule("one-more"));
  expect_refused<InvalidShareInput>([&] { driver_->update_access("s-1", rules, {}, {}); },
                                    "1000 rules at most, found '1001'");
  expect_refused<InvalidShareInput>([&] { driver_->update_access("s-1", {}, {}, rules); },
                                    "'delete_rules'");
}

TEST_F(DirectoryAccess, AnUpdateKeepsNoKey) {
  Access access = user_rule("alice");
  access.access_key = "open-sesame";
  EXPECT_THAT(driver_->update_access("s-1", {access}, {access}, {}),
              ElementsAre(user_rule("alice")));
  EXPECT_THAT(read_file(root() / "state.json"), Not(HasSubstr("open-sesame")));
}

TEST(DirectoryExports, APathWithSpacesIsEscaped) {
  const TempFolder folder;
  NullLog log;
  const auto driver = make_directory_driver({.root = folder.path() / "my \"gold\"#1"}, log);
  driver->create_share_instance("s-1", 1, "NFS", std::nullopt, {});
  driver->allow_access("s-1", ip_rule("10.0.0.4"));
  EXPECT_THAT(read_file(folder.path() / "my \"gold\"#1" / "exports"),
              HasSubstr("/my\\040\\042gold\\042\\0431/shares/s-1 10.0.0.4("));
}

}  // namespace
}  // namespace hookwire::testing
