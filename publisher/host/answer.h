#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/value.h"
#include "hookwire/hooks/call_report.h"
#include "hookwire/hooks/hook_chain.h"

namespace hookwire {

// The answers of `hookwire host`, each a JSON object without a line end.

std::string answer_result(const Value& result, std::int64_t duration_ns);
/// Of a call that raised `error`; `report` says why.
std::string answer_error(const CallReport& report, const std::exception_ptr& error,
                         std::int64_t duration_ns);
/// Of a line that is not a call, or asks for what cannot be.
std::string answer_rejected(std::string_view message);
std::string answer_ticks(std::uint64_t ticks, std::uint64_t runs);
std::string answer_hooks(const std::vector<HookStatus>& hooks);

}  // namespace hookwire
