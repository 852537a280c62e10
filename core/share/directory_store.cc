#include "directory_store.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <span>
#include <utility>

#include "hookwire/base/replace_file.h"

#include "directory_removal.h"
#include "exchange.h"
#include "exports_file.h"

namespace hookwire {

DirectoryStore::DirectoryStore(FileSystem& files, const std::filesystem::path& root, Log& log)
    : files_(files),
      log_(log),
      state_path_(root / "state.json"),
      exports_path_(root / "exports"),
      shares_(files, root / "shares", numbers_),
      snapshots_(files, root / "snapshots", numbers_),
      servers_(files, root / "servers", numbers_),
      replicas_(files, root / "replicas", numbers_) {
  for (ContentFolder* folder : {&shares_, &snapshots_, &servers_, &replicas_}) folder->make();
  set_state(load_state(files, state_path_));
  make_server_folders();
  see_numbers();
  settle_adoption();
}

void DirectoryStore::set_state(DirectoryState state) {
  state_ = std::move(state);
  const auto server_of = [&](const auto& entry) { return state_.share_servers.find(entry.first); };
  std::erase_if(shares_of_servers_, [&](const auto& entry) {
    const auto server = server_of(entry);
    return server == state_.share_servers.end() ||
           entry.second.path() != folder_of(server->first, server->second.root);
  });
  std::erase_if(destinations_, [&](const auto& entry) {
    const auto server = server_of(entry);
    return server == state_.share_servers.end() || !server->second.migration;
  });
  for (const auto& [id, server] : state_.share_servers) {
    shares_of_servers_.try_emplace(id, files_, folder_of(id, server.root), numbers_);
    if (!server.migration) continue;
    destinations_.try_emplace(id, files_, folder_of(id, server.migration->root), numbers_);
  }
  std::erase_if(replica_folders_,
                [&](const auto& entry) { return !state_.replicas.contains(entry.first); });
  for (const auto& [id, replica] : state_.replicas) {
    replica_folders_.try_emplace(id, files_, replicas_.path_of(id), numbers_);
  }
}

ContentFolder& DirectoryStore::shares_of(const std::optional<std::string>& share_server_id) {
  return share_server_id ? shares_of_servers_.at(*share_server_id) : shares_;
}

const ContentFolder& DirectoryStore::shares_of(
    const std::optional<std::string>& share_server_id) const {
  return share_server_id ? shares_of_servers_.at(*share_server_id) : shares_;
}

ContentFolder& DirectoryStore::home_of(const DirectoryState::Share& share) {
  return share.is_apart ? shares_ : shares_of(share.share_server_id);
}

const ContentFolder& DirectoryStore::home_of(const DirectoryState::Share& share) const {
  return share.is_apart ? shares_ : shares_of(share.share_server_id);
}

std::filesystem::path DirectoryStore::content_of(const std::string& share_id) const {
  return home_of(state_.shares.at(share_id)).path_of(share_id);
}

std::vector<std::filesystem::path> DirectoryStore::own_folders() const {
  return {shares_.path(), snapshots_.path(), servers_.path(), replicas_.path()};
}

bool DirectoryStore::is_working(const FolderBelow& found) const {
  std::vector<std::filesystem::path> folders = own_folders();
  for (const auto& [id, shares] : shares_of_servers_) folders.push_back(shares.path());
  std::vector<FolderIdentity> own;
  for (const auto& folder : folders) {
    if (const auto identity = identity_if_there(folder)) own.push_back(*identity);
  }
  auto parent = found.chain().begin();
  for (const std::filesystem::path& name : found.relative()) {
    if (parse_work_name(name.native()) && std::find(own.begin(), own.end(), *parent) != own.end()) {
      return true;
    }
    ++parent;
  }
  return false;
}

std::string DirectoryStore::exports_of(const DirectoryState& state) const {
  return exports_text(state, [&](const std::string& id) {
    const DirectoryState::Share& share = state.shares.at(id);
    if (!share.share_server_id || share.is_apart) return shares_.path_of(id);
    const auto& server = state.share_servers.at(*share.share_server_id);
    return folder_of(*share.share_server_id, server.root) / id;
  });
}

void DirectoryStore::write_exports(const DirectoryState& state) {
  std::string text = exports_of(state);
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

// A failure may have come after a file was replaced. Of two files each is put back if it can be.
void DirectoryStore::commit_back(const DirectoryState& before) noexcept {
  const auto attempt = [&](const std::filesystem::path& path, auto&& write) noexcept {
    try {
      write();
    } catch (const std::exception& error) {
      log_.error("a call failed, and " + path.string() +
                 " may still say that it worked: " + error.what());
    }
  };
  attempt(state_path_, [&] { save_state(files_, state_path_, before); });
  attempt(exports_path_, [&] { write_exports(before); });
}

void DirectoryStore::commit_made(const std::vector<Made>& made, DirectoryState next) {
  try {
    DirectoryState before = state_;
    commit(std::move(next));
    std::size_t moved = 0;
    try {
      for (; moved < made.size(); ++moved) {
        const Made& one = made[moved];
        one.folder->move(one.work, one.folder->path_of(one.id));
      }
    } catch (...) {
      while (moved-- > 0) take_back(made[moved].folder->path_of(made[moved].id), made[moved].work);
      commit_back(before);
      set_state(std::move(before));
      throw;
    }
  } catch (...) {
    for (const Made& one : made) remove(one.work);
    throw;
  }
}

// Best effort, in the middle of a failure that is told.
void DirectoryStore::take_back(const std::filesystem::path& from,
                               const std::filesystem::path& to) noexcept {
  try {
    files_.rename(from, to);
    files_.sync_directory(to.parent_path());
  } catch (const std::exception& error) {
    log_.error(std::string("a call failed and left something behind: ") + error.what());
  }
}

// The state knows it before the folder is renamed, and of the rename: see settle_adoption().
void DirectoryStore::commit_adopted(ContentFolder& folder, const FolderBelow& found,
                                    const DirectoryState::Adoption& adoption, DirectoryState next) {
  if (state_.adoption) throw Error(ErrorCode::bad_input, unsettled());
  const std::filesystem::path to = folder.path_of(adoption.id);
  if (found.path() == to) return commit(std::move(next));
  DirectoryState before = state_;
  DirectoryState after = next;
  next.adoption = adoption;
  commit(std::move(next));
  try {
    found.move_to(to, log_);
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

std::vector<std::filesystem::path> DirectoryStore::commit_removed(const std::vector<Place>& places,
                                                                  DirectoryState next) {
  struct Moved {
    ContentFolder* folder;
    std::filesystem::path content;
    std::filesystem::path work;
  };
  std::vector<Moved> moved;
  try {
    for (const Place& place : places) {
      const std::filesystem::path content = place.folder->path_of(place.id);
      if (!place.folder->has(place.id)) {
        log_.warning(content.string() + " was gone already");
        continue;
      }
      const std::filesystem::path work = place.folder->new_work_path(place.id);
      place.folder->move(content, work);
      moved.push_back({place.folder, content, work});
    }
    commit(std::move(next));
  } catch (...) {
    for (const Moved& one : moved) take_back(one.work, one.content);
    throw;
  }
  std::vector<std::filesystem::path> parts;
  for (const Moved& one : moved) parts.push_back(one.folder->given_up(one.work));
  return parts;
}

void DirectoryStore::remove(const std::filesystem::path& work) const noexcept {
  if (work.empty()) return;
  // One that was half set up holds its first share, which is empty.
  if (work.parent_path() == servers_.path()) return remove_server(work, Empties::remove);
  try {
    remove_tree(work);
  } catch (const std::exception& error) {
    log_.warning(work.string() +
                 " could not be removed and waits for the next start: " + error.what());
  }
}

void DirectoryStore::remove_server(const std::filesystem::path& work,
                                   Empties empties) const noexcept {
  try {
    if (remove_emptied(work, empties)) return;
    const std::string id = work_name_of(work).id;
    const OpenFolder servers(servers_.path());
    if (!rename_to_free(servers.fd(), work.filename().string(), servers.fd(), id)) {
      throw IoError(errno, "rename to " + servers_.path_of(id).string());
    }
    log_.warning(servers_.path_of(id).string() +
                 " holds what was put into it while its share server was deleted: left alone");
  } catch (const std::exception& error) {
    log_.warning(work.string() +
                 " could not be removed and waits for the next start: " + error.what());
  }
}

}  // namespace hookwire
