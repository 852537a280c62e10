// A hook that refuses calls, size_veto_hook.h, before the directory driver.
//
//   example_size_veto_hook [FOLDER]      # for the shares; else: shares
#include "size_veto_hook.h"

#include <iostream>
#include <string>

#include "hookwire/hooks/spdlog_log.h"
#include "hookwire/share/directory_driver.h"
#include "hookwire/share/hooked_share_driver.h"

namespace {

template <class F>
void attempt(const std::string& what, F&& call) {
  std::cout << what << ": ";
  try {
    call();
    std::cout << "done\n";
  } catch (const TooLarge& error) {
    std::cout << "refused, " << error.what() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const hookwire::SystemClock clock;
  const auto log = hookwire::make_stderr_log();
  const auto driver = hookwire::make_directory_driver(
      {.root = argc > 1 ? argv[1] : "shares", .host = "nas01"}, *log);
  hookwire::HookChain chain(clock, *log);
  const hookwire::HookedShareDriver shares(*driver, chain);
  chain.replace({{.name = "size", .class_name = "", .hook = std::make_shared<SizeVetoHook>(100)}});

  const hookwire::Context alice{.user_id = "alice"};
  shares.init_host(alice);
  attempt("create small", [&] { shares.create_share_instance(alice, "small", 10, "NFS"); });
  attempt("create large", [&] { shares.create_share_instance(alice, "large", 4000, "NFS"); });
  attempt("extend small to 500 GB", [&] { shares.extend_share(alice, "small", 500); });
  attempt("extend small to 100 GB", [&] { shares.extend_share(alice, "small", 100); });
  for (const hookwire::ShareInstance& share : driver->share_instances()) {
    std::cout << "there is " << share.share_id << " of " << share.size_gb << " GB\n";
  }
  shares.delete_share_instance(alice, "small");
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
