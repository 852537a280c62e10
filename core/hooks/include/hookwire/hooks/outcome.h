#pragma once

#include <cstdint>
#include <exception>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/from_value.h"
#include "hookwire/base/value_ref.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What the driver returned, as post hooks see it. Confined to the calling thread.
class Outcome {
 public:
  /// Of a method that returns nothing, until a result is set.
  Outcome() = default;
  /// The result is at `result`, which must outlive the object, and can be replaced.
  template <class T>
  void set_replaceable(T& result) noexcept {
    result_ = ValueRef::to(result);
    target_ = &result;
    if constexpr (FromValue<T>) {
      assign_ = [](void* target, const Value& value) {
        T made{};
        from_value(value, "the result", made);
        *static_cast<T*>(target) = std::move(made);
      };
    }
  }
  /// The method returns a reference, to `result`: it can be seen, not replaced.
  template <class T>
  void set_fixed(const T& result) noexcept {
    result_ = ValueRef::to(result);
  }

  /// False for a method that returns nothing.
  bool has_result() const noexcept { return !result_.empty(); }

  /// The result, which is a T. Throws Error bad_input when it is of another type or there is none.
  template <class T>
  const T& result() const {
    return result_.get<T>();
  }
  const ValueRef& value() const noexcept { return result_; }

  /// Puts another result in place of the driver's: the next hooks and the caller see this one.
  /// Throws Error bad_input when the result is not a T, or the method returns a reference.
  template <class T>
  void replace(T value) {
    static_cast<void>(result_.get<T>());
    if (target_ == nullptr) {
      throw Error(ErrorCode::bad_input, "the result is a reference and cannot be replaced");
    }
    *static_cast<T*>(target_) = std::move(value);
    ++replacements_;
  }
  /// The same for a hook that does not know the type: the result is made from a plain value.
  /// Throws Error bad_input, with nothing replaced, when `value` does not fit, the method returns
  /// nothing or a reference, or its type has no from_value.
  void replace_from(const Value& value) {
    if (assign_ == nullptr) {
      throw Error(ErrorCode::bad_input,
                  !has_result()        ? "the method returns nothing that could be replaced"
                  : target_ == nullptr ? "the result is a reference and cannot be replaced"
                                       : "the result's type has no from_value, which makes it "
                                         "from a plain value");
    }
    assign_(target_, value);
    ++replacements_;
  }
  /// How often the result was replaced so far.
  int replacements() const noexcept { return replacements_; }

  /// How long the driver took; -1 when nothing in the chain asks for durations.
  std::int64_t duration_ns() const noexcept { return duration_ns_; }
  void set_duration_ns(std::int64_t duration_ns) noexcept { duration_ns_ = duration_ns; }

 private:
  ValueRef result_;
  void* target_ = nullptr;
  void (*assign_)(void* target, const Value& value) = nullptr;
  int replacements_ = 0;
  std::int64_t duration_ns_ = -1;
};

/// Why a call has no result, as failure hooks see it. Confined to the calling thread.
struct Failure {
  enum class Reason {
    raised,  ///< The driver raised `error`.
    vetoed,  ///< A hook's pre raised `error`: the driver did not run.
  };
  Reason reason = Reason::raised;
  std::exception_ptr error{};     ///< Never null; what the caller gets.
  std::string_view vetoed_by{};   ///< The hook's name when vetoed.
  std::int64_t duration_ns = -1;  ///< Of the driver; -1: did not run, or not measured.
};

}  // namespace hookwire
#pragma GCC visibility pop
