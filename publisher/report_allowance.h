#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "stream_buffer.h"
#include "stream_rate.h"

namespace hookwire {

/// Who may be told how the publisher is: so often each, so often all together, and while parts of
/// answers have not left, no more. One that asks all the time leaves the others their answers.
/// Thread-compatible.
class ReportAllowance {
 public:
  static constexpr std::uint32_t kPerSecond = 10;      ///< All together.
  static constexpr std::uint32_t kOfOnePerSecond = 2;  ///< One peer.
  static constexpr std::size_t kMostParts = 64;        ///< Under way, to all together.
  static constexpr std::size_t kRemembered = 1024;     ///< Peers; beyond it all are new again.

  explicit ReportAllowance(std::int64_t now_ns) noexcept : all_(kPerSecond, now_ns) {}

  /// Takes one answer; false when the peer gets none now: it has had as many as it may, all
  /// together have, or it has not taken its last one yet.
  bool take(const std::string& peer, std::int64_t now_ns) {
    std::erase_if(parts_, [](const Part& part) { return part.second.alone(); });
    const auto is_theirs = [&](const Part& part) { return part.first == peer; };
    if (parts_.size() >= kMostParts || std::any_of(parts_.begin(), parts_.end(), is_theirs)) {
      return false;
    }
    if (peers_.size() >= kRemembered) peers_.clear();
    const auto its = peers_.try_emplace(peer, kOfOnePerSecond, now_ns).first;
    return its->second.take(now_ns) && all_.take(now_ns);
  }
  /// A part of that answer is on its way.
  void sent(const std::string& peer, StreamBufferRef part) {
    parts_.emplace_back(peer, std::move(part));
  }

 private:
  using Part = std::pair<std::string, StreamBufferRef>;

  StreamRate all_;
  std::map<std::string, StreamRate> peers_;
  std::vector<Part> parts_;
};

}  // namespace hookwire
