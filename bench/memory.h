#pragma once

#include <cstdint>

namespace hookwire::bench {

/// This process's RssAnon: memory that is no file's. Maps of the journal would inflate the RSS.
/// Throws Error incompatible when the kernel does not tell.
std::int64_t anonymous_bytes();

}  // namespace hookwire::bench
