// A hook that refuses calls: no share above a size reaches the directory driver. The driver's
// method does not run then, and the caller gets the hook's own exception. (A service would list the
// built-in hookwire:ShareSizeHook, which does this, in its configuration.)
//
//   example_size_veto_hook [FOLDER]      # for the shares; else: shares
#include <iostream>
#include <string>

#include "hookwire/hooks/spdlog_log.h"
#include "hookwire/share/directory_driver.h"
#include "hookwire/share/hooked_share_driver.h"

namespace {

struct TooLarge : hookwire::ShareError {
  using ShareError::ShareError;
};

class SizeVetoHook final : public hookwire::Hook {
 public:
  explicit SizeVetoHook(std::uint64_t most_gb) : most_gb_(most_gb) {}

  hookwire::HookData pre(const hookwire::Call& call) override {
    if (call.method() == "create_share_instance") check(call.arg<std::uint64_t>("size_gb"));
    if (call.method() == "extend_share") check(call.arg<std::uint64_t>("new_size_gb"));
    return nullptr;
  }
  void post(const hookwire::Call&, hookwire::Outcome&, hookwire::HookData&) override {}
  void periodic(const hookwire::PeriodicData&) override {}

 private:
  void check(std::uint64_t size_gb) const {
    if (size_gb > most_gb_) throw TooLarge(std::to_string(size_gb) + " GB are too much");
  }

  const std::uint64_t most_gb_;
};

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
