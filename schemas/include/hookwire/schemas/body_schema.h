#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hookwire/schemas/phase.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// The version of the bodies that publishers write: the value of their key `schema`, and `version`
/// in the schema.
inline constexpr std::uint64_t kBodySchemaVersion = 1;

/// The JSON Schema (2020-12) of bodies, schemas/body.schema.json: a document that is valid for a
/// body of `phase`; without a phase, the definitions of all.
std::string body_schema(std::optional<Phase> phase);

}  // namespace hookwire
#pragma GCC visibility pop
