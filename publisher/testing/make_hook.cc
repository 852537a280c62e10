#include "hookwire/testing/make_hook.h"

namespace hookwire::testing {

namespace {

constexpr char kGroup[] = "backend";

}  // namespace

std::shared_ptr<Hook> make_hook(const HookFactory& make, std::string_view options,
                                const Clock& clock, Log& log) {
  const ConfigFile file =
      ConfigFile::parse(std::string("[") + kGroup + "]\n" + std::string(options) + "\n", "options");
  const Options given(file, {kGroup});
  std::shared_ptr<Hook> hook = make({.name = "hook",
                                     .publisher = std::string("host@") + kGroup,
                                     .options = given,
                                     .clock = clock,
                                     .log = log});
  given.check_unknown({kGroup});
  return hook;
}

std::shared_ptr<Hook> load_hook(const std::filesystem::path& library, const std::string& class_name,
                                std::string_view options, const Clock& clock, Log& log) {
  const HookReference reference{
      .name = "hook", .library = library.string(), .class_name = class_name};
  return make_hook([&](const HookSetup& setup) { return HookRegistry().make(reference, setup); },
                   options, clock, log);
}

}  // namespace hookwire::testing
