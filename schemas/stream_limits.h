#pragma once

#include <string>

#include "hookwire/schemas/stream_message.h"

namespace hookwire {

/// A field of an open request that is beyond what the protocol allows.
struct LimitBreach {
  std::string_view field;
  std::string is;
  std::string_view allowed;
};

/// The first breach of the limits in stream_message.h; nothing when the request keeps them all.
std::optional<LimitBreach> find_breach(const OpenRequest& request);

}  // namespace hookwire
