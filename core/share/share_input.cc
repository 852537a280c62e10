#include "share_input.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <set>
#include <utility>

#include <arpa/inet.h>

#include "hookwire/share/share_error.h"

namespace hookwire {

namespace {

constexpr std::size_t kMaxIdLength = 128;
constexpr std::size_t kMaxUserLength = 64;
constexpr std::uint64_t kMaxSizeGb = 1'048'576;
constexpr std::uint64_t kBytesPerGb = std::uint64_t{1} << 30;
constexpr std::size_t kMaxPathLength = 4095;
constexpr std::size_t kMaxRules = 1000;
constexpr mode_t kDefaultMode = 0755;
constexpr mode_t kMaxMode = 07777;

[[noreturn]] void reject(std::string_view argument, const std::string& rule,
                         std::string_view found) {
  throw InvalidShareInput("argument '" + std::string(argument) + "' must be " + rule + ", found '" +
                          std::string(found) + "'");
}

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
}

std::string without_control(std::string text) {
  std::replace_if(text.begin(), text.end(), is_control, '?');
  return text;
}

// Not isalnum: that depends on the locale.
bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool is_plain_name(std::string_view name, std::size_t max_length) noexcept {
  return !name.empty() && name.size() <= max_length &&
         std::all_of(name.begin(), name.end(), is_plain);
}

template <class T>
bool parse(std::string_view text, T& number, int base) noexcept {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && stop == end;
}

bool is_address(int family, const std::string& text) noexcept {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(family, text.c_str(), address.data()) == 1;
}

bool is_address_or_network(const std::string& text) {
  // inet_pton stops at a null, and what follows it would reach the exports file.
  if (text.find('\0') != std::string::npos) return false;
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  const bool is_v4 = is_address(AF_INET, address);
  if (!is_v4 && !is_address(AF_INET6, address)) return false;
  if (slash == std::string::npos) return true;
  unsigned int bits = 0;
  return parse(std::string_view(text).substr(slash + 1), bits, 10) && bits <= (is_v4 ? 32U : 128U);
}

}  // namespace

bool is_valid_id(std::string_view id) noexcept {
  return is_plain_name(id, kMaxIdLength) && id.front() != '.';
}

void check_id(std::string_view argument, std::string_view id) {
  if (!is_valid_id(id)) {
    reject(argument, "1 to 128 of A-Z a-z 0-9 . _ - and not begin with a dot", id);
  }
}

void check_size_gb(std::string_view argument, std::uint64_t size_gb) {
  if (size_gb < 1 || size_gb > kMaxSizeGb) {
    reject(argument, "1 to " + std::to_string(kMaxSizeGb) + " GB", std::to_string(size_gb));
  }
}

bool fits(std::uint64_t bytes, std::uint64_t size_gb) noexcept {
  return bytes <= size_gb * kBytesPerGb;
}

std::string overfull(std::uint64_t bytes, std::uint64_t size_gb) {
  return "holds " + std::to_string(bytes) + " bytes: more than the " +
         std::to_string(size_gb * kBytesPerGb) + " bytes of " + std::to_string(size_gb) + " GB";
}

void check_path(std::string_view argument, const std::string& path) {
  if (path.size() > kMaxPathLength) {
    reject(argument, "a path of 1 to 4095 bytes", std::to_string(path.size()) + " bytes");
  }
  if (path.empty() || std::any_of(path.begin(), path.end(), is_control)) {
    reject(argument, "a path of 1 to 4095 bytes without control characters", without_control(path));
  }
}

std::string checked_proto(const std::string& share_proto) {
  std::string proto = share_proto;
  for (char& c : proto) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (proto != "NFS" && proto != "CIFS") reject("share_proto", "NFS or CIFS", share_proto);
  return proto;
}

void check_access(const Access& access) {
  if (access.access_type == "ip") {
    if (!is_address_or_network(access.access_to)) {
      reject("access.access_to", "an IPv4 or IPv6 address, or a network such as 10.0.0.0/8",
             access.access_to);
    }
  } else if (access.access_type == "user") {
    if (!is_plain_name(access.access_to, kMaxUserLength)) {
      reject("access.access_to", "a user's name, 1 to 64 of A-Z a-z 0-9 . _ -", access.access_to);
    }
  } else {
    reject("access.access_type", "ip or user", access.access_type);
  }
  if (access.access_level != "rw" && access.access_level != "ro") {
    reject("access.access_level", "rw or ro", access.access_level);
  }
}

void check_rule_count(std::string_view argument, const std::vector<Access>& rules) {
  if (rules.size() > kMaxRules) {
    reject(argument, std::to_string(kMaxRules) + " rules at most", std::to_string(rules.size()));
  }
}

void check_access_rules(std::string_view argument, const std::vector<Access>& rules) {
  check_rule_count(argument, rules);
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Access& rule : rules) {
    check_access(rule);
    if (!seen.emplace(rule.access_type, rule.access_to).second) {
      reject(argument, "one rule for each", rule.access_type + " " + rule.access_to + " twice");
    }
  }
}

mode_t checked_mode(const DriverOptions& driver_options) {
  mode_t mode = kDefaultMode;
  for (const auto& [name, value] : driver_options) {
    if (name != "mode") reject("driver_options", "options this driver knows (mode)", name);
    if (!parse(value, mode, 8) || mode > kMaxMode) {
      reject("driver_options.mode", "octal permissions such as 0770", value);
    }
  }
  return mode;
}

void check_no_options(const DriverOptions& driver_options) {
  if (driver_options.empty()) return;
  reject("driver_options", "empty, as this method has none", driver_options.begin()->first);
}

}  // namespace hookwire
