#pragma once

#include <cstdint>
#include <string>

#include "hookwire/base/file_descriptor.h"

namespace hookwire {

/// Where a socket listens: a numeric address and a port.
struct ListenAddress {
  std::string address;
  std::uint16_t port = 0;  ///< 0: one that is free.
  bool loopback = true;

  /// PORT, ADDRESS:PORT or [ADDRESS]:PORT; the address is 127.0.0.1 unless given, and may be
  /// localhost. Throws Error configuration.
  static ListenAddress parse(const std::string& text);
  /// As it stands in a URL.
  std::string text() const;
};

/// A socket that listens there, without waiting; `at.port` becomes the port chosen when it was 0.
/// Throws Error busy when the port is in use, IoError.
FileDescriptor listen_at(ListenAddress& at);

}  // namespace hookwire
