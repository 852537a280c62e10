#include "hookwire/base/error.h"

#include <system_error>

namespace hookwire {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::configuration:
      return "configuration";
    case ErrorCode::bad_input:
      return "bad_input";
    case ErrorCode::io:
      return "io";
    case ErrorCode::busy:
      return "busy";
    case ErrorCode::incompatible:
      return "incompatible";
    case ErrorCode::damaged:
      return "damaged";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::closed:
      return "closed";
  }
  return "unknown";
}

IoError::IoError(int error_number, const std::string& doing)
    : Error(ErrorCode::io,
            "cannot " + doing + ": " + std::generic_category().message(error_number)),
      error_number_(error_number) {}

}  // namespace hookwire
