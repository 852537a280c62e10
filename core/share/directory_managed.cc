#include <algorithm>
#include <optional>
#include <utility>

#include "directory_share_driver.h"
#include "directory_usage.h"
#include "share_errors.h"
#include "share_input.h"

// The part of DirectoryShareDriver that takes over folders that are there already, and lets go of
// them.

namespace hookwire {

namespace {

void check_not_content(const FolderBelow& found, const std::filesystem::path& content,
                       const std::string& whose) {
  const auto& chain = found.chain();
  std::optional<FolderIdentity> identity;
  try {
    identity = identity_if_there(content);
  } catch (const IoError& error) {
    // By their names the two may have to do with each other; else it holds up nobody.
    if (!is_below(content.parent_path(), found.path()) && !is_below(found.path(), content)) return;
    throw FolderRefused("whether " + found.path().string() + " is, holds or lies in " + whose +
                        " is not known: " + error.what());
  }
  if (identity && std::find(chain.begin(), chain.end(), *identity) != chain.end()) {
    throw FolderRefused(found.path().string() + " is, or lies in, " + whose);
  }
  if (is_below(found.path(), content)) {
    throw FolderRefused(found.path().string() + " holds " + whose);
  }
}

void check_not_server(const FolderBelow& found, const std::filesystem::path& folder,
                      const std::string& server_id) {
  try {
    if (identity_if_there(folder) != found.identity()) return;
  } catch (const IoError&) {
    if (folder != found.path()) return;
  }
  throw FolderRefused(found.path().string() + " is share server '" + server_id + "'");
}

}  // namespace

void DirectoryShareDriver::check_new_share(
    const std::string& share_id, const std::optional<std::string>& share_server_id) const {
  check_stays(share_server_id);
  if (store_.state().shares.contains(share_id)) throw ShareExists(share_id);
}

void DirectoryShareDriver::check_adoptable(const FolderBelow& found, const ContentFolder& home,
                                           const std::string& new_id) const {
  if (store_.is_working(found)) {
    throw FolderRefused(found.path().string() + " is the driver's own working folder");
  }
  if (identity_if_there(found.path()) != found.identity()) {
    throw FolderRefused(found.path().string() + " was replaced meanwhile");
  }
  for (const auto& [id, share] : store_.state().shares) {
    check_not_content(found, store_.content_of(id), "share '" + id + "'");
  }
  for (const auto& [id, snapshot] : store_.state().snapshots) {
    check_not_content(found, store_.snapshots().path_of(id), "snapshot '" + id + "'");
  }
  for (const auto& [id, server] : store_.state().share_servers) {
    if (server.migration) {
      check_not_content(found, store_.folder_of(id, server.migration->root),
                        "the new folder of share server '" + id + "'");
    }
    check_not_server(found, store_.folder_of(id, server.root), id);
  }
  for (const DirectoryState::Removal& removal : store_.state().removals) {
    check_not_content(found, removal.path, "a folder that is yet to be removed");
  }
  for (const auto& [id, replica] : store_.state().replicas) {
    check_not_content(found, store_.replica(id).contents.path(), "replica '" + id + "'");
  }
  // The root too, which a bind mount may show again below itself.
  std::vector<FolderIdentity> own{found.chain().front()};
  for (const auto& folder : store_.own_folders()) own.push_back(identity_of(folder));
  if (std::find(own.begin(), own.end(), found.identity()) != own.end()) {
    throw FolderRefused(found.path().string() + " is the driver's own folder");
  }
  if (identity_of(home.path()).device != found.identity().device) {
    throw FolderRefused(found.path().string() + " lies on another file system than " +
                        home.path().string());
  }
  if (found.path() == home.path_of(new_id)) return;
  home.check_free(new_id);
  if (found.path().parent_path() != home.path() && !found.is_writable()) {
    throw FolderRefused(found.path().string() +
                        " cannot be moved, since the driver may not write to it: chmod u+w it");
  }
}

// On the file system of a server that moved, nothing but its folder is the driver's.
FolderBelow DirectoryShareDriver::find_folder(
    const std::string& path, const std::optional<std::string>& share_server_id) const {
  if (share_server_id && !find_server(*share_server_id).root.empty()) {
    return {store_.shares_of(share_server_id).path(), path};
  }
  return {root_, path};
}

void DirectoryShareDriver::check_in_place(const ContentFolder& home, const std::string& id) {
  if (home.has(id)) return;
  throw Error(ErrorCode::bad_input,
              home.path_of(id).string() + " is gone: put it back, or delete instead of unmanage");
}

std::vector<std::string> DirectoryShareDriver::manage_share(
    const std::string& share_id, std::uint64_t size_gb, const std::string& share_proto,
    const std::string& export_path, const std::optional<std::string>& share_server_id,
    const DriverOptions& driver_options) {
  check_id("share_id", share_id);
  check_size_gb("size_gb", size_gb);
  const std::string proto = checked_proto(share_proto);
  check_path("export_path", export_path);
  if (share_server_id) check_id("share_server_id", *share_server_id);
  check_no_options(driver_options);
  return with_share_errors([&] {
    return refuse_as<ManageInvalidShare>([&] {
      std::unique_lock lock(mutex_);
      check_new_share(share_id, share_server_id);
      const FolderBelow found = find_folder(export_path, share_server_id);
      check_adoptable(found, store_.shares_of(share_server_id), share_id);
      lock.unlock();
      const std::uint64_t used = used_bytes(found.path());
      lock.lock();
      check_new_share(share_id, share_server_id);  // again: it may have been taken meanwhile
      ContentFolder& shares = store_.shares_of(share_server_id);
      check_adoptable(found, shares, share_id);
      if (!fits(used, size_gb)) {
        throw FolderRefused(found.path().string() + " " + overfull(used, size_gb));
      }
      const DirectoryState::Share share{.size_gb = size_gb,
                                        .share_proto = proto,
                                        .share_server_id = share_server_id,
                                        .access_rules = {}};
      DirectoryState next = store_.state();
      next.shares[share_id] = share;
      store_.commit_adopted(shares, found, {.kind = Kind::share, .id = share_id}, std::move(next));
      return export_locations(share_id, share);
    });
  });
}

void DirectoryShareDriver::unmanage_share(const std::string& share_id) {
  check_id("share_id", share_id);
  with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    const ContentFolder& home = store_.home_of(find(share_id));
    check_unused(share_id);
    check_in_place(home, share_id);
    DirectoryState next = store_.state();
    next.shares.erase(share_id);
    store_.commit(std::move(next));
  });
}

