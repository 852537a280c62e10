#include "hookwire/schemas/stream_message.h"

namespace hookwire {

std::string_view to_string(StreamStart::From from) noexcept {
  switch (from) {
    case StreamStart::From::earliest:
      return "earliest";
    case StreamStart::From::latest:
      return "latest";
    case StreamStart::From::sequence:
      return "sequence";
    case StreamStart::From::time:
      return "time";
    case StreamStart::From::cursor:
      return "cursor";
  }
  return "unknown";
}

std::string_view to_string(StreamError::Code code) noexcept {
  switch (code) {
    case StreamError::Code::malformed:
      return "malformed";
    case StreamError::Code::too_large:
      return "too_large";
    case StreamError::Code::unknown_type:
      return "unknown_type";
    case StreamError::Code::unknown_session:
      return "unknown_session";
    case StreamError::Code::bad_value:
      return "bad_value";
    case StreamError::Code::version:
      return "version";
    case StreamError::Code::too_many_sessions:
      return "too_many_sessions";
    case StreamError::Code::too_many_requests:
      return "too_many_requests";
  }
  return "unknown";
}

}  // namespace hookwire
