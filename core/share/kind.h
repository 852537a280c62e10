#pragma once

#include <string_view>

namespace hookwire {

/// What the directory driver keeps under an id.
enum class Kind { share, snapshot, share_server, replica };

/// "share server": for people.
constexpr std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::share:
      return "share";
    case Kind::snapshot:
      return "snapshot";
    case Kind::share_server:
      return "share server";
    case Kind::replica:
      return "replica";
  }
  return "";
}

}  // namespace hookwire
