#include "schemas/allocation_count.h"

#include <cstdlib>
#include <new>

namespace {
std::size_t allocated = 0;
}

// A file of its own: inlined next to its callers GCC takes malloc and delete for a mismatch.
void* operator new(std::size_t size) {
  allocated += size;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

std::size_t hookwire::testing::allocated_bytes() noexcept {
  return allocated;
}
