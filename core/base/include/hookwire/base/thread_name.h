#pragma once

#pragma GCC visibility push(default)
namespace hookwire {

/// Names the calling thread for ps, top and gdb: `name` of 15 characters at most, the rest is cut.
void set_thread_name(const char* name) noexcept;

}  // namespace hookwire
#pragma GCC visibility pop
