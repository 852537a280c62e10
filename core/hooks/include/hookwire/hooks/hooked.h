#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "hookwire/hooks/call_report.h"
#include "hookwire/hooks/hook_chain.h"
#include "hookwire/hooks/method.h"
#include "hookwire/hooks/post_hook_error.h"

#pragma GCC visibility push(default)
namespace hookwire {

namespace detail {

// Where a driver's result waits for the post hooks.
template <class R>
struct ResultSlot {
  static_assert(Visitable<R>,
                "say how the result is visited: visit_value(const R&, ValueVisitor&)");
  std::optional<R> value;

  template <class F>
  void fill(F&& driver, Outcome& outcome) {
    value.emplace(driver());
    outcome.set_replaceable(*value);
  }
  R take() { return std::move(*value); }
  [[noreturn]] void raise(std::string_view method, std::exception_ptr cause) {
    auto kept = std::make_shared<const R>(std::move(*value));
    throw PostHookError(method, std::move(cause), kept, ValueRef::to(*kept));
  }
};

template <class R>
struct ResultSlot<R&> {
  static_assert(Visitable<std::remove_const_t<R>>,
                "say how the result is visited: visit_value(const R&, ValueVisitor&)");
  R* value = nullptr;

  template <class F>
  void fill(F&& driver, Outcome& outcome) {
    value = std::addressof(driver());
    outcome.set_fixed<std::remove_const_t<R>>(*value);
  }
  R& take() { return *value; }
  [[noreturn]] void raise(std::string_view method, std::exception_ptr cause) {
    throw PostHookError(method, std::move(cause), nullptr,
                        ValueRef::to<std::remove_const_t<R>>(*value));
  }
};

template <>
struct ResultSlot<void> {
  template <class F>
  void fill(F&& driver, Outcome& /*outcome*/) {
    driver();
  }
  void take() {}
  [[noreturn]] void raise(std::string_view method, std::exception_ptr cause) {
    throw PostHookError(method, std::move(cause), nullptr, {});
  }
};

// What the driver gets of a parameter while hooks look on: a copy of what it takes by value, so
// that post hooks still see the argument; the thing itself of a reference or a move-only value.
template <class P>
decltype(auto) pass(std::remove_reference_t<P>& parameter) {
  if constexpr (std::is_reference_v<P>) {
    return static_cast<P>(parameter);
  } else if constexpr (std::is_copy_constructible_v<P>) {
    return P(parameter);
  } else {
    return std::move(parameter);
  }
}

template <class P>
ValueRef see(const std::remove_reference_t<P>& parameter) {
  using Seen = std::remove_cvref_t<P>;
  static_assert(Visitable<Seen>,
                "say how the argument is visited: visit_value(const T&, ValueVisitor&)");
  return ValueRef::to<Seen>(parameter);
}

// A call that meets hooks: all that its driver and its hooks may ask for, so that what is not asked
// for costs nothing.
template <class Driver, auto M, class R, class... P>
class HookedCall : public Arguments {
 public:
  static constexpr const MethodDescriptor& kDescriptor = method_descriptor<Driver, M>();
  static_assert(kDescriptor.arguments.size() == sizeof...(P),
                "the descriptor names one argument for each parameter");

  HookedCall(Driver& driver, CallReport* report, std::remove_reference_t<P>&... parameters) noexcept
      : Arguments(&HookedCall::lay_out),
        driver_(driver),
        report_(report),
        parameters_(parameters...) {}

  R run(HookChain& chain, const Context& context) {
    if (std::exception_ptr cause = chain.run(kDescriptor, context, *this, outcome_, *this)) {
      if (report_ != nullptr) report_->outcome = CallReport::Outcome::post_hook_failed;
      slot_.raise(kDescriptor.name, std::move(cause));
    }
    return slot_.take();
  }

  // The driver's turn.
  void operator()() {
    if (report_ != nullptr) report_->outcome = CallReport::Outcome::failure;
    std::apply(
        [this](std::remove_reference_t<P>&... parameters) {
          slot_.fill(
              [&]() -> decltype(auto) { return std::invoke(M, driver_, pass<P>(parameters)...); },
              outcome_);
        },
        parameters_);
  }

 private:
  static std::span<const Argument> lay_out(const Arguments& self) noexcept {
    return static_cast<const HookedCall&>(self).laid_out();
  }
  std::span<const Argument> laid_out() const noexcept {
    return std::apply(
        [this](const std::remove_reference_t<P>&... parameters) -> std::span<const Argument> {
          std::size_t index = 0;
          return *::new (&room_) std::array<Argument, sizeof...(P)>{
              Argument{kDescriptor.arguments[index++], see<P>(parameters)}...};
        },
        parameters_);
  }

