#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/hooks/method.h"
#include "hookwire/hooks/options.h"
#include "hookwire/schemas/phase.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// How much of a call an event tells; each level tells what the one before does.
enum class PublishLevel : std::uint8_t {
  metadata,  ///< Who, which method, on what, how it ended, how long: no values, no error's message.
  args,      ///< Also arguments and the error's message.
  full,      ///< Also the result, or the periodic data.
};

/// "metadata", "args", "full". Never throws.
std::string_view to_string(PublishLevel level) noexcept;

/// Keeps or drops what it matches. Globs know * (any run of bytes) and ? (one byte).
struct PublishRule {
  bool drop = false;
  PublishLevel level = PublishLevel::full;  ///< When it keeps.
  std::string method{};                     ///< A glob; empty: any.
  std::string user{};                       ///< A glob for the context's user_id; empty: any.
  std::string project{};                    ///< A glob for the context's project_id; empty: any.
  std::optional<Phase> phase{};             ///< Never system; with drop, periodic or nothing.
  friend bool operator==(const PublishRule&, const PublishRule&) = default;
};

/// The rules of `publish_policy`, first match first. What no rule matches is kept in full.
using PublishPolicy = std::vector<PublishRule>;

/// The method by whose name rules know periodic events.
inline constexpr std::string_view kPeriodicMethod = "get_periodic_hook_data";

/// Reads `publish_policy`. Throws Error configuration with file and the rule's line: for what is no
/// rule; for a phase that there is not or that cannot be dropped; and, unless `methods` is empty,
/// for a method that matches none of them.
PublishPolicy read_publish_policy(const Options& options,
                                  std::span<const MethodDescriptor* const> methods);

/// Reads `redact`: names of arguments, paths within them, "result...", or *.NAME. Throws Error
/// configuration with file and line for one that is empty in parts or too long, for too many and,
/// unless `methods` is empty, for one that begins with no argument of any method.
std::vector<std::string> read_redact(const Options& options,
                                     std::span<const MethodDescriptor* const> methods);

/// In words, for the log: "drop method=ping; keep full".
std::string to_text(const PublishPolicy& policy);

}  // namespace hookwire
#pragma GCC visibility pop
