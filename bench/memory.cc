#include "memory.h"

#include <fstream>
#include <string>
#include <string_view>

#include "hookwire/base/error.h"

namespace hookwire::bench {

std::int64_t anonymous_bytes() {
  constexpr std::string_view kKey = "RssAnon:";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kKey)) return std::stoll(line.substr(kKey.size())) * 1024;
  }
  throw Error(ErrorCode::incompatible, "the kernel does not tell RssAnon");
}

}  // namespace hookwire::bench
