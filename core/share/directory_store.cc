#include "directory_store.h"

#include <exception>
#include <set>
#include <span>
#include <utility>

#include "hookwire/base/replace_file.h"

#include "directory_removal.h"
#include "exports_file.h"

namespace hookwire {

namespace {

template <class Records>
std::set<std::string> ids_of(const Records& records) {
  std::set<std::string> ids;
  for (const auto& [id, record] : records) ids.insert(id);
  return ids;
}

}  // namespace

DirectoryStore::DirectoryStore(FileSystem& files, const std::filesystem::path& root, Log& log)
    : files_(files),
      log_(log),
      root_(root),
      state_path_(root / "state.json"),
      exports_path_(root / "exports"),
      shares_(files, root / "shares"),
      snapshots_(files, root / "snapshots"),
      servers_(files, root / "servers") {
  shares_.make();
  snapshots_.make();
  servers_.make();
  set_state(load_state(files, state_path_));
}

void DirectoryStore::set_state(DirectoryState state) {
  state_ = std::move(state);
  std::erase_if(shares_of_servers_,
                [&](const auto& entry) { return !state_.share_servers.contains(entry.first); });
  for (const auto& [id, server] : state_.share_servers) {
    shares_of_servers_.try_emplace(id, files_, servers_.path_of(id));
  }
}

ContentFolder& DirectoryStore::shares_of(const std::optional<std::string>& share_server_id) {
  return share_server_id ? shares_of_servers_.at(*share_server_id) : shares_;
}

const ContentFolder& DirectoryStore::shares_of(
    const std::optional<std::string>& share_server_id) const {
  return share_server_id ? shares_of_servers_.at(*share_server_id) : shares_;
}

std::filesystem::path DirectoryStore::content_of(const std::string& share_id) const {
  return shares_of(state_.shares.at(share_id).share_server_id).path_of(share_id);
}

std::vector<std::filesystem::path> DirectoryStore::own_folders() const {
  return {shares_.path(), snapshots_.path(), servers_.path()};
}

void DirectoryStore::write_exports(const DirectoryState& state) {
  std::string text = exports_text(state, [&](const std::string& id) {
    const auto& server_id = state.shares.at(id).share_server_id;
    return (server_id ? servers_.path_of(*server_id) : shares_.path()) / id;
  });
  if (text == exports_) return;
  exports_.clear();
  replace_file(files_, exports_path_, std::as_bytes(std::span(text)));
  exports_ = std::move(text);
}

// The exports first: they can be made again from the state, not the other way round.
void DirectoryStore::commit(DirectoryState next) {
  try {
    write_exports(next);
    save_state(files_, state_path_, next);
  } catch (...) {
    commit_back(state_);
    throw;
  }
  set_state(std::move(next));
}

// A failure may have come after the file was replaced.
void DirectoryStore::commit_back(const DirectoryState& before) noexcept {
  try {
    write_exports(before);
    save_state(files_, state_path_, before);
  } catch (const std::exception& error) {
    log_.error("a call failed, and " + state_path_.string() + " or " + exports_path_.string() +
               " may still say that it worked: " + error.what());
  }
}

void DirectoryStore::commit_made(ContentFolder& folder, const std::filesystem::path& work,
                                 const std::string& id, DirectoryState next) {
  try {
    DirectoryState before = state_;
    commit(std::move(next));
    try {
      folder.move(work, folder.path_of(id));
    } catch (...) {
      commit_back(before);
      set_state(std::move(before));
      throw;
    }
  } catch (...) {
    remove(work);
    throw;
  }
}

// The state says first what is to be renamed, so that a rename it does not know never was.
void DirectoryStore::commit_adopted(ContentFolder& folder, const FolderBelow& found,
                                    const std::string& id, DirectoryState next) {
  const std::filesystem::path to = folder.path_of(id);
  if (found.path() == to) return commit(std::move(next));
  DirectoryState before = state_;
  DirectoryState after = next;
  next.adoption = {.from = found.relative().string(),
                   .to = to.lexically_relative(root_).string(),
                   .inode = found.identity().inode};
  commit(std::move(next));
  try {
    found.move_to(to);
  } catch (...) {
    commit_back(before);
    set_state(std::move(before));
    throw;
  }
  try {
    commit(std::move(after));
  } catch (const std::exception& error) {
    log_.warning(to.string() + " was taken over, which " + state_path_.string() +
                 " will say after the next change: " + error.what());
    state_.adoption.reset();
  }
}

void DirectoryStore::finish_adoption() {
  if (!state_.adoption) return;
  const std::filesystem::path to = root_ / state_.adoption->to;
  if (!files_.exists(to)) {
    try {
      const FolderBelow found(root_, state_.adoption->from);
      if (found.identity().inode == state_.adoption->inode) {
        found.move_to(to);
        log_.warning("took over " + found.path().string() + " as " + to.string() +
                     ": a call on it was interrupted");
      }
    } catch (const FolderRefused& refused) {
      log_.warning("what was being taken over is gone: " + std::string(refused.what()));
    }
  }
  DirectoryState next = state_;
  next.adoption.reset();
  commit(std::move(next));
}

std::filesystem::path DirectoryStore::commit_removed(ContentFolder& folder, const std::string& id,
                                                     DirectoryState next) {
  const std::filesystem::path work = folder.new_work_path(id);
  const bool was_there = folder.has(id);
  if (was_there) {
    folder.move(folder.path_of(id), work);
  } else {
    log_.warning(folder.path_of(id).string() + " was gone already");
  }
  try {
    commit(std::move(next));
  } catch (...) {
    if (was_there) folder.move(work, folder.path_of(id));
    throw;
  }
  return work;
}

void DirectoryStore::remove(const std::filesystem::path& work) const noexcept {
  try {
    remove_tree(work);
  } catch (const std::exception& error) {
    log_.warning(work.string() +
                 " could not be removed and waits for the next start: " + error.what());
  }
}

void DirectoryStore::remove_unfinished(const std::filesystem::path& path) {
  const std::filesystem::path unfinished = unfinished_path(path);
  if (!files_.exists(unfinished)) return;
  files_.remove(unfinished);
  log_.warning("removed " + unfinished.string() + ": it was not written to its end");
}

std::set<std::string> DirectoryStore::ids_of_shares(
    const std::optional<std::string>& share_server_id) const {
  std::set<std::string> ids;
  for (const auto& [id, share] : state_.shares) {
    const bool is_here = share.share_server_id == share_server_id;
    // Of format 1 all are among those without a server, until they are moved.
    const bool is_to_be_moved = state_.is_first_format && !share_server_id &&
                                share.share_server_id && !shares_of(share.share_server_id).has(id);
    if (is_here || is_to_be_moved) ids.insert(id);
  }
  return ids;
}

void DirectoryStore::make_folders_of_first_format() {
  if (!state_.is_first_format) return;
  for (const auto& [id, server] : state_.share_servers)
    files_.make_directory(servers_.path_of(id), 0700);
  files_.sync_directory(servers_.path());
}

// Each by one rename, so that whenever this is interrupted, the next start goes on with it. Only
// when all are moved the state becomes one of the newest format.
void DirectoryStore::move_shares_of_first_format() {
  if (!state_.is_first_format) return;
  for (const auto& [id, share] : state_.shares) {
    if (!share.share_server_id || !shares_.has(id)) continue;
    ContentFolder& home = shares_of(share.share_server_id);
    home.check_free(id);
    files_.rename(shares_.path_of(id), home.path_of(id));
    files_.sync_directory(home.path());
    files_.sync_directory(shares_.path());
    log_.info("moved " + shares_.path_of(id).string() + " into the folder of its share server, " +
              home.path().string());
  }
  DirectoryState next = state_;
  next.is_first_format = false;
  commit(std::move(next));
}

std::vector<std::filesystem::path> DirectoryStore::recover() {
  remove_unfinished(state_path_);
  remove_unfinished(exports_path_);
  exports_.clear();
  write_exports(state_);
  finish_adoption();
  std::vector<std::filesystem::path> needless;
  const auto recover = [&](ContentFolder& folder, const std::set<std::string>& known) {
    for (auto& path : folder.recover(known, log_)) needless.push_back(std::move(path));
  };
  make_folders_of_first_format();
  recover(servers_, ids_of(state_.share_servers));
  recover(shares_, ids_of_shares(std::nullopt));
  move_shares_of_first_format();
  for (auto& [id, shares] : shares_of_servers_) recover(shares, ids_of_shares(id));
  recover(snapshots_, ids_of(state_.snapshots));
  for (const std::filesystem::path& path : needless) {
    log_.warning("removing " + path.string() + ": a call on it was interrupted");
  }
  return needless;
}

}  // namespace hookwire
