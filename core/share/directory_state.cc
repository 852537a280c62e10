#include "directory_state.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

#include <nlohmann/json.hpp>

#include "hookwire/base/error.h"
#include "hookwire/base/replace_file.h"

#include "migration_json.h"
#include "share_input.h"

namespace hookwire {

namespace {

using Json = nlohmann::json;

constexpr int kFirstFormat = 1;
constexpr int kFormat = 2;
constexpr std::array<std::string_view, 4> kKinds{"share", "snapshot", "share_server",
                                                 "replica"};  // of Kind

std::string read_file(FileSystem& files, const std::filesystem::path& path) {
  const std::unique_ptr<File> file = files.open(path, OpenMode::read);
  std::string text(static_cast<std::size_t>(file->size()), '\0');
  text.resize(file->read_at(0, std::as_writable_bytes(std::span(text))));
  return text;
}

Json to_json(const DirectoryState::Share& share) {
  Json rules = Json::array();
  for (const Access& rule : share.access_rules) {
    rules.push_back({{"access_type", rule.access_type},
                     {"access_to", rule.access_to},
                     {"access_level", rule.access_level}});
  }
  Json json = {{"size_gb", share.size_gb},
               {"share_proto", share.share_proto},
               {"access_rules", std::move(rules)}};
  if (share.share_server_id) json["share_server_id"] = *share.share_server_id;
  if (share.is_apart) json["is_apart"] = true;
  return json;
}

DirectoryState::Share to_share(const Json& json, int format) {
  DirectoryState::Share share;
  share.size_gb = json.at("size_gb").get<std::uint64_t>();
  share.share_proto = json.at("share_proto").get<std::string>();
  if (json.contains("share_server_id")) {
    share.share_server_id = trusted_id(json.at("share_server_id").get<std::string>());
    share.is_apart = format == kFirstFormat || json.value("is_apart", false);
  }
  for (const Json& rule : json.at("access_rules")) {
    const Access access{.access_type = rule.at("access_type").get<std::string>(),
                        .access_to = rule.at("access_to").get<std::string>(),
                        .access_level = rule.at("access_level").get<std::string>(),
                        .access_key = {}};
    check_access(access);
    share.access_rules.push_back(access);
  }
  return share;
}

Json to_json(const DirectoryState::ShareServer& server) {
  Json json = Json::object();
  if (!server.root.empty()) json["root"] = server.root;
  if (server.migration) json["migration"] = to_json(*server.migration);
  return json;
}

DirectoryState::ShareServer to_server(const Json& json) {
  DirectoryState::ShareServer server{.root = json.value("root", ""), .migration = std::nullopt};
  if (json.contains("migration")) server.migration = to_migration(json.at("migration"));
  return server;
}

void add_removals(const Json& json, DirectoryState& state) {
  if (!json.contains("removals")) return;
  for (const Json& removal : json.at("removals")) state.removals.push_back(to_removal(removal));
}

// Of format 1 the servers are those that its shares name.
void add_share_servers(const Json& json, DirectoryState& state, int format) {
  if (format == kFirstFormat) {
    for (const auto& [id, share] : state.shares) {
      if (share.share_server_id) state.share_servers[*share.share_server_id] = {};
    }
    return;
  }
  for (const auto& [id, server] : json.at("share_servers").items()) {
    state.share_servers[trusted_id(id)] = to_server(server);
  }
  for (const auto& [id, share] : state.shares) {
    if (share.share_server_id && !state.share_servers.contains(*share.share_server_id)) {
      throw std::runtime_error("share '" + id + "' is of an unknown share server '" +
                               *share.share_server_id + "'");
    }
  }
}

DirectoryState::Replica to_replica(const Json& json) {
  DirectoryState::Replica replica;
  replica.share_id = trusted_id(json.at("share_id").get<std::string>());
  if (json.contains("given")) replica.given = to_identity(json.at("given"));
  replica.synced = optional_at(json, "synced");
  for (const Json& displaced : json.at("displaced")) {
    replica.displaced.push_back({.identity = to_identity(displaced.at("identity")),
                                 .fingerprint = displaced.at("fingerprint").get<std::uint64_t>()});
  }
  for (const Json& id : json.at("snapshots")) {
    replica.snapshots.insert(trusted_id(id.get<std::string>()));
  }
  return replica;
}

Json to_json(const DirectoryState::Replica& replica) {
  Json displaced = Json::array();
  for (const DirectoryState::Displaced& one : replica.displaced) {
    displaced.push_back({{"identity", to_json(one.identity)}, {"fingerprint", one.fingerprint}});
  }
  Json json = {{"share_id", replica.share_id},
               {"displaced", std::move(displaced)},
               {"snapshots", replica.snapshots}};
  if (replica.given) json["given"] = to_json(*replica.given);
  if (replica.synced) json["synced"] = *replica.synced;
  return json;
}

void add_replicas(const Json& json, DirectoryState& state) {
  const Json replicas = json.value("replicas", Json::object());
  for (const auto& [id, replica] : replicas.items()) {
    const DirectoryState::Replica& added =
        state.replicas.emplace(trusted_id(id), to_replica(replica)).first->second;
    if (!state.shares.contains(added.share_id)) {
      throw std::runtime_error("replica '" + id + "' is of an unknown share '" + added.share_id +
                               "'");
    }
  }
}

bool is_known(const DirectoryState& state, Kind kind, const std::string& id) {
  return (kind == Kind::share && state.shares.contains(id)) ||
         (kind == Kind::snapshot && state.snapshots.contains(id)) ||
         (kind == Kind::share_server && state.share_servers.contains(id));
}

void add_adoption(const Json& json, DirectoryState& state) {
  if (!json.contains("adoption")) return;
  const Json& adoption = json.at("adoption");
  const auto name = std::find(kKinds.begin(), kKinds.end(), adoption.at("kind").get<std::string>());
  const auto kind = static_cast<Kind>(name - kKinds.begin());
  const auto id = adoption.at("id").get<std::string>();
  if (name == kKinds.end() || !is_known(state, kind, id)) {
    throw std::runtime_error("'" + id + "' is being taken over as nothing that is known");
  }
  state.adoption = {.kind = kind, .id = id};
}

DirectoryState to_state(const Json& json, int format) {
  DirectoryState state;
  for (const auto& [id, share] : json.at("shares").items()) {
    state.shares.emplace(trusted_id(id), to_share(share, format));
  }
  for (const auto& [id, snapshot] : json.at("snapshots").items()) {
    const std::string share_id = trusted_id(snapshot.at("share_id").get<std::string>());
    if (!state.shares.contains(share_id)) {
      throw std::runtime_error("snapshot '" + id + "' is of an unknown share '" + share_id + "'");
    }
    state.snapshots[trusted_id(id)] = {.share_id = share_id,
                                       .size_bytes = snapshot.at("size_bytes").get<std::uint64_t>(),
                                       .is_replicated = snapshot.value("is_replicated", false)};
  }
  add_share_servers(json, state, format);
  check_migrations(state);
  add_replicas(json, state);
  add_removals(json, state);
  add_adoption(json, state);
  return state;
}

}  // namespace

DirectoryState load_state(FileSystem& files, const std::filesystem::path& path) {
  if (!files.exists(path)) return {};
  const std::string text = read_file(files, path);
  try {
    const Json json = Json::parse(text);
    const int format = json.at("format").get<int>();
    if (format < kFirstFormat || format > kFormat) {
      throw Error(ErrorCode::incompatible, path.string() + " has format " + std::to_string(format) +
                                               ", this version reads formats " +
                                               std::to_string(kFirstFormat) + " to " +
                                               std::to_string(kFormat));
    }
    return to_state(json, format);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ErrorCode::damaged, path.string() + " is not as it was written (" + error.what() +
                                        "): put a copy of it back, or move it away to begin "
                                        "without shares");
  }
}

