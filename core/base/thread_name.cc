#include "hookwire/base/thread_name.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace hookwire {

void set_thread_name(const char* name) noexcept {
  std::array<char, 16> cut{};  // the kernel takes 15 characters and a zero, nothing longer
  std::memcpy(cut.data(), name, std::min(std::strlen(name), cut.size() - 1));
  ::pthread_setname_np(::pthread_self(), cut.data());
}

}  // namespace hookwire
