#include "call_counts.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace hookwire {

std::size_t CallCounts::search(const MethodDescriptor& method,
                               std::atomic<std::uint8_t>& hint) noexcept {
  for (std::size_t index = 0; index < kMaxCountedMethods; ++index) {
    const MethodDescriptor* there = methods_[index].load(std::memory_order_acquire);
    if (there == nullptr) {
      const bool added =
          methods_[index].compare_exchange_strong(there, &method, std::memory_order_acq_rel);
      if (added) there = &method;
    }
    if (there != &method) continue;
    hint.store(static_cast<std::uint8_t>(index), std::memory_order_relaxed);
    return index;
  }
  return kOthers;
}

std::vector<CallStatus> CallCounts::status() const {
  std::vector<CallStatus> calls;
  for (std::size_t index = 0; index <= kOthers; ++index) {
    const MethodDescriptor* const method = methods_[index].load(std::memory_order_acquire);
    if (method == nullptr && index != kOthers) continue;
    const std::string name(method != nullptr ? method->name : kOtherMethods);
    auto call = std::find_if(calls.begin(), calls.end(),
                             [&](const CallStatus& each) { return each.method == name; });
    if (call == calls.end()) call = calls.insert(calls.end(), CallStatus{.method = name});
    add_histogram(counts_, index * kWords, call->durations);
    for (std::size_t outcome = 0; outcome < call->counts.size(); ++outcome) {
      call->counts[outcome] += counts_.sum(index * kWords + kHistogramWords + outcome);
    }
  }
  constexpr auto kSuccess = static_cast<std::size_t>(CallReport::Outcome::success);
  for (CallStatus& call : calls) {
    const std::uint64_t all = call.durations.count();
    const std::uint64_t others =
        std::accumulate(call.counts.begin(), call.counts.end(), std::uint64_t{0});
    call.counts[kSuccess] = all - std::min(all, others);  // a call may come in between
  }
  std::erase_if(calls, [](const CallStatus& call) { return call.durations.count() == 0; });
  std::sort(calls.begin(), calls.end(),
            [](const CallStatus& a, const CallStatus& b) { return a.method < b.method; });
  return calls;
}

}  // namespace hookwire
