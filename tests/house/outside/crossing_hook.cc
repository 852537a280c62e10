// A hook library of an outside project, of which each part crosses the border to the host: errors
// both ways, a visitor, data for the end, a result, and a chain of hooks of its own.
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/value.h"
#include "hookwire/hooks/hooked.h"
#include "hookwire/hooks/log_hook.h"
#include "hookwire/hooks/plugin.h"
#include "hookwire/share/share_error.h"

struct Lamp {
  int dim(int percent) { return percent / 2; }
};

template <>
struct hookwire::Interface<Lamp> {
  static constexpr std::tuple methods{
      hookwire::Method<&Lamp::dim>{{.name = "dim", .arguments = {"percent"}}}};
};

namespace {

struct Seen {
  std::string text;
};

// Leaves the host's code, which visits for it, by an exception.
class FirstText final : public hookwire::ValueVisitor {
 public:
  void string(std::string_view value) override { throw Seen{std::string(value)}; }
  void null() override {}
  void boolean(bool) override {}
  void integer(std::int64_t) override {}
  void unsigned_integer(std::uint64_t) override {}
  void real(double) override {}
  void bytes(std::span<const std::byte>) override {}
  void begin_list(std::size_t) override {}
  void end_list() override {}
  void begin_map(std::size_t) override {}
  void key(std::string_view) override {}
  void end_map() override {}
};

std::string first_text(const hookwire::ValueRef& value) {
  FirstText visitor;
  try {
    value.visit(visitor);
  } catch (const Seen& seen) {
    return seen.text;
  }
  return "no text";
}

class CrossingHook final : public hookwire::Hook {
 public:
  explicit CrossingHook(const hookwire::HookSetup& setup)
      : absent_(setup.options.required_text("absent")), chain_(setup.clock, setup.log) {
    chain_.replace({{.name = "inner", .hook = hookwire::make_log_hook(setup)}});
  }

  hookwire::HookData pre(const hookwire::Call& call) override {
    const std::string share_id = first_text(call.find("share_id")->value);
    if (share_id == absent_) throw hookwire::ShareNotFound(share_id);
    Lamp lamp;
    hookwire::Hooked<Lamp>(lamp, chain_).call<&Lamp::dim>(80);
    return share_id;
  }

  void post(const hookwire::Call&, hookwire::Outcome& outcome, hookwire::HookData& data) override {
    std::string error = "none";
    try {
      outcome.replace_from(hookwire::Value::Map{});  // the host's code: the result is a list
    } catch (const hookwire::Error& refused) {
      error = hookwire::to_string(refused.code());
    }
    outcome.replace<std::vector<std::string>>(
        {*data.get_if<std::string>(), error,
         std::to_string(chain_.status().front().post_count) + " inside"});
  }
  void periodic(const hookwire::PeriodicData&) override {}

 private:
  const std::string absent_;
  hookwire::HookChain chain_;
};

}  // namespace

extern "C" HOOKWIRE_PLUGIN_EXPORT const char hookwire_plugin_abi[] = HOOKWIRE_PLUGIN_ABI;
extern "C" HOOKWIRE_PLUGIN_EXPORT hookwire::Hook* hookwire_make_hook(
    const char* class_name, const hookwire::HookSetup& setup) {
  return std::string_view(class_name) == "CrossingHook" ? new CrossingHook(setup) : nullptr;
}
