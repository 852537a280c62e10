// Your own driver behind hooks: its calls, and how they ended, become events in a journal that
// other programs read. Run it where it may write, and follow it from a second terminal:
//
//   example_own_driver [JOURNAL [ENDPOINT]]      # else: journal, ipc://sockets/lamps
//   hookwire journal cat journal
//   hookwire tail --connect ipc://sockets/lamps --from earliest
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>

#include "hookwire/hooks/hooked.h"
#include "hookwire/hooks/spdlog_log.h"
#include "hookwire/publisher/publisher.h"

namespace {

struct LampError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The driver, which knows nothing of hooks.
struct Lamp {
  int dim(const std::string& room, int percent) {
    if (percent < 0 || percent > 100) throw LampError(room + " has no such brightness");
    return percent * 8;  // lumen
  }
};

}  // namespace

// The names that hooks and events see.
template <>
struct hookwire::Interface<Lamp> {
  static constexpr std::tuple methods{
      hookwire::Method<&Lamp::dim>{{.name = "dim", .arguments = {"room", "percent"}}},
  };
};

namespace {

void dim(const hookwire::Hooked<Lamp>& lamp, const std::string& room, int percent) {
  std::cout << "dim " << room << " to " << percent << " %: ";
  try {
    const hookwire::Context context{.request_id = "req-" + room, .user_id = "alice"};
    std::cout << lamp.call<&Lamp::dim>(context, room, percent) << " lumen\n";
  } catch (const LampError& error) {  // as the driver threw it
    std::cout << "failed, " << error.what() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) try {
  hookwire::PosixFileSystem files;
  const hookwire::SystemClock clock;
  const auto log = hookwire::make_stderr_log();
  hookwire::PublisherOptions options;
  options.publisher = "host@lamps";
  options.journal.folder = argc > 1 ? argv[1] : "journal";
  options.stream.endpoint = argc > 2 ? argv[2] : "ipc://sockets/lamps";
  constexpr static auto kMethods = hookwire::method_descriptors<Lamp>();
  hookwire::Publisher publisher(files, clock, *log, options, kMethods);

  hookwire::HookChain chain(clock, *log);
  chain.replace({{.name = "notify", .class_name = "", .hook = publisher.make_notification_hook()}});
  publisher.start();

  Lamp driver;
  const hookwire::Hooked<Lamp> lamp(driver, chain);
  dim(lamp, "kitchen", 40);
  dim(lamp, "hall", 140);
  dim(lamp, "attic", 0);
  std::cout << "events in " << options.journal.folder.string() << " and at "
            << options.stream.endpoint << "; Enter ends" << std::endl;
  std::cin.get();
  publisher.stop(std::chrono::seconds(2));  // subscribers get what they lack
} catch (const hookwire::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
