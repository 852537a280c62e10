#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#pragma GCC visibility push(default)
namespace hookwire {

/// The most hooks a chain can have.
inline constexpr std::size_t kMaxHooks = 32;

enum class HookPhase : std::uint8_t { pre, post, failure, periodic };
inline constexpr std::size_t kHookPhases = 4;

enum class HookOutcome : std::uint8_t {
  ok,
  suppressed,      ///< It raised, and its errors are suppressed.
  vetoed,          ///< Its pre raised: the call was refused.
  failed,          ///< Its post or failure raised and was not suppressed.
  changed_result,  ///< Its post replaced the result.
  over_budget,     ///< It did its work, and took longer than its time budget.
  skipped,         ///< It was not called, and gets neither post nor failure of this call.
};

/// A limit that one run of a hook met.
enum class HookLimit : std::uint8_t {
  none,
  time_budget,       ///< It took longer, whatever its outcome.
  call_time_budget,  ///< Skipped: the hooks before it had used up what the call's hooks have.
  breaker,           ///< Skipped: it had failed in too many calls in a row.
};

/// "pre", "post", "failure", "periodic". Never throws.
std::string_view to_string(HookPhase phase) noexcept;
/// "ok", "suppressed", "vetoed", "failed", "changed_result", "over_budget", "skipped". Never
/// throws.
std::string_view to_string(HookOutcome outcome) noexcept;
/// "none", "time_budget", "call_time_budget", "breaker". Never throws.
std::string_view to_string(HookLimit limit) noexcept;

/// That one hook ran once or was skipped, and how it went.
struct HookRun {
  std::string_view name;  ///< The instance's; lives until the call returns.
  HookPhase phase;
  HookOutcome outcome;
  HookLimit limit = HookLimit::none;
  std::int64_t duration_ns = -1;  ///< -1: not measured, since nothing in the chain asks for it.
};

/// The runs of one call: a pre and a post or failure for each hook at most, or that it was skipped.
/// As long as all goes as foreseen they are only counted. Never allocates. Thread-compatible.
class HookRuns {
 public:
  HookRuns() noexcept {}  // NOLINT(modernize-use-equals-default): leaves the array untouched
  /// `foreseen`, which must outlive the object, has the runs of a call of which nothing else is to
  /// be said; null: nothing is foreseen.
  explicit HookRuns(const HookRun* foreseen) noexcept : foreseen_(foreseen) {}

  /// Adds `run`: at most 2 * kMaxHooks, what is more is left out.
  void add(const HookRun& run) noexcept {
    if (foreseen_ != nullptr) unforeseen();
    if (count_ < runs_.size()) runs_[count_++].run = run;
  }
  /// Adds the next of those foreseen, while they are.
  bool add_foreseen() noexcept {
    if (foreseen_ == nullptr) return false;
    ++count_;
    return true;
  }
  std::span<const HookRun> all() const noexcept {
    return {foreseen_ != nullptr ? foreseen_ : &runs_[0].run, count_};
  }

 private:
  union Uninitialised {
    Uninitialised() noexcept {}
    HookRun run;
  };

  void unforeseen() noexcept;

  const HookRun* foreseen_ = nullptr;
  std::size_t count_ = 0;
  std::array<Uninitialised, 2 * kMaxHooks> runs_;
};

}  // namespace hookwire
#pragma GCC visibility pop
