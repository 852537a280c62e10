#pragma once

#include <string>
#include <string_view>

#include "hookwire/format/event_text.h"
#include "hookwire/schemas/event.h"

namespace hookwire {

/// What a word means, for its colour.
enum class Tone { plain, faint, good, bad, notice };

/// Words on a line, one space between, in colours or not. Takes printable text only.
class TextLine {
 public:
  explicit TextLine(bool colour) : colour_(colour) {}

  /// Adds a word, padded to `width` characters; an empty one adds nothing.
  void add(std::string_view word, std::size_t width = 0, Tone tone = Tone::plain);
  /// The line, without spaces at its end.
  std::string take();

 private:
  bool colour_;
  std::string text_;
};

// Fields of an event as they stand on a line: printable, shortened, empty when absent.
std::string what_text(const Event& event);      ///< The method; or what happened.
std::string resource_text(const Event& event);  ///< "share:s-1"
std::string who_text(const Event& event);       ///< "alice req-1"
std::string part_text(const Event& event);      ///< "tick 300 part 1/2"
std::string error_text(const Event& event);     ///< "ShareNotFound: no such share"
std::string data_text(const Event& event);      ///< Compact JSON.

}  // namespace hookwire
