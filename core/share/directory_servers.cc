#include <set>
#include <utility>

#include "directory_share_driver.h"
#include "share_errors.h"
#include "share_input.h"

// The part of DirectoryShareDriver that keeps share servers. They are set up with their first
// share.

namespace hookwire {

const DirectoryState::ShareServer& DirectoryShareDriver::find_server(
    const std::string& share_server_id) const {
  store_.check_settled(Kind::share_server, share_server_id);
  const auto found = store_.state().share_servers.find(share_server_id);
  if (found == store_.state().share_servers.end()) throw ShareServerNotFound(share_server_id);
  return found->second;
}

void DirectoryShareDriver::check_server_unused(const std::string& share_server_id) const {
  check_stays(share_server_id);
  for (const auto& [share_id, share] : store_.state().shares) {
    if (share.share_server_id == share_server_id) {
      throw ShareServerInUse(share_server_id, "share '" + share_id + "' is on it");
    }
  }
}

void DirectoryShareDriver::delete_share_server(const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    static_cast<void>(find_server(share_server_id));
    check_server_unused(share_server_id);
    // Shares that were let go of are not ours to remove.
    if (const auto left = store_.shares_of(share_server_id).unknown({}); !left.empty()) {
      throw ShareServerInUse(share_server_id, "its folder holds '" + left.front() +
                                                  "', which is no share: move it away");
    }
    DirectoryState next = store_.state();
    next.share_servers.erase(share_server_id);
    if (const std::string root = find_server(share_server_id).root; root.empty()) {
      const auto parts = store_.commit_removed(store_.servers(), share_server_id, std::move(next));
      lock.unlock();
      for (const std::filesystem::path& part : parts) store_.remove_server(part, Empties::keep);
    } else {
      const std::filesystem::path folder = store_.folder_of(share_server_id, root);
      if (const auto identity = lasting_identity(folder)) {
        next.removals.push_back({.path = folder.string(),
                                 .identity = *identity,
                                 .parent = lasting(identity_of(folder.parent_path())),
                                 .is_checked = true,
                                 .contents = {},
                                 .moved_to = std::nullopt});
      } else {
        log_.warning(folder.string() + " was gone already");
      }
      store_.commit(std::move(next));
      finish_removal(folder, lock);
    }
  });
}

ShareServer DirectoryShareDriver::manage_share_server(const std::string& share_server_id,
                                                      const std::string& identifier,
                                                      const DriverOptions& driver_options) {
  check_id("share_server_id", share_server_id);
  check_path("identifier", identifier);
  check_no_options(driver_options);
  return with_share_errors([&] {
    return refuse_as<ManageInvalidShareServer>([&] {
      const std::lock_guard guard(mutex_);
      if (store_.state().share_servers.contains(share_server_id)) {
        throw ShareServerExists(share_server_id);
      }
      ContentFolder& servers = store_.servers();
      const std::filesystem::path to = servers.path_of(share_server_id);
      const FolderBelow found(root_, identifier);
      check_adoptable(found, servers, share_server_id);
      found.check_ours_alone();
      for (const std::string& name : found.names()) {
        if (!parse_work_name(name)) continue;
        throw FolderRefused(found.path().string() + " holds '" + name +
                            "', a name that the driver gives: rename it");
      }
      DirectoryState next = store_.state();
      next.share_servers[share_server_id] = {};
      store_.commit_adopted(servers, found, {.kind = Kind::share_server, .id = share_server_id},
                            std::move(next));
      return ShareServer{.share_server_id = share_server_id, .identifier = to.string()};
    });
  });
}

void DirectoryShareDriver::unmanage_share_server(const std::string& share_server_id) {
  check_id("share_server_id", share_server_id);
  with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    static_cast<void>(find_server(share_server_id));
    check_server_unused(share_server_id);
    if (find_server(share_server_id).root.empty()) {
      check_in_place(store_.servers(), share_server_id);
    }
    DirectoryState next = store_.state();
    next.share_servers.erase(share_server_id);
    store_.commit(std::move(next));
  });
}

}  // namespace hookwire