  Driver& driver_;
  CallReport* const report_;
  const std::tuple<std::remove_reference_t<P>&...> parameters_;
  Outcome outcome_;
  ResultSlot<R> slot_;
  // Where the arguments come to lie.
  mutable union Room {
    Room() noexcept {}
    std::array<Argument, sizeof...(P)> arguments;
  } room_;
};

template <class Driver, auto M, class Signature>
struct Caller;

template <class Driver, auto M, class R, class... P>
class CallerOf {
 public:
  using Result = R;
  static constexpr std::size_t kParameters = sizeof...(P);

  static R call(Driver& driver, HookChain& chain, const Context& context, CallReport* report,
                P... parameters) {
    if (!chain.active()) [[likely]] {
      if (report != nullptr) report->outcome = CallReport::Outcome::failure;
      return std::invoke(M, driver, std::forward<P>(parameters)...);
    }
    return call_hooked(driver, chain, context, report, std::forward<P>(parameters)...);
  }

 private:
  // On its own, so that a call without hooks does not set up what only hooks need.
  [[gnu::noinline]] static R call_hooked(Driver& driver, HookChain& chain, const Context& context,
                                         CallReport* report, P... parameters) {
    return HookedCall<Driver, M, R, P...>(driver, report, parameters...).run(chain, context);
  }
};

template <class Driver, auto M, class C, class R, class... P>
struct Caller<Driver, M, R (C::*)(P...)> : CallerOf<Driver, M, R, P...> {};
template <class Driver, auto M, class C, class R, class... P>
struct Caller<Driver, M, R (C::*)(P...) const> : CallerOf<Driver, M, R, P...> {};
template <class Driver, auto M, class C, class R, class... P>
struct Caller<Driver, M, R (C::*)(P...) noexcept> : CallerOf<Driver, M, R, P...> {};
template <class Driver, auto M, class C, class R, class... P>
struct Caller<Driver, M, R (C::*)(P...) const noexcept> : CallerOf<Driver, M, R, P...> {};

}  // namespace detail

/// A driver of any class, called through its hooks:
///
///   hookwire::Hooked<Lamp> lamp(driver, chain);
///   lamp.call<&Lamp::dim>(context, "kitchen", 40);
///
/// A call costs one load and one branch over the direct one while the chain has no hooks switched
/// on. Thread-safe as far as the driver is.
template <class Driver>
class Hooked {
 public:
  /// Both must outlive the wrapper.
  Hooked(Driver& driver, HookChain& chain) noexcept : driver_(driver), chain_(chain) {}

  /// Calls M, which Interface<Driver> lists, exactly once unless a hook refuses the call. Arguments
  /// convert to M's parameters as in a direct call. Returns the driver's result, or what a post
  /// hook put in its place. Throws what the driver threw; what the refusing hook threw;
  /// PostHookError.
  template <auto M, class... Arguments>
  requires(sizeof...(Arguments) ==
           detail::Caller<Driver, M, decltype(M)>::kParameters) decltype(auto)
      call(const Context& context, Arguments&&... arguments) const {
    return detail::Caller<Driver, M, decltype(M)>::call(driver_, chain_, context, nullptr,
                                                        std::forward<Arguments>(arguments)...);
  }

  /// The same when nobody in particular asked: hooks see the chain's default context.
  template <auto M, class... Arguments>
  requires(sizeof...(Arguments) ==
           detail::Caller<Driver, M, decltype(M)>::kParameters) decltype(auto)
      call(Arguments&&... arguments) const {
    return detail::Caller<Driver, M, decltype(M)>::call(
        driver_, chain_, chain_.default_context(), nullptr, std::forward<Arguments>(arguments)...);
  }

  /// The same, and says in `report`, which is set when it returns or throws, how the call ended.
  template <auto M, class... Arguments>
  auto call_reported(CallReport& report, const Context& context, Arguments&&... arguments) const {
    using Caller = detail::Caller<Driver, M, decltype(M)>;
    report.outcome = CallReport::Outcome::vetoed;  // until the driver is reached
    if constexpr (std::is_void_v<typename Caller::Result>) {
      Caller::call(driver_, chain_, context, &report, std::forward<Arguments>(arguments)...);
      report.outcome = CallReport::Outcome::success;
    } else {
      auto result =
          Caller::call(driver_, chain_, context, &report, std::forward<Arguments>(arguments)...);
      report.outcome = CallReport::Outcome::success;
      return result;
    }
  }

  Driver& driver() const noexcept { return driver_; }
  HookChain& chain() const noexcept { return chain_; }

 private:
  Driver& driver_;
  HookChain& chain_;
};

}  // namespace hookwire
#pragma GCC visibility pop
