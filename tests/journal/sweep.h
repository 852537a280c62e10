#pragma once

#include <algorithm>
#include <cstdint>

namespace hookwire::testing {

/// Which of n = 1, 2, 3, ... is next: all in turn, or as many as are asked for, spread out.
class Sweep {
 public:
  // `count` numbers are asked for, spread over what there is.
  explicit Sweep(int count) : count_(static_cast<std::uint64_t>(count)) {}

  std::uint64_t next(std::uint64_t random) {
    if (length_ == 0) return UINT64_MAX;  // how far is it?
    stride_ = length_ / count_ + 1;
    at_ += stride_;
    if (at_ > length_) at_ = 1 + random % stride_;
    ++taken_;
    return at_;
  }
  void ended_at(std::uint64_t length) { length_ = std::max(length_, length); }
  std::uint64_t length() const { return length_; }
  bool complete() const { return stride_ == 1 && taken_ >= length_; }

 private:
  const std::uint64_t count_;
  std::uint64_t length_ = 0;
  std::uint64_t stride_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace hookwire::testing
