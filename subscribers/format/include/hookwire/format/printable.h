#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)
namespace hookwire {

/// `text`, which may be anybody's bytes, made safe for a terminal and for one line: control
/// characters (C0, DEL, C1), line and paragraph separators, and characters that turn the direction
/// of writing become escapes such as \n, \x1b and \u202e; what is not UTF-8 becomes \xff. A
/// backslash is doubled, so that an escape cannot be feigned.
std::string printable(std::string_view text);

/// printable(), and of more than `most` characters the first and an ellipsis: `most` in all. An
/// escape counts as it is shown. `most` is at least 1.
std::string printable(std::string_view text, std::size_t most);

}  // namespace hookwire
#pragma GCC visibility pop
