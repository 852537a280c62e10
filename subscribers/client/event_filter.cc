#include "hookwire/client/event_filter.h"

#include <algorithm>

#include "hookwire/schemas/stream_message.h"

namespace hookwire {
namespace {

// A condition that was not given always holds.
template <class Wanted, class Accepts>
bool any_or_none(const std::vector<Wanted>& wanted, Accepts&& accepts) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), accepts);
}

bool is_plain(std::string_view glob) {
  return glob.find_first_of("*?") == std::string_view::npos;
}

}  // namespace

bool EventFilter::empty() const noexcept {
  return topics.empty() && methods.empty() && phases.empty() && publishers.empty() &&
         users.empty() && projects.empty() && requests.empty() && !failed;
}

bool EventFilter::matches(const Event& event) const {
  const auto equals = [](const std::string& text) {
    return [&text](const std::string& wanted) { return wanted == text; };
  };
  const auto fits = [](const std::string& text) {
    return [&text](const std::string& glob) { return glob_matches(glob, text); };
  };
  return (!failed || event.phase == Phase::failure) &&
         any_or_none(phases, [&](Phase phase) { return phase == event.phase; }) &&
         any_or_none(topics, [&](const auto& prefix) { return event.topic.starts_with(prefix); }) &&
         any_or_none(methods, fits(event.method)) &&
         any_or_none(publishers, fits(event.publisher)) &&
         any_or_none(users, equals(event.context.user_id)) &&
         any_or_none(projects, equals(event.context.project_id)) &&
         any_or_none(requests, equals(event.context.request_id));
}

std::vector<std::string> EventFilter::topic_prefixes() const {
  const auto sendable = [](std::vector<std::string> prefixes) {
    const bool fits = prefixes.size() <= kMaxTopicPrefixes &&
                      std::all_of(prefixes.begin(), prefixes.end(), [](const std::string& prefix) {
                        return !prefix.empty() && prefix.size() <= kMaxTopicPrefixBytes;
                      });
    return fits ? prefixes : std::vector<std::string>{};
  };
  // Topics given are the narrowest list there is: every match has one of them.
  if (!topics.empty()) return sendable(topics);

  std::vector<Phase> wanted = phases;
  if (failed) wanted = {Phase::failure};
  std::vector<std::string> prefixes;
  for (const Phase phase : wanted) {
    const std::string head = std::string(to_string(phase)) + "/";
    // System and periodic topics name no method of the driver in their second part.
    const bool of_call = phase != Phase::system && phase != Phase::periodic;
    if (of_call && !methods.empty() && std::all_of(methods.begin(), methods.end(), is_plain)) {
      for (const std::string& method : methods) prefixes.push_back(head + method + "/");
    } else {
      prefixes.push_back(head);
    }
  }
  return sendable(std::move(prefixes));
}

bool glob_matches(std::string_view glob, std::string_view text) noexcept {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last * seen, and what it has eaten up to
  std::size_t eaten = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      eaten = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++eaten;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

}  // namespace hookwire
