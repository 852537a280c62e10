#include "hook_breaker.h"

#include <algorithm>

namespace hookwire {

std::string_view to_string(BreakerState state) noexcept {
  switch (state) {
    case BreakerState::off:
      return "off";
    case BreakerState::closed:
      return "closed";
    case BreakerState::open:
      return "open";
    case BreakerState::trying:
      return "trying";
  }
  return "unknown";
}

HookBreaker::Verdict HookBreaker::ask(const Clock& clock, const Limits& limits,
                                      std::int64_t& probe) noexcept {
  std::int64_t word = word_.load(std::memory_order_acquire);
  if (word <= 0) return Verdict::run;
  const std::int64_t now_ns = clock.steady_ns();
  if (now_ns < word) return Verdict::skip;
  // Later than the word that it takes the place of, so that no two tries have the same.
  probe = std::max(open_until(now_ns, limits.pause), word + 1);
  if (!word_.compare_exchange_strong(word, probe, std::memory_order_acq_rel)) return Verdict::skip;
  trying_.store(probe, std::memory_order_relaxed);
  return Verdict::probe;
}

bool HookBreaker::failed(const Limits& limits, std::int64_t now_ns, HookPhase phase) noexcept {
  std::int64_t word = word_.load(std::memory_order_acquire);
  while (word <= 0) {  // else another call opened it meanwhile
    const auto failures = static_cast<std::uint32_t>(1 - word);
    const bool opens = failures >= limits.failures;
    const std::int64_t next = opens ? open_until(now_ns, limits.pause) : word - 1;
    if (!word_.compare_exchange_weak(word, next, std::memory_order_acq_rel)) continue;
    if (opens) open_failures_.store(failures, std::memory_order_relaxed);
    phase_.store(phase, std::memory_order_relaxed);
    return opens;
  }
  return false;
}

void HookBreaker::worked() noexcept {
  std::int64_t word = word_.load(std::memory_order_acquire);
  while (word < 0 && !word_.compare_exchange_weak(word, 0, std::memory_order_acq_rel)) {
  }
}

bool HookBreaker::end_try(std::int64_t probe, bool worked, const Limits& limits,
                          std::int64_t now_ns, HookPhase phase) noexcept {
  const std::int64_t next = worked ? 0 : std::max(open_until(now_ns, limits.pause), probe + 1);
  if (!word_.compare_exchange_strong(probe, next, std::memory_order_acq_rel)) return false;
  if (worked) return true;
  open_failures_.fetch_add(1, std::memory_order_relaxed);
  phase_.store(phase, std::memory_order_relaxed);
  return true;
}

BreakerState HookBreaker::state() const noexcept {
  const std::int64_t word = word_.load(std::memory_order_relaxed);
  if (word <= 0) return BreakerState::closed;
  return word == trying_.load(std::memory_order_relaxed) ? BreakerState::trying
                                                         : BreakerState::open;
}

std::uint32_t HookBreaker::failures() const noexcept {
  const std::int64_t word = word_.load(std::memory_order_relaxed);
  return word <= 0 ? static_cast<std::uint32_t>(-word)
                   : open_failures_.load(std::memory_order_relaxed);
}

std::int64_t HookBreaker::open_until(std::int64_t now_ns, std::chrono::nanoseconds pause) noexcept {
  return std::clamp(now_ns + pause.count(), kDue, kMost - 1);
}

}  // namespace hookwire