Snapshot DirectoryShareDriver::manage_snapshot(const std::string& share_id,
                                               const std::string& snapshot_id,
                                               const std::string& provider_location,
                                               const DriverOptions& driver_options) {
  check_id("share_id", share_id);
  check_id("snapshot_id", snapshot_id);
  check_path("provider_location", provider_location);
  check_no_options(driver_options);
  return with_share_errors([&] {
    return refuse_as<ManageInvalidShareSnapshot>([&] {
      std::unique_lock lock(mutex_);
      check_new_snapshot(share_id, snapshot_id);
      const FolderBelow found(root_, provider_location);
      check_adoptable(found, store_.snapshots(), snapshot_id);
      lock.unlock();
      const std::uint64_t used = used_bytes(found.path());
      lock.lock();
      check_new_snapshot(share_id, snapshot_id);
      check_adoptable(found, store_.snapshots(), snapshot_id);
      DirectoryState next = store_.state();
      next.snapshots[snapshot_id] = {.share_id = share_id, .size_bytes = used};
      store_.commit_adopted(store_.snapshots(), found, {.kind = Kind::snapshot, .id = snapshot_id},
                            std::move(next));
      return describe_snapshot(snapshot_id);
    });
  });
}

void DirectoryShareDriver::unmanage_snapshot(const std::string& snapshot_id) {
  check_id("snapshot_id", snapshot_id);
  with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    check_plain(snapshot_id);
    claims_.check(Kind::snapshot, snapshot_id, Hold::change);
    check_in_place(store_.snapshots(), snapshot_id);
    DirectoryState next = store_.state();
    next.snapshots.erase(snapshot_id);
    store_.commit(std::move(next));
  });
}

}  // namespace hookwire
