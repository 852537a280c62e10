#pragma once

#include <string>
#include <vector>

#include "hookwire/schemas/status.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// A report as lines for people, each with its end, what is wrong last. Whatever the report holds
/// is printable.
std::string to_text(const StatusReport& report, const std::vector<StatusProblem>& problems,
                    bool colour);

}  // namespace hookwire
#pragma GCC visibility pop
