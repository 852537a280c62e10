#pragma once

#include <string_view>

/// The keys of an event's body, in the order in which publishers write them: what is asked for most
/// often stands first, so that peek_string() finds it soon. A key is never reused with another
/// meaning.
#pragma GCC visibility push(default)
namespace hookwire::body_keys {

inline constexpr std::string_view kSchema = "schema";
inline constexpr std::string_view kPublisher = "publisher";
inline constexpr std::string_view kCallId = "call_id";
inline constexpr std::string_view kMethod = "method";
inline constexpr std::string_view kOutcome = "outcome";
inline constexpr std::string_view kDurationNs = "duration_ns";
inline constexpr std::string_view kContext = "context";
inline constexpr std::string_view kResource = "resource";
inline constexpr std::string_view kArgs = "args";
inline constexpr std::string_view kResult = "result";
inline constexpr std::string_view kError = "error";
inline constexpr std::string_view kHooks = "hooks";
inline constexpr std::string_view kTick = "tick";
inline constexpr std::string_view kPart = "part";
inline constexpr std::string_view kParts = "parts";
inline constexpr std::string_view kData = "data";

// Within kContext.
inline constexpr std::string_view kRequestId = "request_id";
inline constexpr std::string_view kGlobalRequestId = "global_request_id";
inline constexpr std::string_view kUserId = "user_id";
inline constexpr std::string_view kProjectId = "project_id";
inline constexpr std::string_view kRoles = "roles";
inline constexpr std::string_view kRemoteAddress = "remote_address";
inline constexpr std::string_view kTraceparent = "traceparent";

// Within kError, kResource and each of kHooks, which also knows kOutcome and kDurationNs.
inline constexpr std::string_view kType = "type";
inline constexpr std::string_view kMessage = "message";
inline constexpr std::string_view kId = "id";
inline constexpr std::string_view kName = "name";
inline constexpr std::string_view kPhase = "phase";
inline constexpr std::string_view kLimit = "limit";

}  // namespace hookwire::body_keys
#pragma GCC visibility pop
