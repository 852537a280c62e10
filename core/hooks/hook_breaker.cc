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

HookBreaker::Verdict HookBreaker::ask(const Clock& clock) noexcept {
  std::int64_t word = word_.load(std::memory_order_acquire);
  if (word <= 0) return Verdict::run;
  if (word == kTrying || clock.steady_ns() < word) return Verdict::skip;
  return word_.compare_exchange_strong(word, kTrying, std::memory_order_acq_rel) ? Verdict::probe
                                                                                 : Verdict::skip;
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

void HookBreaker::end_try(bool worked, const Limits& limits, std::int64_t now_ns,
                          HookPhase phase) noexcept {
  if (worked) return word_.store(0, std::memory_order_release);
  open_failures_.fetch_add(1, std::memory_order_relaxed);
  phase_.store(phase, std::memory_order_relaxed);
  word_.store(open_until(now_ns, limits.pause), std::memory_order_release);
}

BreakerState HookBreaker::state() const noexcept {
  const std::int64_t word = word_.load(std::memory_order_relaxed);
  if (word <= 0) return BreakerState::closed;
  return word == kTrying ? BreakerState::trying : BreakerState::open;
}

std::uint32_t HookBreaker::failures() const noexcept {
  const std::int64_t word = word_.load(std::memory_order_relaxed);
  return word <= 0 ? static_cast<std::uint32_t>(-word)
                   : open_failures_.load(std::memory_order_relaxed);
}

std::int64_t HookBreaker::open_until(std::int64_t now_ns, std::chrono::nanoseconds pause) noexcept {
  return std::clamp(now_ns + pause.count(), kDue, kTrying - 1);
}

}  // namespace hookwire
