#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// What a journal that nobody writes to lacks, and what is done about it, in sentences for people.
struct JournalRepair {
  std::vector<std::string> found;  ///< What is wrong: which file, where, which sequences.
  std::vector<std::string> steps;  ///< Changes to files; what is kept aside and where.
  std::string next;                ///< How the next writer goes on.
  /// Something cannot be mended: sequences that cannot be read, a file that does not belong.
  bool damaged = false;
};

/// Does to the files what a writer that opens the journal would do, by the table in
/// docs/journal.md; with `dry_run` it changes nothing and says what it would do. Reads every
/// record. Throws Error: busy when a process holds the journal (the message has its pid),
/// bad_input when `folder` holds no journal, incompatible for another format version, IoError.
JournalRepair repair_journal(FileSystem& file_system, const std::filesystem::path& folder,
                             bool dry_run);

}  // namespace hookwire
#pragma GCC visibility pop
