#pragma once

#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace hookwire {

/// Who asked for a call, as the service knows it. Every field may be empty. A plain aggregate.
struct Context {
  std::string request_id{};         ///< Of this request, for example "req-3f1c...".
  std::string global_request_id{};  ///< Of the request that caused this one in another service.
  std::string user_id{};
  std::string project_id{};
  std::vector<std::string> roles{};
  std::string remote_address{};  ///< Of the client, as text.
  std::string traceparent{};     ///< W3C Trace Context, version 00.
};

}  // namespace hookwire
#pragma GCC visibility pop
