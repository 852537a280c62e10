#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include "hookwire/base/error.h"

namespace hookwire::testing {

inline constexpr int kKillThreads = 8;

/// What a process that will be killed tells the one that survives it.
struct Told {
  static constexpr std::uint64_t kMostEvents = 4096;  // of one thread in one life

  struct Thread {
    std::atomic<std::uint64_t> answered{0};  // events whose append has returned
    std::array<std::uint64_t, kMostEvents> sequences{};
  };
  std::array<Thread, kKillThreads> threads;
  std::atomic<int> parked{0};  // threads that append no more

  std::atomic<bool> opened{false};  // then the next four are said
  std::uint32_t epoch = 0;
  std::uint64_t recovered_last = 0;
  std::uint64_t recovered_gaps = 0;
  std::uint64_t torn_bytes = 0;

  std::atomic<int> stepped_thread{0};       // its id, once it waits to be stepped
  std::atomic<bool> stepped_append{false};  // the append that was stepped has returned
  std::array<char, 96> point{};             // the call of the file system at which it died
  std::array<char, 256> error{};            // why it ended by itself

  std::uint64_t answered() const {
    std::uint64_t sum = 0;
    for (const Thread& thread : threads) sum += thread.answered.load();
    return sum;
  }
  /// Before another life. Sequences are left: nobody looks at those that were not answered.
  void forget() {
    for (Thread& thread : threads) thread.answered = 0;
    parked = 0;
    opened = false;
    stepped_thread = 0;
    stepped_append = false;
    point.fill('\0');
    error.fill('\0');
  }

  template <std::size_t N>
  static void say(std::array<char, N>& where, std::string_view what) {
    std::copy_n(what.data(), std::min(what.size(), N - 1), where.data());
  }
};

/// Told in memory that outlives the process that writes it.
class SharedTold {
 public:
  SharedTold() {
    void* memory =
        ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw IoError(errno, "map shared memory");
    told_ = new (memory) Told();
  }
  ~SharedTold() { ::munmap(told_, sizeof(Told)); }
  SharedTold(const SharedTold&) = delete;
  SharedTold& operator=(const SharedTold&) = delete;

  Told& operator*() { return *told_; }
  Told* operator->() { return told_; }

 private:
  Told* told_ = nullptr;
};

}  // namespace hookwire::testing
