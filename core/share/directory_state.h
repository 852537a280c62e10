#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/share/share_types.h"

namespace hookwire {

/// What the directory driver knows of its shares and snapshots: state.json in memory, by id. A
/// plain aggregate.
struct DirectoryState {
  struct Share {
    std::uint64_t size_gb = 0;
    std::string share_proto;
    std::optional<std::string> share_server_id;
    std::vector<Access> access_rules;  // access_key is always empty: keys are not kept
    friend bool operator==(const Share&, const Share&) = default;
  };
  struct Snapshot {
    std::string share_id;
    std::uint64_t size_bytes = 0;
    friend bool operator==(const Snapshot&, const Snapshot&) = default;
  };

  /// Groups the shares that name it; their contents lie in its folder.
  struct ShareServer {
    friend bool operator==(const ShareServer&, const ShareServer&) = default;
  };
  /// A folder that is being taken over: renamed from one path to another, both relative to the
  /// root. Recovery finishes it.
  struct Adoption {
    std::string from;
    std::string to;
    std::uint64_t inode = 0;
    friend bool operator==(const Adoption&, const Adoption&) = default;
  };

  std::map<std::string, Share> shares;
  std::map<std::string, Snapshot> snapshots;
  std::map<std::string, ShareServer> share_servers;
  std::optional<Adoption> adoption;
  /// Read from a file of format 1, where the shares of a server lay among the others, and nothing
  /// was known of servers. Not kept: what is saved is of the newest format.
  bool is_first_format = false;

  friend bool operator==(const DirectoryState&, const DirectoryState&) = default;
};

/// Reads the state, also in the form of format 1, the first; empty when there is no such file.
/// Throws Error damaged when the file is not what save_state writes, incompatible when another
/// version wrote it, IoError.
DirectoryState load_state(FileSystem& files, const std::filesystem::path& path);

/// Replaces the file, all or nothing, and syncs it. Throws IoError. Linear in the state's size.
void save_state(FileSystem& files, const std::filesystem::path& path, const DirectoryState& state);

}  // namespace hookwire
