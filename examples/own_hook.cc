// Your own hook in the program: timing_hook.h, around the calls of a door.
//
//   example_own_hook
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "hookwire/hooks/hooked.h"
#include "hookwire/hooks/spdlog_log.h"

#include "timing_hook.h"

namespace {

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
  const auto timing = std::make_shared<TimingHook>(clock);
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
  for (const auto& [method, sum] : timing->sums()) {
    std::cout << method << ": " << sum.calls << " calls, " << sum.failed << " failed, "
              << sum.took / std::chrono::microseconds(1) << " us in all\n";
  }
}
