#pragma once

#include <cstdint>

namespace hookwire {

/// True in the process that made it and false in a forked child, without a system call. Immutable.
class OwnerMark {
 public:
  /// Throws IoError when the kernel has no page that is wiped on fork.
  OwnerMark();
  ~OwnerMark();
  OwnerMark(const OwnerMark&) = delete;
  OwnerMark& operator=(const OwnerMark&) = delete;

  bool here() const noexcept { return *word_ == 1; }

 private:
  volatile std::uint32_t* word_;  // a page that the kernel wipes on fork
};

}  // namespace hookwire
