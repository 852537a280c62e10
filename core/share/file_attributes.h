#pragma once

#include <string>

namespace hookwire {

/// Gives the open file or folder `to` the extended attributes of `from`: the user's own, access
/// control lists (those that `to` inherited and `from` has not are removed) and what is trusted,
/// where we are allowed to set that. Of other security attributes only file capabilities, which a
/// change of owner clears: to be called after that. Returns false with errno set on failure, also
/// when the file system of `to` cannot keep what is the user's or a list. See xattr(7).
bool copy_attributes(int from, int to) noexcept;

/// Makes `text` the names and values of all extended attributes of the open file or folder that we
/// may read, in some form. Returns false with errno set on failure.
bool read_attributes(int fd, std::string& text);

}  // namespace hookwire
