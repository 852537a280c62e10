#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)
namespace hookwire {

/// What a caller should do about an error. Closed: a new code is a new major version.
enum class ErrorCode {
  configuration,  ///< Fix the configuration, the command line or the environment, then start again.
  bad_input,      ///< Fix what was passed in: a call, a request, a rule, a file. Nothing changed.
  io,    ///< The operating system refused. Look at the errno in the message; may be retried.
  busy,  ///< Somebody else holds it (a lock, an endpoint). Stop them or choose another.
  incompatible,  ///< Made by another version or another build. Upgrade, convert or rebuild.
  damaged,       ///< Bytes are not what was written. Keep them; report the loss.
  timed_out,     ///< Not done in the time given. May be retried.
  closed,        ///< The object was closed, or the process is a fork of its owner. Give up.
};

/// A short stable word for `code`, such as "configuration". Thread-safe, never throws.
std::string_view to_string(ErrorCode code) noexcept;

/// The root of every exception Hookwire throws. `what()` says what, where and what to do.
/// Immutable.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

/// A system call failed. Immutable.
class IoError : public Error {
 public:
  /// `doing` names the action and its object: "open /var/journal/lock". The text of `error_number`
  /// (an errno) is appended. EAGAIN-like locks are not IoErrors but ErrorCode::busy.
  IoError(int error_number, const std::string& doing);

  int error_number() const noexcept { return error_number_; }

 private:
  int error_number_;
};

}  // namespace hookwire
#pragma GCC visibility pop
