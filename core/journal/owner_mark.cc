#include "owner_mark.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

std::size_t page_bytes() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

OwnerMark::OwnerMark() {
  void* page =
      ::mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw IoError(errno, "map a page");
  word_ = static_cast<volatile std::uint32_t*>(page);
  if (::madvise(page, page_bytes(), MADV_WIPEONFORK) != 0) {
    const int error = errno;
    ::munmap(page, page_bytes());
    throw IoError(error, "have a page wiped on fork");
  }
  *word_ = 1;
}

OwnerMark::~OwnerMark() {
  ::munmap(const_cast<std::uint32_t*>(word_), page_bytes());
}

}  // namespace hookwire
