// Hooks whose errors are suppressed do what they should not, three at a time, in every phase: the
// driver's result and its exception reach the caller as without them.
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "hooks/chain_test.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;

class Mute : public std::exception {
 public:
  const char* what() const noexcept override { return nullptr; }
};
class DriverBroken : public std::runtime_error {
 public:
  DriverBroken() : std::runtime_error("the driver broke") {}
};

// Keeps a core busy for so long.
void burn(std::chrono::nanoseconds length) {
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) {
  }
}

class MisbehavingHooks : public ChainTest {
 protected:
  static constexpr std::size_t kKinds = 9;
  static constexpr std::array<std::string_view, kKinds> kNames{
      "an_exception", "an_int",   "no_text",   "null_pointer", "no_memory",
      "burns",        "recurses", "allocates", "switches"};
  static constexpr HookSwitches kSuppressed{.suppress_pre_errors = true,
                                            .suppress_post_errors = true};

  void misbehave(std::size_t kind, const std::string& name) {
    ++hits_.at(kind);
    switch (kind) {
      case 0:
        throw std::runtime_error("the hook broke");
      case 1:
        throw 42;
      case 2:
        throw Mute();
      case 3:
        throw static_cast<const char*>(nullptr);
      case 4:
        throw std::bad_alloc();
      case 5:
        burn(50us);
        return;
      case 6:
        recurse();
        return;
      case 7:
        allocate();
        return;
      default:
        chain_.enable(name, {.periodic = true}, false);
        chain_.enable(name, {.periodic = true}, true);
    }
  }

  void add_kind(std::size_t kind) {
    const std::string name = "h" + std::to_string(hooks_.size());
    RecordingHook& hook = add(name, kSuppressed);
    hook.on_pre = [this, kind, name](const Call&) -> HookData {
      misbehave(kind, name);
      return nullptr;
    };
    hook.on_post = [this, kind, name](const Call&, Outcome&, HookData&) { misbehave(kind, name); };
    hook.on_failure = [this, kind, name](const Call&, const Failure&, HookData&) {
      misbehave(kind, name);
    };
    hook.on_periodic = [this, kind, name](const PeriodicData&) { misbehave(kind, name); };
  }

  // One call that works, one whose driver raises, one tick.
  void expect_undisturbed() {
    recursions_ = 0;
    allocated_ = false;
    const int before = driver_.calls();
    EXPECT_EQ(call_add(20, 22), 42);
    driver_.on_call = [this] { std::rethrow_exception(error_); };
    try {
      call_add(20, 22);
      ADD_FAILURE() << "the driver's exception was lost";
    } catch (const DriverBroken&) {
      EXPECT_EQ(std::current_exception(), error_) << "the same object";
    }
    driver_.on_call = nullptr;
    EXPECT_EQ(driver_.calls() - before, 2 + recursions_) << "exactly once a call";
    EXPECT_EQ(chain_.run_periodic({.tick = 300}, 0, 1s), hooks_.size());
    steps_.clear();
  }

  const std::exception_ptr error_ = std::make_exception_ptr(DriverBroken());
  std::array<std::uint64_t, kKinds> hits_{};

 private:
  void recurse() {
    if (inside_) return;  // one level
    inside_ = true;
    ++recursions_;
    try {
      EXPECT_EQ(call_add(1, 2), 3);
    } catch (const DriverBroken&) {
      EXPECT_TRUE(driver_.on_call) << "only where the driver raises";
    }
    inside_ = false;
  }
  // 100 MB the first time in a chain's calls: to give them back takes ThreadSanitizer 200 ms.
  void allocate() {
    const std::size_t size = std::exchange(allocated_, true) ? 1'000'000 : 100'000'000;
    const auto bytes = std::make_unique_for_overwrite<std::byte[]>(size);
    volatile std::byte* touched = bytes.get();
    touched[0] = std::byte{1};
    touched[size - 1] = std::byte{1};
  }

  bool inside_ = false;
  bool allocated_ = false;
  int recursions_ = 0;
};

TEST_F(MisbehavingHooks, ThreeOfAnyKindChangeNeitherResultNorException) {
  std::uint64_t chains = 0;
  for (std::size_t first = 0; first < kKinds; ++first) {
    for (std::size_t second = 0; second < kKinds; ++second) {
      for (std::size_t third = 0; third < kKinds; ++third) {
        SCOPED_TRACE(std::string(kNames[first]) + ", " + std::string(kNames[second]) + ", " +
                     std::string(kNames[third]));
        hooks_.clear();
        for (const std::size_t kind : {first, second, third}) add_kind(kind);
        install();
        expect_undisturbed();
        ++chains;
      }
    }
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    // Each kind stands in 243 places, and is met in five phases there.
    EXPECT_GE(hits_.at(kind), 243U * 5U) << kNames.at(kind);
  }
  report("misbehaving_hooks", {{"chains", chains},
                               {kNames[0], hits_[0]},
                               {kNames[1], hits_[1]},
                               {kNames[2], hits_[2]},
                               {kNames[3], hits_[3]},
                               {kNames[4], hits_[4]},
                               {kNames[5], hits_[5]},
                               {kNames[6], hits_[6]},
                               {kNames[7], hits_[7]},
                               {kNames[8], hits_[8]}});
}

TEST_F(MisbehavingHooks, OneThatTakesASecondDelaysTheCallAndNothingElse) {
  RecordingHook& hook = add("slow", kSuppressed);
  hook.on_pre = [](const Call&) -> HookData {
    burn(1s);
    throw std::runtime_error("and then it broke");
  };
  install();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(call_add(20, 22), 42);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 1s);
  EXPECT_EQ(driver_.calls(), 1);
}

TEST_F(MisbehavingHooks, WhatHasNoTextIsLoggedByItsType) {
  add("mute", kSuppressed).on_pre = [](const Call&) -> HookData { throw Mute(); };
  install();
  EXPECT_EQ(call_add(20, 22), 42);
  EXPECT_TRUE(log_.contains("hook mute raised in pre of add: Mute (suppressed"));
}

}  // namespace
}  // namespace hookwire::testing
