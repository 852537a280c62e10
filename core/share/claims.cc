#include "claims.h"

#include <algorithm>
#include <utility>

#include "hookwire/share/share_error.h"

namespace hookwire {

void Claims::check(Kind kind, const std::string& id, Hold hold) const {
  const auto blocks = [&](const Claim& claim) {
    return claim.kind == kind && claim.id == id &&
           (hold == Hold::change || claim.hold == Hold::change);
  };
  const auto claim = std::find_if(claims_.begin(), claims_.end(), blocks);
  if (claim == claims_.end()) return;
  switch (kind) {
    case Kind::share:
      throw ShareInUse(id, claim->why);
    case Kind::snapshot:
      throw SnapshotInUse(id, claim->why);
    case Kind::share_server:
      throw ShareServerInUse(id, claim->why);
    case Kind::replica:
      throw ReplicaInUse(id, claim->why);
  }
}

bool Claims::is_held(Kind kind, const std::string& id) const noexcept {
  return std::any_of(claims_.begin(), claims_.end(),
                     [&](const Claim& claim) { return claim.kind == kind && claim.id == id; });
}

Claims::Held Claims::add(Claim claim) {
  check(claim.kind, claim.id, claim.hold);
  return claims_.insert(claims_.end(), std::move(claim));
}

}  // namespace hookwire
