#include "migration_json.h"

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "share_input.h"

namespace hookwire {

namespace {

using Json = nlohmann::json;

Json to_json(const DirectoryState::Copy& copy) {
  Json json = {{"identity", to_json(copy.identity)}};
  if (copy.synced) json["synced"] = *copy.synced;
  if (copy.fingerprint) json["fingerprint"] = *copy.fingerprint;
  return json;
}

DirectoryState::Copy to_copy(const Json& json) {
  return {.identity = to_identity(json.at("identity")),
          .synced = optional_at(json, "synced"),
          .fingerprint = optional_at(json, "fingerprint")};
}

Json to_json(const DirectoryState::MovedTo& moved_to) {
  Json copies = Json::object();
  for (const auto& [id, identity] : moved_to.copies) copies[id] = to_json(identity);
  return {{"server_id", moved_to.server_id},
          {"identity", to_json(moved_to.identity)},
          {"copies", std::move(copies)}};
}

DirectoryState::MovedTo to_moved_to(const Json& json) {
  DirectoryState::MovedTo moved_to{.server_id = trusted_id(json.at("server_id").get<std::string>()),
                                   .identity = to_identity(json.at("identity")),
                                   .copies = {}};
  for (const auto& [id, identity] : json.at("copies").items()) {
    moved_to.copies[trusted_id(id)] = to_identity(identity);
  }
  return moved_to;
}

}  // namespace

Json to_json(const FolderIdentity& identity) {
  return {{"device", identity.device}, {"inode", identity.inode}, {"born_ns", identity.born_ns}};
}

FolderIdentity to_identity(const Json& json) {
  return lasting({.device = json.at("device").get<dev_t>(),
                  .inode = json.at("inode").get<ino_t>(),
                  .born_ns = json.at("born_ns").get<std::int64_t>()});
}

const std::string& trusted_id(const std::string& id) {
  if (!is_valid_id(id)) throw std::runtime_error("'" + id + "' is no valid id");
  return id;
}

std::optional<std::uint64_t> optional_at(const Json& json, const char* key) {
  return json.contains(key) ? std::optional(json.at(key).get<std::uint64_t>()) : std::nullopt;
}

Json to_json(const DirectoryState::Migration& migration) {
  Json shares = Json::object();
  for (const auto& [id, share] : migration.shares) {
    shares[id] = {{"identity", to_json(share.identity)}};
    if (share.copy) shares[id]["copy"] = to_json(*share.copy);
  }
  return {{"root", migration.root},
          {"source", to_json(migration.source)},
          {"destination", to_json(migration.destination)},
          {"parent", to_json(migration.parent)},
          {"shares", std::move(shares)}};
}

DirectoryState::Migration to_migration(const Json& json) {
  DirectoryState::Migration migration{.root = json.at("root").get<std::string>(),
                                      .source = to_identity(json.at("source")),
                                      .destination = to_identity(json.at("destination")),
                                      .parent = to_identity(json.at("parent")),
                                      .shares = {}};
  for (const auto& [id, share] : json.at("shares").items()) {
    DirectoryState::MovingShare& moving = migration.shares[trusted_id(id)];
    moving.identity = to_identity(share.at("identity"));
    if (share.contains("copy")) moving.copy = to_copy(share.at("copy"));
  }
  return migration;
}

Json to_json(const DirectoryState::Removal& removal) {
  Json json = {{"path", removal.path},
               {"identity", to_json(removal.identity)},
               {"parent", to_json(removal.parent)},
               {"is_checked", removal.is_checked},
               {"contents", removal.contents}};
  if (removal.moved_to) json["moved_to"] = to_json(*removal.moved_to);
  return json;
}

DirectoryState::Removal to_removal(const Json& json) {
  DirectoryState::Removal removal{
      .path = json.at("path").get<std::string>(),
      .identity = to_identity(json.at("identity")),
      .parent = to_identity(json.at("parent")),
      .is_checked = json.at("is_checked").get<bool>(),
      .contents = json.at("contents").get<std::map<std::string, std::uint64_t>>(),
      .moved_to = std::nullopt};
  for (const auto& [id, fingerprint] : removal.contents) trusted_id(id);
  if (json.contains("moved_to")) removal.moved_to = to_moved_to(json.at("moved_to"));
  return removal;
}

void check_migrations(const DirectoryState& state) {
  std::map<std::string, std::set<std::string>> shares;  // by the server
  for (const auto& [id, share] : state.shares) {
    if (share.share_server_id && !share.is_apart) shares[*share.share_server_id].insert(id);
  }
  for (const auto& [id, server] : state.share_servers) {
    if (!server.migration) continue;
    std::set<std::string> moving;
    for (const auto& [share_id, share] : server.migration->shares) moving.insert(share_id);
    if (moving == shares[id]) continue;
    throw std::runtime_error("what moves with share server '" + id + "' is not what is on it");
  }
}

}  // namespace hookwire
