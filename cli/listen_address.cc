#include "listen_address.h"

#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

constexpr int kBacklog = 16;  // connections that wait for their turn

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

// False when `at` is no numeric address.
bool fill(const ListenAddress& at, SocketAddress& into) {
  auto& v4 = reinterpret_cast<sockaddr_in&>(into.storage);
  if (::inet_pton(AF_INET, at.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(at.port);
    into.size = sizeof v4;
    return true;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(into.storage);
  if (::inet_pton(AF_INET6, at.address.c_str(), &v6.sin6_addr) != 1) return false;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(at.port);
  into.size = sizeof v6;
  return true;
}

bool is_loopback(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
  return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
}

}  // namespace

ListenAddress ListenAddress::parse(const std::string& text) {
  const auto refuse = [&](const char* why) {
    throw Error(ErrorCode::configuration, "--listen " + text + ": " + why +
                                              "; expected PORT or ADDRESS:PORT, as 127.0.0.1:9100");
  };
  ListenAddress at{.address = "127.0.0.1"};
  std::string_view port = text;
  if (const std::size_t colon = text.rfind(':'); colon != std::string::npos) {
    at.address = text.substr(0, colon);
    port = std::string_view(text).substr(colon + 1);
    if (at.address.starts_with('[') && at.address.ends_with(']')) {
      at.address = at.address.substr(1, at.address.size() - 2);
    } else if (at.address.find(':') != std::string::npos) {
      refuse("an IPv6 address stands in brackets");
    }
    if (at.address == "localhost") at.address = "127.0.0.1";
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), at.port);
  if (error != std::errc{} || end != port.data() + port.size()) refuse("the port is not one");
  SocketAddress address;
  if (!fill(at, address)) refuse("the address is not a numeric one");
  at.loopback = is_loopback(address);
  return at;
}

std::string ListenAddress::text() const {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

FileDescriptor listen_at(ListenAddress& at) {
  SocketAddress address;
  fill(at, address);
  FileDescriptor listener(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto fail = [&] {
    if (errno == EADDRINUSE) {
      throw Error(ErrorCode::busy,
                  "port " + at.text() + " is in use by another process: give --listen another");
    }
    throw IoError(errno, "listen at " + at.text());
  };
  if (!listener.valid()) fail();
  // A port whose connections linger may be taken again; one that is listened at may not.
  const int yes = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(listener.get(), address.get(), address.size) != 0) fail();
  if (::listen(listener.get(), kBacklog) != 0) fail();
  if (::getsockname(listener.get(), address.get(), &address.size) != 0) fail();
  // At the same place in the addresses of both families.
  at.port = ntohs(reinterpret_cast<sockaddr_in&>(address.storage).sin_port);
  return listener;
}

}  // namespace hookwire
