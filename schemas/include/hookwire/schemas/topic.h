#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hookwire/schemas/phase.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// A topic's parts: `<phase>/<method>/<publisher>`. Views of the text that was parsed.
struct TopicParts {
  Phase phase;
  std::string_view method;     ///< Of a system event: what happened ("start", "open_calls").
  std::string_view publisher;  ///< host@backend
};

/// "failure/create_share_instance/nas01@gold". Throws Error bad_input when a part is empty, is
/// not UTF-8, holds a slash (method) or a control character, or all exceed kMaxTopicBytes.
std::string make_topic(Phase phase, std::string_view method, std::string_view publisher);

/// Nothing when `topic` is not of that form. Never throws.
std::optional<TopicParts> parse_topic(std::string_view topic) noexcept;

}  // namespace hookwire
#pragma GCC visibility pop
