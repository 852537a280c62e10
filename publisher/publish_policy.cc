#include "hookwire/publisher/publish_policy.h"

#include <algorithm>

#include "hookwire/hooks/secret_paths.h"

#include "glob.h"

namespace hookwire {

namespace {

constexpr std::string_view kOption = "publish_policy";
constexpr std::size_t kMaxRules = 256;
constexpr std::size_t kMaxGlobBytes = 256;
constexpr std::string_view kForm =
    "expected 'drop' or 'keep metadata', 'keep args', 'keep full', then any of method=GLOB, "
    "phase=WORD, user=GLOB, project=GLOB";

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    if (text.empty()) return words;
    words.push_back(text.substr(0, text.find_first_of(kBlanks)));
    text.remove_prefix(words.back().size());
  }
}

std::string names_of(std::span<const MethodDescriptor* const> methods) {
  std::string names;
  for (const MethodDescriptor* method : methods) {
    names.append(names.empty() ? "" : ", ").append(method->name);
  }
  return names;
}

// Reads one rule.
class RuleReader {
 public:
  RuleReader(const Options& options, const OptionItem& item,
             std::span<const MethodDescriptor* const> methods)
      : options_(options), item_(item), methods_(methods) {}

  PublishRule read() {
    const std::vector<std::string_view> words = words_of(item_.text);
    std::size_t next = 1;
    if (words.front() == "drop") {
      rule_.drop = true;
    } else if (words.front() == "keep" && words.size() > 1 && take_level(words[1])) {
      next = 2;
    } else {
      fail(std::string(kForm));
    }
    for (; next < words.size(); ++next) take_condition(words[next]);
    return std::move(rule_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    std::string text = item_.text;
    std::replace(text.begin(), text.end(), '\n', ' ');
    options_.fail(kOption, item_, "in the rule '" + text + "': " + why);
  }

  bool take_level(std::string_view word) {
    for (const PublishLevel level :
         {PublishLevel::metadata, PublishLevel::args, PublishLevel::full}) {
      if (to_string(level) != word) continue;
      rule_.level = level;
      return true;
    }
    return false;
  }

  void take_condition(std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
    if (name == "phase" && equals != std::string_view::npos) return take_phase(value);
    std::string* const glob = name == "method"    ? &rule_.method
                              : name == "user"    ? &rule_.user
                              : name == "project" ? &rule_.project
                                                  : nullptr;
    if (glob == nullptr || equals == std::string_view::npos) {
      fail("found '" + std::string(word) + "', " + std::string(kForm));
    }
    if (!glob->empty()) fail("has two times " + std::string(name) + "=: make two rules of it");
    if (value.empty() || value.size() > kMaxGlobBytes) {
      fail(std::string(name) + "= needs a name or a glob of 1 to " + std::to_string(kMaxGlobBytes) +
           " bytes");
    }
    *glob = value;
    if (name == "method") check_method(value);
  }

  void check_method(std::string_view glob) const {
    if (methods_.empty() || matches_glob(glob, kPeriodicMethod)) return;
    const bool known = std::any_of(methods_.begin(), methods_.end(), [&](const auto* method) {
      return matches_glob(glob, method->name);
    });
    if (!known) {
      fail("no method is called '" + std::string(glob) + "'; there are: " + names_of(methods_));
    }
  }

  void take_phase(std::string_view word) {
    if (rule_.phase) fail("has two times phase=: make two rules of it");
    const std::optional<Phase> phase = phase_of(word);
    if (!phase) {
      fail("there is no phase '" + std::string(word) +
           "', expected pre, post, failure or periodic");
    }
    if (*phase == Phase::system) fail("system events are always published: leave the rule out");
    if (rule_.drop && *phase != Phase::periodic) {
      fail("a call is dropped whole, its begin with its end: leave " + std::string("phase=") +
           std::string(word) + " out");
    }
    rule_.phase = *phase;
  }

  const Options& options_;
  const OptionItem& item_;
  const std::span<const MethodDescriptor* const> methods_;
  PublishRule rule_;
};

bool begins_with_argument(std::string_view path, std::span<const MethodDescriptor* const> methods) {
  const std::string_view name = path.substr(0, path.find('.'));
  if (name == "result" || methods.empty()) return true;
  return std::any_of(methods.begin(), methods.end(), [&](const MethodDescriptor* method) {
    return std::find(method->arguments.begin(), method->arguments.end(), name) !=
           method->arguments.end();
  });
}

}  // namespace

std::string_view to_string(PublishLevel level) noexcept {
  return level == PublishLevel::metadata ? "metadata"
         : level == PublishLevel::args   ? "args"
                                         : "full";
}

PublishPolicy read_publish_policy(const Options& options,
                                  std::span<const MethodDescriptor* const> methods) {
  PublishPolicy policy;
  for (const OptionItem& item : options.items(kOption)) {
    if (policy.size() == kMaxRules) {
      options.fail(kOption, item, "expected at most " + std::to_string(kMaxRules) + " rules");
    }
    policy.push_back(RuleReader(options, item, methods).read());
  }
  return policy;
}

std::vector<std::string> read_redact(const Options& options,
                                     std::span<const MethodDescriptor* const> methods) {
  std::vector<std::string> redact;
  for (const OptionItem& item : options.items("redact")) {
    const std::string& path = item.text;
    const auto fail = [&](const std::string& why) {
      options.fail("redact", item, "'" + path + "' " + why);
    };
    const bool anywhere = path.starts_with("*.");
    if (path.size() > 254 || path.find_first_of(" \t\n") != std::string::npos ||
        path.starts_with('.') || path.ends_with('.') || path.find("..") != std::string::npos ||
        path.find('*', anywhere ? 1 : 0) != std::string::npos) {
      fail(
          "is no name: expected an argument's name, a path within one such as access.access_key, "
          "result, result.NAME, or *.NAME for whatever is called so");
    }
    if (!anywhere && !begins_with_argument(path, methods)) {
      fail("begins with no argument of any method; use *.NAME for an entry anywhere");
    }
    if (redact.size() == SecretPaths::kMaxNamed) {
      fail("is one too many: expected at most " + std::to_string(SecretPaths::kMaxNamed));
    }
    redact.push_back(path);
  }
  return redact;
}

std::string to_text(const PublishPolicy& policy) {
  std::string text;
  for (const PublishRule& rule : policy) {
    text.append(text.empty() ? "" : "; ");
    text.append(rule.drop ? "drop" : "keep ").append(rule.drop ? "" : to_string(rule.level));
    if (!rule.method.empty()) text.append(" method=").append(rule.method);
    if (rule.phase) text.append(" phase=").append(to_string(*rule.phase));
    if (!rule.user.empty()) text.append(" user=").append(rule.user);
    if (!rule.project.empty()) text.append(" project=").append(rule.project);
  }
  return text;
}

}  // namespace hookwire
