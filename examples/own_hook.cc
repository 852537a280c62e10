// Your own hook in the program: counts the calls of each method and adds up how long they took.
// What its pre returns, the call's begin, is handed to its own post or failure of the same call.
//
//   example_own_hook
#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "hookwire/hooks/hooked.h"
#include "hookwire/hooks/spdlog_log.h"

namespace {

using SteadyClock = std::chrono::steady_clock;

// One hook serves every thread that calls, so it has a lock of its own.
class TimingHook final : public hookwire::Hook {
 public:
  hookwire::HookData pre(const hookwire::Call& /*call*/) override { return SteadyClock::now(); }
  void post(const hookwire::Call& call, hookwire::Outcome& /*outcome*/,
            hookwire::HookData& data) override {
    add(call, data, false);
  }
  void failure(const hookwire::Call& call, const hookwire::Failure& /*failure*/,
               hookwire::HookData& data) override {
    add(call, data, true);
  }
  void periodic(const hookwire::PeriodicData& /*data*/) override {}

  void print() const {
    const std::lock_guard lock(mutex_);
    for (const auto& [method, sum] : sums_) {
      std::cout << method << ": " << sum.calls << " calls, " << sum.failed << " failed, "
                << sum.took / std::chrono::microseconds(1) << " us in all\n";
    }
  }

 private:
  struct Sum {
    int calls = 0;
    int failed = 0;
    SteadyClock::duration took{};
  };

  void add(const hookwire::Call& call, hookwire::HookData& data, bool failed) {
    const auto* begin = data.get_if<SteadyClock::time_point>();
    if (begin == nullptr) return;  // pre is switched off
    const auto took = SteadyClock::now() - *begin;
    const std::lock_guard lock(mutex_);
    Sum& sum = sums_[std::string(call.method())];
    ++sum.calls;
    sum.failed += failed ? 1 : 0;
    sum.took += took;
  }

  mutable std::mutex mutex_;
  std::map<std::string, Sum> sums_;
};

struct Door {
  void open(int code) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (code != 1234) throw std::invalid_argument("wrong code");
  }
};

}  // namespace

template <>
struct hookwire::Interface<Door> {
  static constexpr std::tuple methods{
      hookwire::Method<&Door::open>{{.name = "open", .arguments = {"code"}}}};
};

int main() {
  const hookwire::SystemClock clock;
  const auto log = hookwire::make_stderr_log();
  hookwire::HookChain chain(clock, *log);
  const auto timing = std::make_shared<TimingHook>();
  chain.replace({{.name = "timing", .hook = timing}});

  Door driver;
  const hookwire::Hooked<Door> door(driver, chain);
  for (const int code : {1234, 4321, 1234}) {
    try {
      door.call<&Door::open>({.user_id = "alice"}, code);
    } catch (const std::invalid_argument& error) {
      std::cout << "open: " << error.what() << '\n';
    }
  }
  timing->print();
}
