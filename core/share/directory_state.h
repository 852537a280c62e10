#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/share/share_types.h"

#include "folder_below.h"
#include "kind.h"

namespace hookwire {

/// What the directory driver knows of its shares and snapshots: state.json in memory, by id. A
/// plain aggregate.
struct DirectoryState {
  struct Share {
    std::uint64_t size_gb = 0;
    std::string share_proto;
    std::optional<std::string> share_server_id;
    std::vector<Access> access_rules;  // access_key is always empty: keys are not kept
    /// Its content lies among those without a share server, though it has one: where the first
    /// version put all. It stays there until it is managed again.
    bool is_apart = false;
    friend bool operator==(const Share&, const Share&) = default;
  };
  struct Snapshot {
    std::string share_id;
    std::uint64_t size_bytes = 0;
    bool is_replicated = false;
    friend bool operator==(const Snapshot&, const Snapshot&) = default;
  };

  /// A share's content that became a replica's, or was about to.
  struct Displaced {
    FolderIdentity identity;
    std::uint64_t fingerprint = 0;  // as the share's
    friend bool operator==(const Displaced&, const Displaced&) = default;
  };
  struct Replica {
    std::string share_id;
    /// The content that it gave to a share that had lost its own. As long as that still lies here,
    /// the driver died before it did.
    std::optional<FolderIdentity> given;
    /// The fingerprint of the share's content that it is a copy of; nothing when that is not known.
    std::optional<std::uint64_t> synced;
    /// What was written to one of these since is nowhere else. At most two: what may be in its
    /// place before a promotion, and after it.
    std::vector<Displaced> displaced;
    std::set<std::string> snapshots;  // of which it has a copy
    friend bool operator==(const Replica&, const Replica&) = default;
  };
  /// The copy of a share's content in the new folder of its server.
  struct Copy {
    FolderIdentity identity;
    /// The fingerprint of the content that it is of; nothing when that changed meanwhile.
    std::optional<std::uint64_t> synced;
    /// Its own, of when it was made.
    std::optional<std::uint64_t> fingerprint;
    friend bool operator==(const Copy&, const Copy&) = default;
  };
  struct MovingShare {
    FolderIdentity identity;  // of its content
    std::optional<Copy> copy;
    friend bool operator==(const MovingShare&, const MovingShare&) = default;
  };
  /// A share server on its way to another root; the folders have the server's id there and here.
  /// Identities are lasting ones.
  struct Migration {
    std::string root;  // resolved; empty: our own
    FolderIdentity source;
    FolderIdentity destination;
    FolderIdentity parent;  // of the destination
    std::map<std::string, MovingShare> shares;
    friend bool operator==(const Migration&, const Migration&) = default;
  };
  /// Groups the shares that name it; their contents lie in its folder.
  struct ShareServer {
    std::string root;  // where it was moved to; empty: our own
    std::optional<Migration> migration;
    friend bool operator==(const ShareServer&, const ShareServer&) = default;
  };
  /// The folder that a share server has now, and what its shares are in it.
  struct MovedTo {
    std::string server_id;
    FolderIdentity identity;
    std::map<std::string, FolderIdentity> copies;
    friend bool operator==(const MovedTo&, const MovedTo&) = default;
  };
  /// A share server's folder that is to be removed, wherever it is, if it is still that one in the
  /// same parent: the contents by their ids, what has a working name, then the folder itself if
  /// nothing else is in it. What was not checked yet must be as it was when it was copied, by the
  /// fingerprints. While its shares are not where the server has them, nothing is removed.
  /// Identities are lasting ones.
  struct Removal {
    std::string path;
    FolderIdentity identity;
    FolderIdentity parent;
    bool is_checked = false;
    std::map<std::string, std::uint64_t> contents;
    std::optional<MovedTo> moved_to;
    friend bool operator==(const Removal&, const Removal&) = default;
  };
  /// What is being taken over: it is in this state already, and has its content as soon as a folder
  /// is renamed to its place. When there is none after a start, it was not taken over.
  struct Adoption {
    Kind kind = Kind::share;
    std::string id;
    friend bool operator==(const Adoption&, const Adoption&) = default;
  };

  std::map<std::string, Share> shares;
  std::map<std::string, Snapshot> snapshots;
  std::map<std::string, Replica> replicas;
  std::map<std::string, ShareServer> share_servers;
  std::vector<Removal> removals;
  std::optional<Adoption> adoption;

  friend bool operator==(const DirectoryState&, const DirectoryState&) = default;
};

/// Reads the state, also in the form of format 1, the first; empty when there is no such file.
/// Throws Error damaged when the file is not what save_state writes, incompatible when another
/// version wrote it, IoError.
DirectoryState load_state(FileSystem& files, const std::filesystem::path& path);

/// False when save_state cannot save the text: it is not UTF-8.
bool can_be_saved(const std::string& text);

/// Replaces the file, all or nothing, and syncs it. Throws IoError. Linear in the state's size.
void save_state(FileSystem& files, const std::filesystem::path& path, const DirectoryState& state);

}  // namespace hookwire
