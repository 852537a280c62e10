#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/share/share_types.h"

namespace hookwire {

// What the directory driver takes. Each check throws InvalidShareInput that names the argument, the
// rule and, unless it could be a secret, what was found.

/// 1 to 128 of A-Z a-z 0-9 . _ - and no dot first: such an id is a file name that is neither
/// special, nor hidden, nor one of the driver's own working names.
bool is_valid_id(std::string_view id) noexcept;
void check_id(std::string_view argument, std::string_view id);

/// 1 to 1,048,576 GB.
void check_size_gb(std::string_view argument, std::uint64_t size_gb);

/// Whether so many bytes go into a share of that size.
bool fits(std::uint64_t bytes, std::uint64_t size_gb) noexcept;
/// What to say when they do not: "holds 5 bytes: more than the 4 bytes of 1 GB".
std::string overfull(std::uint64_t bytes, std::uint64_t size_gb);

/// A path of 1 to 4,095 bytes without control characters.
void check_path(std::string_view argument, const std::string& path);

/// NFS or CIFS in any case; returns it in capitals.
std::string checked_proto(const std::string& share_proto);

/// At most 1,000 rules.
void check_rule_count(std::string_view argument, const std::vector<Access>& rules);
/// The same, each as check_access has it and for somebody else.
void check_access_rules(std::string_view argument, const std::vector<Access>& rules);

/// An "ip" rule for an IPv4 or IPv6 address or network, or a "user" rule for a name of 1 to 64 of
/// A-Z a-z 0-9 . _ - ; for "rw" or "ro".
void check_access(const Access& access);

/// The permissions of a new share's folder: option "mode", octal, up to 7777; 0755 without it. No
/// other option is known.
mode_t checked_mode(const DriverOptions& driver_options);

/// For a method that knows no driver option.
void check_no_options(const DriverOptions& driver_options);

}  // namespace hookwire
