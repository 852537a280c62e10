#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "hookwire/base/log.h"
#include "hookwire/share/share_driver.h"

namespace hookwire {

/// How a directory driver is set up.
struct DirectoryOptions {
  std::filesystem::path
      root;  ///< Made (0700) when absent; its parent must exist. One process at a time.
  std::string host = "localhost";  ///< Named in export locations.
  std::string backend_name = "directory";
};

/// The reference driver: works on any Linux file system, without root. Below `root`:
/// `shares/<id>/` is a share's content, `snapshots/<id>/` a snapshot's (reflinked where the file
/// system can), `exports` the access rules in exports(5) form, `state.json` what survives a
/// restart. A share's size limit is kept in the state and checked against what is used when the
/// share is extended, shrunk, or a snapshot is made.
/// Thread-safe: one lock around the state, none while a snapshot's content is copied.
/// Throws Error busy or IoError when the root cannot be had.
std::unique_ptr<ShareDriver> make_directory_driver(const DirectoryOptions& options, Log& log);

}  // namespace hookwire
