#include <cstddef>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include "hookwire/base/replace_file.h"

#include "directory_store.h"
#include "replica_content.h"

// The part of DirectoryStore that makes state and disk agree after earlier processes. Nothing that
// is somebody's own is renamed or removed here: only what has a working name where the driver gives
// them.

namespace hookwire {

namespace {

template <class Records>
std::set<std::string> ids_of(const Records& records) {
  std::set<std::string> ids;
  for (const auto& [id, record] : records) ids.insert(id);
  return ids;
}

// One that is not there is made again.
std::set<std::string> copies_in(const ContentFolder& folder,
                                const DirectoryState::Migration& migration) {
  std::set<std::string> ids;
  for (const auto& [id, share] : migration.shares) {
    if (share.copy && lasting_identity(folder.path_of(id)) == share.copy->identity) ids.insert(id);
  }
  return ids;
}

// What it gave away lies there still when the process died before that.
bool knows_content(const ReplicaFolder& folder, const DirectoryState::Replica& replica) {
  try {
    return !replica.given || has_content(folder.content_path(), replica);
  } catch (const IoError&) {
    return true;
  }
}

}  // namespace

// The first version made none. What goes wrong with one holds up no other, nor the start.
void DirectoryStore::make_server_folders() {
  for (const auto& [id, share] : state_.shares) {
    if (!share.is_apart) continue;
    try {
      if (servers_.has(*share.share_server_id)) continue;
      shares_of(share.share_server_id).make();
      files_.sync_directory(servers_.path());
    } catch (const IoError& error) {
      log_.error("the folder of share server '" + *share.share_server_id +
                 "' could not be made: " + error.what());
    }
  }
}

// Also those in the folder of a share server or replica that is to be put back.
void DirectoryStore::see_numbers() {
  for (ContentFolder* folder : {&shares_, &snapshots_, &servers_, &replicas_}) {
    folder->see_numbers();
  }
  const auto see = [&](ContentFolder folder) {
    try {
      folder.see_numbers();
    } catch (const IoError& error) {
      log_.error(std::string("what is left of earlier calls there is not known: ") + error.what());
    }
  };
  for (const auto& [id, server] : state_.share_servers) {
    if (!server.root.empty()) see(shares_of(id));
    if (server.migration) see(destinations_.at(id));
  }
  for (const std::string& name : files_.list(servers_.path())) {
    see(ContentFolder(files_, servers_.path_of(name), numbers_));
  }
  for (const std::string& name : files_.list(replicas_.path())) {
    const ReplicaFolder replica(files_, replicas_.path_of(name), numbers_);
    see(replica.contents);
    see(replica.snapshots);
  }
}

std::filesystem::path DirectoryStore::place_of(const DirectoryState::Adoption& adoption) const {
  switch (adoption.kind) {
    case Kind::share:
      return content_of(adoption.id);
    case Kind::snapshot:
      return snapshots_.path_of(adoption.id);
    case Kind::share_server:
      return servers_.path_of(adoption.id);
    case Kind::replica:
      return replicas_.path_of(adoption.id);
  }
  return {};
}

std::string DirectoryStore::unsettled() const {
  const DirectoryState::Adoption& adoption = state_.adoption.value();
  return "whether " + std::string(to_string(adoption.kind)) + " '" + adoption.id +
         "' was taken over is not known: see that " + place_of(adoption).string() +
         " can be looked at, then call init_host";
}

bool DirectoryStore::is_unsettled(Kind kind, const std::string& id) const {
  return state_.adoption == DirectoryState::Adoption{.kind = kind, .id = id};
}

void DirectoryStore::check_settled(Kind kind, const std::string& id) const {
  if (is_unsettled(kind, id)) throw Error(ErrorCode::bad_input, unsettled());
}

// Nothing is renamed here: where the folder is tells whether it was taken over.
void DirectoryStore::settle_adoption() {
  if (!state_.adoption) return;
  bool is_there = false;
  try {
    is_there = files_.exists(place_of(*state_.adoption));
  } catch (const IoError& error) {
    log_.error(unsettled() + ": " + error.what());
    return;
  }
  DirectoryState next = state_;
  next.adoption.reset();
  const auto& [kind, id] = *state_.adoption;
  if (!is_there) {
    if (kind == Kind::share) next.shares.erase(id);
    if (kind == Kind::snapshot) next.snapshots.erase(id);
    if (kind == Kind::share_server) next.share_servers.erase(id);
    log_.warning(
        std::string(to_string(kind)) + " '" + id +
        "' was about to be taken over: a call was interrupted, its folder is where it was");
  }
  set_state(std::move(next));
  is_settled_ = false;
}

void DirectoryStore::remove_unfinished(const std::filesystem::path& path) {
  const std::filesystem::path unfinished = unfinished_path(path);
  try {
    if (!files_.exists(unfinished)) return;
    files_.remove(unfinished);
    log_.warning("removed " + unfinished.string() + ": it was not written to its end");
  } catch (const IoError& error) {
    log_.error(unfinished.string() + " is in the way: " + error.what());
  }
}

bool DirectoryStore::says(const std::filesystem::path& path, const std::string& text) const {
  if (!files_.exists(path)) return false;
  const std::unique_ptr<File> file = files_.open(path, OpenMode::read);
  if (file->size() != text.size()) return false;
  std::string found(text.size(), '\0');
  return file->read_at(0, std::as_writable_bytes(std::span(found))) == text.size() && found == text;
}

void DirectoryStore::write_recovered() {
  remove_unfinished(state_path_);
  remove_unfinished(exports_path_);
  if (!is_settled_) save_state(files_, state_path_, state_);
  is_settled_ = true;
  std::string text = exports_of(state_);
  exports_.clear();
  if (says(exports_path_, text)) exports_ = std::move(text);
  write_exports(state_);
}

std::set<std::string> DirectoryStore::ids_of_shares(
    const std::optional<std::string>& share_server_id) const {
  std::set<std::string> ids;
  for (const auto& [id, share] : state_.shares) {
    if (&home_of(share) == &shares_of(share_server_id)) ids.insert(id);
  }
  return ids;
}

// What goes wrong with one folder holds up no other.
std::vector<std::filesystem::path> DirectoryStore::recover() {
  make_server_folders();
  settle_adoption();
  std::vector<std::filesystem::path> needless;
  const auto recover = [&](ContentFolder& folder, const std::set<std::string>& known) {
    try {
      for (auto& path : folder.recover(known, log_)) needless.push_back(std::move(path));
    } catch (const IoError& error) {
      log_.error(folder.path().string() + " was not looked through: " + error.what());
    }
  };
  std::set<std::string> servers_here;
  for (const auto& [id, server] : state_.share_servers) {
    if (server.root.empty()) servers_here.insert(id);
  }
  recover(servers_, servers_here);
  recover(shares_, ids_of_shares(std::nullopt));
  for (auto& [id, shares] : shares_of_servers_) recover(shares, ids_of_shares(id));
  for (const auto& [id, server] : state_.share_servers) {
    if (!server.migration) continue;
    ContentFolder& copies = destinations_.at(id);
    try {
      if (lasting_identity(copies.path()) != server.migration->destination) continue;
      recover(copies, copies_in(copies, *server.migration));
    } catch (const IoError& error) {
      log_.error(copies.path().string() + " was not looked through: " + error.what());
    }
  }
  recover(snapshots_, ids_of(state_.snapshots));
  recover(replicas_, ids_of(state_.replicas));
  for (auto& [id, folder] : replica_folders_) {
    const DirectoryState::Replica& replica = state_.replicas.at(id);
    std::set<std::string> known{ReplicaFolder::kSnapshots};
    if (knows_content(folder, replica)) known.insert(ReplicaFolder::kContent);
    recover(folder.contents, known);
    recover(folder.snapshots, replica.snapshots);
  }
  for (const std::filesystem::path& path : needless) {
    log_.warning("removing " + path.string() + ": a call on it was interrupted");
  }
  return needless;
}

}  // namespace hookwire
