#pragma once

#include <cstdint>
#include <string>

#pragma GCC visibility push(default)
namespace hookwire {

/// Events of one publisher that could not be had, as it is shown. A plain aggregate.
struct EventGap {
  std::string publisher;
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< Inclusive.
  std::string reason;
};

}  // namespace hookwire
#pragma GCC visibility pop
