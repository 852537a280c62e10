#pragma once

namespace hookwire {

/// Gives the empty file `to` the content of `from`, both open: shares the blocks where the file
/// system can (FICLONE), else copies within the kernel (copy_file_range), else by reading and
/// writing. Holes stay holes. Returns false with errno set on failure.
bool copy_content(int from, int to) noexcept;

}  // namespace hookwire
