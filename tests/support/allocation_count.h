#pragma once

#include <cstdint>

namespace hookwire::testing {

/// How often the calling thread has called operator new so far. A test that asks links
/// allocation_count.cc, which replaces operator new and delete for the whole program.
std::uint64_t allocation_count() noexcept;

}  // namespace hookwire::testing
