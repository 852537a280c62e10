#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "stream_rate.h"

namespace hookwire {

/// What peers without a session may ask for, all together. Those that were heard lately share one
/// allowance and those that come for the first time another, so that a few that flood keep no new
/// client from opening. Thread-compatible.
class StreamStrangers {
 public:
  static constexpr std::size_t kRemembered = 1024;  ///< Peers; beyond it all are new again.

  StreamStrangers(std::uint32_t per_second, std::int64_t now_ns) noexcept
      : newcomers_(per_second, now_ns), others_(per_second, now_ns) {}

  /// Takes one; false when there is none left now.
  bool take(const std::string& peer, std::int64_t now_ns) {
    if (heard_.size() >= kRemembered) heard_.clear();
    const bool is_new = heard_.insert(peer).second;
    return (is_new ? newcomers_ : others_).take(now_ns);
  }

 private:
  StreamRate newcomers_;
  StreamRate others_;
  std::set<std::string> heard_;
};

}  // namespace hookwire
