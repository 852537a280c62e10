#include <algorithm>
#include <utility>

#include "directory_share_driver.h"
#include "share_errors.h"
#include "share_input.h"

// The part of DirectoryShareDriver that keeps access rules.

namespace hookwire {

namespace {

std::string to_text(const Access& rule) {
  return rule.access_type + " " + rule.access_to + " " + rule.access_level;
}

std::string to_text(const std::vector<Access>& rules) {
  std::string text;
  for (const Access& rule : rules) text += (text.empty() ? "" : ", ") + to_text(rule);
  return text.empty() ? "none" : text;
}

// As it is kept: without its key.
Access without_key(const Access& access) {
  Access rule = access;
  rule.access_key.clear();
  return rule;
}

std::vector<Access> without_keys(const std::vector<Access>& rules) {
  std::vector<Access> kept;
  for (const Access& rule : rules) kept.push_back(without_key(rule));
  return kept;
}

bool contains(const std::vector<Access>& rules, const Access& rule) {
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

[[noreturn]] void refuse_update(const std::string& argument, const Access& rule,
                                const std::string& how) {
  throw InvalidShareInput("argument '" + argument + "' has the rule '" + to_text(rule) +
                          "', which " + how +
                          " 'access_rules': those are all the rules that the share is to have");
}

}  // namespace

std::optional<std::string> DirectoryShareDriver::allow_access(const std::string& share_id,
                                                              const Access& access) {
  check_id("share_id", share_id);
  check_access(access);
  with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    for (const Access& rule : find(share_id).access_rules) {
      if (rule.access_type == access.access_type && rule.access_to == access.access_to) {
        throw InvalidShareInput("argument 'access' is for somebody who has the rule '" +
                                to_text(rule) + "' on share '" + share_id +
                                "' already: deny that first");
      }
    }
    DirectoryState next = store_.state();
    next.shares.at(share_id).access_rules.push_back(without_key(access));
    store_.commit(std::move(next));
  });
  return std::nullopt;
}

void DirectoryShareDriver::deny_access(const std::string& share_id, const Access& access) {
  check_id("share_id", share_id);
  check_access(access);
  with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    static_cast<void>(find(share_id));
    DirectoryState next = store_.state();
    std::vector<Access>& rules = next.shares.at(share_id).access_rules;
    const auto rule = std::find(rules.begin(), rules.end(), without_key(access));
    if (rule == rules.end()) {
      throw InvalidShareInput("argument 'access' must be a rule of share '" + share_id +
                              "', found '" + to_text(access) + "'; there are: " + to_text(rules));
    }
    rules.erase(rule);
    store_.commit(std::move(next));
  });
}

std::vector<Access> DirectoryShareDriver::update_access(const std::string& share_id,
                                                        const std::vector<Access>& access_rules,
                                                        const std::vector<Access>& add_rules,
                                                        const std::vector<Access>& delete_rules) {
  check_id("share_id", share_id);
  check_access_rules("access_rules", access_rules);
  check_access_rules("add_rules", add_rules);
  check_rule_count("delete_rules", delete_rules);
  const std::vector<Access> rules = without_keys(access_rules);
  for (const Access& rule : without_keys(add_rules)) {
    if (!contains(rules, rule)) refuse_update("add_rules", rule, "is not in");
  }
  // What is deleted may be gone already, or never have been one that we take.
  for (const Access& rule : without_keys(delete_rules)) {
    if (contains(rules, rule)) refuse_update("delete_rules", rule, "is still in");
  }
  return with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    static_cast<void>(find(share_id));
    DirectoryState next = store_.state();
    next.shares.at(share_id).access_rules = rules;
    store_.commit(std::move(next));
    return rules;
  });
}

}  // namespace hookwire
