#include "replica_content.h"

#include <algorithm>
#include <utility>

#include "tree_fingerprint.h"

namespace hookwire {

namespace {

// All of them lie on the root's file system, whose device may have another number after a start.
bool is_same(const FolderIdentity& a, const FolderIdentity& b) noexcept {
  return a.inode == b.inode && a.born_ns == b.born_ns;
}

const DirectoryState::Displaced* find_displaced(const DirectoryState::Replica& replica,
                                                const std::filesystem::path& folder) {
  const auto identity = identity_if_there(folder);
  if (!identity) return nullptr;
  const auto found =
      std::find_if(replica.displaced.begin(), replica.displaced.end(),
                   [&](const auto& displaced) { return is_same(displaced.identity, *identity); });
  return found == replica.displaced.end() ? nullptr : &*found;
}

}  // namespace

bool has_content(const std::filesystem::path& copy, const DirectoryState::Replica& replica) {
  const auto identity = identity_if_there(copy);
  return identity && (!replica.given || is_same(*replica.given, *identity));
}

bool has_late_writes(const std::filesystem::path& copy, const DirectoryState::Replica& replica) {
  const DirectoryState::Displaced* displaced = find_displaced(replica, copy);
  return displaced != nullptr &&
         fingerprint_of(copy) !=
             TreeFingerprint{.hash = displaced->fingerprint, .is_settled = true};
}

// After a promotion that did not come to the exchange `synced` is of the wrong one of both; what
// was in sync before it still is.
std::optional<std::uint64_t> fingerprint_in_sync(const std::filesystem::path& content,
                                                 const DirectoryState::Replica& replica) {
  const TreeFingerprint found = fingerprint_of(content);
  if (!found.is_settled) return std::nullopt;
  const DirectoryState::Displaced* displaced = find_displaced(replica, content);
  const bool is_in_sync = replica.synced == found.hash ||
                          (displaced != nullptr && displaced->fingerprint == found.hash);
  return is_in_sync ? std::optional(found.hash) : std::nullopt;
}

DirectoryState::Replica exchanged(const DirectoryState::Replica& replica,
                                  const std::filesystem::path& content, std::uint64_t fingerprint,
                                  const std::filesystem::path& copy,
                                  std::optional<std::uint64_t> synced) {
  DirectoryState::Replica after = replica;
  after.given.reset();
  after.synced = synced;
  after.displaced.clear();
  if (const auto* displaced = find_displaced(replica, copy)) after.displaced.push_back(*displaced);
  after.displaced.push_back({.identity = identity_of(content), .fingerprint = fingerprint});
  return after;
}

}  // namespace hookwire
