#pragma once

#include <cstdint>

#include "hookwire/base/function_ref.h"

namespace hookwire::bench {

/// How to wait for the next call's turn.
enum class Wait {
  sleep,  ///< Costs little CPU, wakes some microseconds late.
  spin,   ///< Sleeps only until shortly before: punctual.
};

/// Calls `call` at `start_ns` + i * `period_ns` for each i below `count`, and tells it that time.
/// Open loop: when one call takes long, those behind it are late and are not put off.
void at_rate(std::int64_t period_ns, std::int64_t count, Wait wait,
             FunctionRef<void(std::int64_t due_ns)> call);
/// The same, until `call` returns false.
void at_rate_while(std::int64_t period_ns, Wait wait, FunctionRef<bool(std::int64_t due_ns)> call);

}  // namespace hookwire::bench
