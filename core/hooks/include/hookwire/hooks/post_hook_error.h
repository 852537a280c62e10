#pragma once

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "hookwire/base/error.h"
#include "hookwire/base/value_ref.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// The driver had succeeded, then a post hook raised and was not suppressed. Carries the result and
/// the hook's exception: the work is done and must not be done again. Immutable.
class PostHookError : public Error {
 public:
  PostHookError(std::string_view method, std::exception_ptr cause,
                std::shared_ptr<const void> result, ValueRef result_ref)
      : Error(ErrorCode::bad_input, sentence(method, cause)),
        cause_(std::move(cause)),
        result_(std::move(result)),
        result_ref_(result_ref) {}

  const std::exception_ptr& cause() const noexcept { return cause_; }
  /// The driver's result; empty when the method returns nothing.
  const ValueRef& result() const noexcept { return result_ref_; }

 private:
  static std::string sentence(std::string_view method, const std::exception_ptr& cause) {
    const ErrorText text = describe_exception(cause);
    return std::string(method) + " succeeded, but a post hook raised " + text.type + ": " +
           text.message;
  }

  std::exception_ptr cause_;
  std::shared_ptr<const void> result_;  // keeps alive what result_ref_ refers to
  ValueRef result_ref_;
};

}  // namespace hookwire
#pragma GCC visibility pop
