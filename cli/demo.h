#pragma once

#include "signals.h"

namespace hookwire {

/// Runs `hookwire demo` and prints what it shows; 0 when every check held, else 1. Throws Error
/// when a process cannot be run.
int run_demo(const Signals& signals, bool keep);

}  // namespace hookwire