bool can_be_saved(const std::string& text) {
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

void save_state(FileSystem& files, const std::filesystem::path& path, const DirectoryState& state) {
  Json shares = Json::object();
  for (const auto& [id, share] : state.shares) shares[id] = to_json(share);
  Json snapshots = Json::object();
  for (const auto& [id, snapshot] : state.snapshots) {
    snapshots[id] = {{"share_id", snapshot.share_id}, {"size_bytes", snapshot.size_bytes}};
    if (snapshot.is_replicated) snapshots[id]["is_replicated"] = true;
  }
  Json replicas = Json::object();
  for (const auto& [id, replica] : state.replicas) replicas[id] = to_json(replica);
  Json servers = Json::object();
  for (const auto& [id, server] : state.share_servers) servers[id] = to_json(server);
  Json json = {{"format", kFormat},
               {"shares", std::move(shares)},
               {"snapshots", std::move(snapshots)},
               {"replicas", std::move(replicas)},
               {"share_servers", std::move(servers)}};
  json["removals"] = Json::array();
  for (const auto& removal : state.removals) json["removals"].push_back(to_json(removal));
  if (state.adoption) {
    json["adoption"] = {
        {"kind", std::string(kKinds.at(static_cast<std::size_t>(state.adoption->kind)))},
        {"id", state.adoption->id}};
  }
  const std::string text = json.dump(2) + "\n";
  replace_file(files, path, std::as_bytes(std::span(text)));
}

}  // namespace hookwire
