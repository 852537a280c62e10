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

}  // namespace hookwire
