#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "hookwire/base/value_ref.h"
#include "hookwire/hooks/context.h"
#include "hookwire/hooks/hook_run.h"
#include "hookwire/hooks/method.h"

#pragma GCC visibility push(default)
namespace hookwire {

class Outcome;
class Redaction;

/// One argument of a call.
struct Argument {
  std::string_view name;
  ValueRef value;
};

/// The arguments of a call, which are laid out when a hook first asks for them. Confined to the
/// calling thread.
class Arguments {
 public:
  /// Without any.
  Arguments() = default;
  /// Those at hand, which must outlive it.
  template <std::size_t count>
  Arguments(
      const std::array<Argument, count>& given) noexcept  // NOLINT(google-explicit-constructor)
      : laid_out_(given) {}
  template <std::size_t count>
  Arguments(const std::array<Argument, count>&& given) = delete;  // would be gone
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  std::span<const Argument> all() const noexcept {
    if (lay_out_ != nullptr) [[unlikely]] {
      laid_out_ = std::exchange(lay_out_, nullptr)(*this);
    }
    return laid_out_;
  }

 protected:
  using LayOut = std::span<const Argument> (*)(const Arguments&) noexcept;
  /// `lay_out` is called once, with this object, or never.
  explicit Arguments(LayOut lay_out) noexcept : lay_out_(lay_out) {}

 private:
  mutable LayOut lay_out_ = nullptr;
  mutable std::span<const Argument> laid_out_;
};

/// A call on its way to the driver and back, as hooks see it. What it refers to lives until the
/// call returns. Arguments that the driver takes by reference are seen as they are now; those it
/// takes by value, as they were given, unless they can only be moved: the driver has those.
/// Confined to the calling thread.
class Call {
 public:
  Call(const MethodDescriptor& descriptor, const Context& context, const Arguments& arguments,
       const HookRuns& runs, const Redaction* redaction = nullptr) noexcept
      : descriptor_(descriptor),
        context_(context),
        arguments_(arguments),
        runs_(runs),
        redaction_(redaction) {}
  /// The arguments are referred to: a temporary would be gone.
  Call(const MethodDescriptor& descriptor, const Context& context, const Arguments&& arguments,
       const HookRuns& runs, const Redaction* redaction = nullptr) = delete;

  std::string_view method() const noexcept { return descriptor_.name; }
  const MethodDescriptor& descriptor() const noexcept { return descriptor_; }
  const Context& context() const noexcept { return context_; }
  std::span<const Argument> arguments() const noexcept { return arguments_.all(); }

  /// The argument called `name`; nullptr when the method has none.
  const Argument* find(std::string_view name) const noexcept {
    for (const Argument& argument : arguments_.all()) {
      if (argument.name == name) return &argument;
    }
    return nullptr;
  }

  /// The argument called `name`, which is a T (without const and &).
  /// Throws Error bad_input when there is none of that name, or it is of another type.
  template <class T>
  const T& arg(std::string_view name) const {
    const Argument* argument = find(name);
    if (argument == nullptr) {
      throw Error(ErrorCode::bad_input,
                  std::string(method()) + " has no argument '" + std::string(name) + "'");
    }
    return argument->value.get<T>();
  }

  /// The hooks that have run for this call so far, in the order in which they ran.
  std::span<const HookRun> hook_runs() const noexcept { return runs_.all(); }

  /// `text`, which came of this call, as a log or another program may see it: with the secrets of
  /// the arguments and, unless `outcome` is null, of the result replaced. An error's text can hold
  /// them. Allocates.
  std::string redacted(std::string_view text, const Outcome* outcome = nullptr) const;
  /// What is secret in calls, as the chain has it; null: what descriptors name.
  const Redaction* redaction() const noexcept { return redaction_; }

 private:
  const MethodDescriptor& descriptor_;
  const Context& context_;
  const Arguments& arguments_;
  const HookRuns& runs_;
  const Redaction* redaction_;
};

}  // namespace hookwire
#pragma GCC visibility pop
