#pragma once

#include <cstddef>

namespace hookwire::testing {

/// Bytes that operator new has given out since the program began, whatever was freed since. Only in
/// programs that link allocation_count.cc. For programs of one thread.
std::size_t allocated_bytes() noexcept;

}  // namespace hookwire::testing
