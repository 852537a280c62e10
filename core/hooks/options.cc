#include "hookwire/hooks/options.h"

#include <algorithm>
#include <map>
#include <set>

#include "nearest_name.h"
#include "quantity.h"
#include "text.h"

namespace hookwire {

struct Options::Shared {
  const ConfigFile& file;
  std::map<const ConfigGroup*, std::set<std::string, std::less<>>> asked;
};

Options::Options(const ConfigFile& file, const std::vector<std::string>& groups)
    : shared_(std::make_shared<Shared>(Shared{file, {}})) {
  for (const std::string& name : groups) {
    if (const ConfigGroup* group = file.find(name)) groups_.push_back(group);
  }
}

Options Options::with_groups(const std::vector<std::string>& groups) const {
  Options other(shared_->file, groups);
  other.shared_ = shared_;
  return other;
}

std::optional<Options::Found> Options::find(std::string_view name) const {
  std::optional<Found> found;
  for (const ConfigGroup* group : groups_) {
    shared_->asked[group].emplace(name);
    const ConfigOption* option = group->find(name);
    if (option != nullptr && !found) found = Found{group, option};
  }
  return found;
}

std::optional<std::string> Options::text(std::string_view name) const {
  const auto found = find(name);
  return found ? std::optional(found->option->value) : std::nullopt;
}

std::string Options::required_text(std::string_view name) const {
  auto value = text(name);
  if (!value) fail(name, "is not set, and has no default: set it");
  if (value->empty()) fail(name, "is empty, and must not be");
  return *std::move(value);
}

bool Options::boolean(std::string_view name, bool fallback) const {
  const auto found = find(name);
  if (!found) return fallback;
  const auto value = parse_boolean(found->option->value);
  if (!value) reject(name, *found, "true or false (also yes, no, on, off, 1, 0)");
  return *value;
}

std::int64_t Options::integer(std::string_view name, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) const {
  const auto found = find(name);
  if (!found) return fallback;
  const auto value = parse_integer(found->option->value);
  if (!value || *value < least || *value > most) {
    reject(name, *found,
           "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return *value;
}

std::uint64_t Options::bytes(std::string_view name, std::uint64_t fallback, std::uint64_t least,
                             std::uint64_t most) const {
  const auto found = find(name);
  if (!found) return fallback;
  const auto value = parse_bytes(found->option->value);
  if (!value || *value < least || *value > most) {
    reject(name, *found,
           "bytes from " + format_bytes(least) + " to " + format_bytes(most) +
               ", as a whole number with K, M or G behind it or not");
  }
  return *value;
}

std::chrono::nanoseconds Options::duration(std::string_view name, std::chrono::nanoseconds fallback,
                                           std::chrono::nanoseconds least,
                                           std::chrono::nanoseconds most) const {
  const auto found = find(name);
  if (!found) return fallback;
  const auto value = parse_duration(found->option->value);
  if (!value || *value < least || *value > most) {
    reject(name, *found,
           "a time from " + format_duration(least) + " to " + format_duration(most) +
               ", as whole seconds or with ns, us, ms, s, m, h or d behind it");
  }
  return *value;
}

std::vector<std::string> Options::list(std::string_view name) const {
  std::vector<std::string> texts;
  for (OptionItem& item : items(name)) texts.push_back(std::move(item.text));
  return texts;
}

std::vector<OptionItem> Options::items(std::string_view name) const {
  std::vector<OptionItem> items;
  const auto found = find(name);
  if (!found) return items;
  std::string_view rest = found->option->value;
  std::size_t line = found->option->value_line;
  while (!rest.empty()) {
    const std::string_view whole = rest.substr(0, rest.find(','));
    const std::string_view item = trimmed(whole);
    const auto before = static_cast<std::ptrdiff_t>(item.empty() ? 0 : item.data() - whole.data());
    const auto breaks = std::count(whole.begin(), whole.begin() + before, '\n');
    if (!item.empty()) {
      items.push_back({std::string(item), line + static_cast<std::size_t>(breaks)});
    }
    line += static_cast<std::size_t>(std::count(whole.begin(), whole.end(), '\n'));
    rest.remove_prefix(std::min(whole.size() + 1, rest.size()));
  }
  return items;
}

std::optional<std::filesystem::path> Options::path(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  if (value->empty()) fail(name, "is empty, expected a path");
  return resolve(*value);
}

std::string Options::choice(std::string_view name, std::string_view fallback,
                            const std::vector<std::string>& choices) const {
  const auto found = find(name);
  if (!found) return std::string(fallback);
  const std::string& value = found->option->value;
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    std::string expected = "one of";
    for (const std::string& each : choices)
      expected += (each == choices.front() ? " " : ", ") + each;
    reject(name, *found, expected);
  }
  return value;
}

const ConfigFile& Options::file() const noexcept {
  return shared_->file;
}

std::filesystem::path Options::resolve(const std::filesystem::path& path) const {
  return (shared_->file.path().parent_path() / path).lexically_normal();
}

std::string Options::place(std::string_view name) const {
  const std::string file = shared_->file.path().string() + ":";
  if (const auto found = find(name)) {
    return file + std::to_string(found->option->line) + ": [" + found->group->name + "] " +
           found->option->name;
  }
  if (groups_.empty()) return file + " " + std::string(name);
  return file + std::to_string(groups_.back()->line) + ": [" + groups_.back()->name + "] " +
         std::string(name);
}

void Options::fail(std::string_view name, const std::string& message) const {
  throw Error(ErrorCode::configuration, place(name) + ": " + message);
}

void Options::fail(std::string_view name, const OptionItem& item,
                   const std::string& message) const {
  const auto found = find(name);
  const std::string group = found ? found->group->name : std::string();
  throw Error(ErrorCode::configuration, shared_->file.path().string() + ":" +
                                            std::to_string(item.line) + ": [" + group + "] " +
                                            std::string(name) + ": " + message);
}

void Options::reject(std::string_view name, const Found& found, const std::string& expected) const {
  fail(name, "found '" + found.option->value + "', expected " + expected);
}

void Options::check_unknown(const std::vector<std::string>& groups) const {
  for (const std::string& name : groups) {
    const ConfigGroup* group = shared_->file.find(name);
    if (group == nullptr) continue;
    const auto& asked = shared_->asked[group];
    for (const ConfigOption& option : group->options) {
      if (asked.contains(option.name)) continue;
      const std::string nearest = nearest_name(option.name, {asked.begin(), asked.end()});
      shared_->file.fail(
          *group, option,
          "no such option" + (nearest.empty() ? std::string(" in this group; remove it")
                                              : "; did you mean '" + nearest + "'?"));
    }
  }
}

}  // namespace hookwire
