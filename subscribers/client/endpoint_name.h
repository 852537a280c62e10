#pragma once

#include <string>

namespace hookwire {

/// Throws Error configuration unless `endpoint` is ipc://PATH (107 bytes at most) or
/// tcp://HOST:PORT.
void check_stream_endpoint(const std::string& endpoint);

}  // namespace hookwire
