#include "endpoint_name.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "hookwire/base/error.h"

namespace hookwire {
namespace {

constexpr std::string_view kIpc = "ipc://";
constexpr std::string_view kTcp = "tcp://";
constexpr std::size_t kMaxIpcPathBytes = 107;  // sockaddr_un, with its closing zero

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

}  // namespace

void check_endpoint(const char* kind, const std::string& endpoint) {
  const auto refuse = [&](const char* why) {
    throw Error(ErrorCode::configuration, std::string(kind) + " endpoint \"" + endpoint + "\": " +
                                              why + "; expected ipc://PATH or tcp://HOST:PORT");
  };
  const std::string_view text = endpoint;
  const bool printable =
      std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c <= ' '; });
  if (!printable) refuse("it holds a space or a control character");
  if (text.starts_with(kIpc)) {
    const std::string_view path = text.substr(kIpc.size());
    if (path.empty()) refuse("the path is empty");
    if (path.size() > kMaxIpcPathBytes) refuse("the path is longer than 107 bytes");
    return;
  }
  if (!text.starts_with(kTcp)) refuse("the transport is unknown");
  const std::string_view address = text.substr(kTcp.size());
  const std::size_t colon = address.rfind(':');
  if (colon == 0 || colon == std::string_view::npos || !is_port(address.substr(colon + 1))) {
    refuse("host or port is missing or wrong");
  }
}

}  // namespace hookwire
