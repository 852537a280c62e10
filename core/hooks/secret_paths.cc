#include "hookwire/hooks/secret_paths.h"

#include <algorithm>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

constexpr std::string_view kAnywhere = "*.";
constexpr std::size_t kMaxPathBytes = 254;

}  // namespace

SecretPaths::SecretPaths(const Names& names) : SecretPaths(names, {}) {}

SecretPaths::SecretPaths(const Names& names, const std::vector<std::string>& more) {
  for (std::string_view name : names) add(name);
  for (const std::string& name : more) add(name);
}

void SecretPaths::add(std::string_view path) {
  if (std::find(paths_.begin(), paths_.end(), path) != paths_.end()) return;
  if (paths_.size() == kMax) {
    throw Error(ErrorCode::configuration,
                "secrets have " + std::to_string(kMax) + " names at most: leave some out");
  }
  if (path.size() > kMaxPathBytes) {
    throw Error(ErrorCode::configuration, "a secret's name has " + std::to_string(kMaxPathBytes) +
                                              " bytes at most: " + std::string(path));
  }
  paths_.emplace_back(path);
}

bool SecretPaths::may_be_in(std::string_view name) const noexcept {
  return std::any_of(paths_.begin(), paths_.end(), [&](const std::string& path) {
    return path.starts_with(kAnywhere) ||
           (path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '.'));
  });
}

void SecretPlace::begin(bool is_map) noexcept {
  // Items of a list have no name of their own: they are where the list is.
  if (is_map) {
    std::fill_n(matched_[depth_ + 1].begin(), paths_.size(), kDead);
  } else {
    std::copy_n(matched_[depth_].begin(), paths_.size(), matched_[depth_ + 1].begin());
  }
  secret_[++depth_] = false;
}

void SecretPlace::name(std::string_view name, bool below) noexcept {
  secret_[depth_] = false;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    std::string_view rest = paths_[i];
    if (rest.starts_with(kAnywhere)) {
      secret_[depth_] = secret_[depth_] || rest.substr(kAnywhere.size()) == name;
      continue;
    }
    std::uint8_t& matched = matched_[depth_][i];
    matched = below ? matched_[depth_ - 1][i] : std::uint8_t{0};
    if (matched == kDead) continue;
    rest.remove_prefix(matched);
    const bool dotted = !below || rest.starts_with('.');
    if (below && dotted) rest.remove_prefix(1);
    if (!dotted || !rest.starts_with(name)) {
      matched = kDead;
      continue;
    }
    rest.remove_prefix(name.size());
    matched = static_cast<std::uint8_t>(paths_[i].size() - rest.size());
    secret_[depth_] = secret_[depth_] || rest.empty();
  }
}

}  // namespace hookwire
