#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "hookwire/base/log.h"
#include "hookwire/share/share_driver.h"

#pragma GCC visibility push(default)
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
/// restart, `lock` the mark of the process that holds the root.
///
/// Ids are 1 to 128 of A-Z a-z 0-9 . _ - and do not begin with a dot. Provisioning is thin: a
/// size is kept and not enforced, and may exceed what is free; a share is not shrunk below what it
/// holds. Access keys are not kept anywhere. The one driver option is `mode`, the octal permissions
/// of the share's folder (0755). Nobody has more than one access rule on a share.
/// Periodic data gets `used_bytes` and `snapshot_count`; shares that are not known any more are
/// left as they were given.
///
/// Every call is all or nothing, also when the process is killed in it: init_host, to be called
/// once after a start, finishes or takes back what was interrupted, and logs it. Contents that
/// `state.json` does not know are never touched.
/// Thread-safe: one lock around the state, none while content is copied, counted or removed. A call
/// that changes something costs a few fsyncs and is linear in the number of shares;
/// create_snapshot waits until the file system has written out all it holds (syncfs).
/// Throws Error busy that names the holder when another driver has the root; damaged or
/// incompatible for its state.json; IoError.
std::unique_ptr<ShareDriver> make_directory_driver(const DirectoryOptions& options, Log& log);

}  // namespace hookwire
#pragma GCC visibility pop
