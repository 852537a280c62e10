#pragma once

#include <string>

namespace hookwire {

/// Throws Error configuration unless `endpoint` is ipc://PATH (107 bytes at most) or
/// tcp://HOST:PORT; `kind` says in it whose it is: "stream" or "live".
void check_endpoint(const char* kind, const std::string& endpoint);

}  // namespace hookwire
