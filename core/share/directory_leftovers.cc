#include <algorithm>
#include <exception>
#include <utility>

#include "directory_removal.h"
#include "directory_share_driver.h"

// The part of DirectoryShareDriver that removes the folders of share servers that moved, or did not
// move after all. The state remembers them until they are gone.

namespace hookwire {

// Nothing in it may have changed since it was copied, nor may there be anything that was not.
bool DirectoryShareDriver::is_all_copied(const DirectoryState::Removal& removal) {
  std::set<std::string> ids;
  for (const auto& [id, fingerprint] : removal.contents) {
    ids.insert(id);
    if (!is_as_it_was(std::filesystem::path(removal.path) / id, fingerprint)) return false;
  }
  PosixFileSystem files;
  WorkNumbers numbers;
  return ContentFolder(files, removal.path, numbers).unknown(ids).empty();
}

bool DirectoryShareDriver::is_in_use(const DirectoryState::Removal& removal) const {
  for (const auto& [id, server] : store_.state().share_servers) {
    if (store_.folder_of(id, server.root) == removal.path) return true;
    if (server.migration && store_.folder_of(id, server.migration->root) == removal.path) {
      return true;
    }
  }
  return false;
}

// False when it is not what it was; true also when it is gone.
bool DirectoryShareDriver::remove_left(const DirectoryState::Removal& removal,
                                       std::unique_lock<std::mutex>& lock) {
  if (is_in_use(removal)) return false;
  lock.unlock();
  const std::optional<FolderIdentity> found = identity_if_there(removal.path);
  if (found && (*found != removal.identity || !(removal.is_checked || is_all_copied(removal)))) {
    lock.lock();
    return false;
  }
  if (found && !removal.is_checked && removal.contents.empty()) {
    // Nothing is in it; what comes into it now stays.
    const bool is_gone = remove_emptied(removal.path, Empties::keep);
    lock.lock();
    return is_gone;
  }
  lock.lock();
  DirectoryState next = store_.state();
  const auto left = std::find(next.removals.begin(), next.removals.end(), removal);
  if (!found || left == next.removals.end()) return true;
  if (is_in_use(removal)) return false;
  if (!removal.is_checked) {
    // Half of it removed, it would not pass a second time.
    left->is_checked = true;
    left->contents.clear();
    store_.commit(std::move(next));
  }
  lock.unlock();
  remove_tree(removal.path);
  lock.lock();
  return true;
}

void DirectoryShareDriver::finish_removals(std::unique_lock<std::mutex>& lock) noexcept {
  const std::vector<DirectoryState::Removal> removals = store_.state().removals;
  for (const DirectoryState::Removal& removal : removals) {
    try {
      if (!remove_left(removal, lock)) {
        log_.warning(removal.path + " is not what it was when it was copied: left alone");
      }
      DirectoryState next = store_.state();
      std::erase_if(next.removals, [&](const auto& one) {
        return one.path == removal.path && one.identity == removal.identity;
      });
      store_.commit(std::move(next));
    } catch (const std::exception& error) {
      if (!lock.owns_lock()) lock.lock();
      log_.warning(removal.path +
                   " could not be removed and waits for the next start: " + error.what());
    }
  }
}

}  // namespace hookwire
