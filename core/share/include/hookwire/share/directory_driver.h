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
/// `shares/<id>/` is a share's content, `servers/<server>/<id>/` that of a share on a share server,
/// `snapshots/<id>/` a snapshot's (reflinked where the file system can), `exports` the access rules
/// in exports(5) form, `state.json` what survives a restart, `lock` the mark of the process that
/// holds the root.
///
/// Ids are 1 to 128 of A-Z a-z 0-9 . _ - and do not begin with a dot. Provisioning is thin: a
/// size is kept and not enforced, and may exceed what is free; a share is not shrunk below what it
/// holds. Access keys are not kept anywhere. The one driver option is `mode`, the octal permissions
/// of the share's folder (0755), of create_share_instance. Nobody has more than one access rule on
/// a share.
///
/// What is managed is a folder below the root, renamed to its place by its new id; unmanaged, it
/// stays there. No symbolic link is followed to it, and it is refused when it is, holds or lies in
/// what the driver has already, compared by device and inode, or when it cannot be renamed.
///
/// A share server is set up with its first share. Once it has none it can be deleted, if nothing
/// else lies in its folder.
///
/// It moves to another root in steps: what is there is no share before the last step, which takes
/// no more than what is as it was when it was copied. An old or a cancelled folder is removed when
/// it is, by device and inode, the one that is known.
///
/// A replica is a whole copy of its share, `replicas/<id>/content`, with copies of replicated
/// snapshots in `replicas/<id>/snapshots`, on the file system of the share. It is in sync when
/// nothing in the share changed since it was copied, as the kernel's times of change tell: not what
/// is stored through a mapping on tmpfs, and not while a time lies in the future. A mount from
/// before a promotion goes on with what is the replica's content then: an update that finds
/// something written there is refused.
///
/// Periodic data gets `used_bytes` and `snapshot_count`; shares that are not known any more are
/// left as they were given.
///
/// Every call is all or nothing, also when the process is killed in it: init_host, to be called
/// once after a start, finishes or takes back what was interrupted, and logs it. Contents that
/// `state.json` does not know are never touched; what is being made or removed has a name that no
/// id can be, `.work.<number>.<id>` or `.part.<number>.<id>`, beside the others.
/// Thread-safe: one lock around the state, none while content is copied, counted or removed. A call
/// that changes something costs a few fsyncs and is linear in the number of shares; one that copies
/// a content (of snapshots, replicas, share servers that move) waits until the file system has
/// written out all it holds (syncfs).
/// Throws Error busy that names the holder when another driver has the root; damaged or
/// incompatible for its state.json; IoError.
std::unique_ptr<ShareDriver> make_directory_driver(const DirectoryOptions& options, Log& log);

}  // namespace hookwire
#pragma GCC visibility pop
