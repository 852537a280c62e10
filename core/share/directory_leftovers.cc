#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

#include "directory_removal.h"
#include "directory_share_driver.h"
#include "migration_paths.h"

// The part of DirectoryShareDriver that removes the folders of share servers that moved, or did not
// move after all. The state remembers them until they are gone. What is not known for sure stays:
// what can be known later, until the next start; all else for good.

namespace hookwire {

namespace {

// A folder that is to be removed, held open, so that it stays the one that was looked at.
class LeftFolder {
 public:
  // Throws Error busy when its parent is another by now, as one that is not mounted; IoError.
  explicit LeftFolder(const DirectoryState::Removal& removal)
      : path_(removal.path), parent_(path_.parent_path()) {
    if (lasting(identity_of(parent_)) != removal.parent) {
      throw Error(ErrorCode::busy, parent_.path().string() + " is not the folder that it was");
    }
    const auto status = parent_.status(path_.filename().string());
    if (!status) return;
    is_there_ = true;
    if (S_ISDIR(status->st_mode)) folder_ = parent_.open(path_.filename().string());
    is_same_ = folder_ && lasting(identity_of(*folder_)) == removal.identity;
  }

  bool is_there() const noexcept { return is_there_; }
  bool is_same() const noexcept { return is_same_; }

  // Removes the contents, then itself. False when something else is in it: that is left.
  bool remove(const std::set<std::string>& ids) const {
    remove_contents(*folder_, ids);
    if (::unlinkat(parent_.fd(), path_.filename().c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) {
      return true;
    }
    if (errno != ENOTEMPTY && errno != EEXIST) throw IoError(errno, "remove " + path_.string());
    return false;
  }

  // So that it does not come back once the state has forgotten it.
  void sync() const {
    if (::fsync(parent_.fd()) != 0) throw IoError(errno, "sync " + parent_.path().string());
  }

 private:
  std::filesystem::path path_;
  OpenFolder parent_;
  std::unique_ptr<OpenFolder> folder_;
  bool is_there_ = false;
  bool is_same_ = false;
};

std::set<std::string> ids_in(const DirectoryState::Removal& removal) {
  std::set<std::string> ids;
  for (const auto& [id, fingerprint] : removal.contents) ids.insert(id);
  return ids;
}

}  // namespace

// Nothing in it may have changed since it was copied, nor may there be anything that was not.
bool DirectoryShareDriver::is_all_copied(const DirectoryState::Removal& removal) {
  for (const auto& [id, fingerprint] : removal.contents) {
    const std::filesystem::path content = std::filesystem::path(removal.path) / id;
    if (!identity_if_there(content) || !is_as_it_was(content, fingerprint)) return false;
  }
  PosixFileSystem files;
  WorkNumbers numbers;
  return ContentFolder(files, removal.path, numbers).unknown(ids_in(removal)).empty();
}

bool DirectoryShareDriver::is_in_use(const DirectoryState::Removal& removal) const {
  for (const auto& [id, server] : store_.state().share_servers) {
    if (lies_in(store_.folder_of(id, server.root), removal.path)) return true;
    if (server.migration && lies_in(store_.folder_of(id, server.migration->root), removal.path)) {
      return true;
    }
  }
  return false;
}

// What is to be removed may be all there is of a share that the server has still.
void DirectoryShareDriver::check_moved(const DirectoryState::Removal& removal) const {
  if (!removal.moved_to) return;
  const std::string& server_id = removal.moved_to->server_id;
  const auto server = store_.state().share_servers.find(server_id);
  if (server == store_.state().share_servers.end()) return;  // it was deleted, or let go of
  const std::filesystem::path folder = store_.folder_of(server_id, server->second.root);
  const auto check = [](const std::filesystem::path& path, const FolderIdentity& identity) {
    if (lasting_identity(path) == identity) return;
    throw Error(ErrorCode::busy, path.string() + " is not the folder that it was");
  };
  check(folder, removal.moved_to->identity);
  for (const auto& [id, identity] : removal.moved_to->copies) {
    const auto share = store_.state().shares.find(id);
    if (share == store_.state().shares.end()) continue;  // as above
    if (share->second.share_server_id == server_id) check(folder / id, identity);
  }
}

// Returns why it is left alone for good; nothing when it is gone. Throws Error when it is to be
// looked at again after the next start.
std::string DirectoryShareDriver::remove_left(const DirectoryState::Removal& removal,
                                              std::unique_lock<std::mutex>& lock) {
  if (is_in_use(removal)) return "is, or holds, the folder of a share server";
  lock.unlock();
  const LeftFolder left(removal);
  if (left.is_there()) {
    if (!left.is_same()) return "is not what it was";
    lock.lock();
    check_moved(removal);
    lock.unlock();
    if (!removal.is_checked && !is_all_copied(removal)) {
      return "is not what it was when it was copied";
    }
    lock.lock();
    if (!removal.is_checked) {
      // Half of it removed, it would not pass a second time.
      DirectoryState next = store_.state();
      const auto found = std::find(next.removals.begin(), next.removals.end(), removal);
      if (found == next.removals.end()) return "is not to be removed any more";
      found->is_checked = true;
      store_.commit(std::move(next));
    }
    check_moved(removal);  // again: the comparing took a while
    lock.unlock();
    if (!left.remove(ids_in(removal))) return "holds what the driver did not put there";
  }
  left.sync();
  return "";
}

void DirectoryShareDriver::finish_removal(const std::string& path,
                                          std::unique_lock<std::mutex>& lock) noexcept {
  const auto is_it = [&](const DirectoryState::Removal& one) { return one.path == path; };
  const auto& removals = store_.state().removals;
  const auto found = std::find_if(removals.begin(), removals.end(), is_it);
  try {
    if (found == removals.end() || !removing_.insert(path).second) return;
    const DirectoryState::Removal removal = *found;
    const std::string why = remove_left(removal, lock);
    if (!lock.owns_lock()) lock.lock();
    if (!why.empty()) log_.warning(path + " " + why + ": left alone");
    DirectoryState next = store_.state();
    std::erase_if(next.removals, is_it);
    store_.commit(std::move(next));
  } catch (const std::exception& error) {
    if (!lock.owns_lock()) lock.lock();
    log_.warning(path + " could not be removed and waits for the next start: " + error.what());
  }
  removing_.erase(path);
}

void DirectoryShareDriver::finish_removals(std::unique_lock<std::mutex>& lock) noexcept {
  const std::vector<DirectoryState::Removal> removals = store_.state().removals;
  for (const DirectoryState::Removal& removal : removals) finish_removal(removal.path, lock);
}

}  // namespace hookwire
