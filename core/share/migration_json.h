#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "directory_state.h"

namespace hookwire {

// The part of state.json that says which share servers move, and which folders are left of them.
// What reads throws what nlohmann's json does, or std::runtime_error.

/// Ids become file names: one that the driver would not have taken must not come in by the state.
const std::string& trusted_id(const std::string& id);
std::optional<std::uint64_t> optional_at(const nlohmann::json& json, const char* key);
nlohmann::json to_json(const FolderIdentity& identity);
FolderIdentity to_identity(const nlohmann::json& json);

nlohmann::json to_json(const DirectoryState::Migration& migration);
DirectoryState::Migration to_migration(const nlohmann::json& json);
nlohmann::json to_json(const DirectoryState::Removal& removal);
DirectoryState::Removal to_removal(const nlohmann::json& json);

/// Throws when what moves with a share server is not all that is on it.
void check_migrations(const DirectoryState& state);

}  // namespace hookwire
