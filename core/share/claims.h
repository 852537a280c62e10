#pragma once

#include <list>
#include <string>

#include "kind.h"

namespace hookwire {

/// How it holds it: others may read a thing that is kept, nobody may touch one that is changed.
enum class Hold { keep, change };

/// What calls hold that work without the driver's lock: what they copy stays as it is, what they
/// make or change is theirs alone. Thread-compatible; used under the driver's lock. Linear in the
/// calls under way.
class Claims {
 public:
  struct Claim {
    Kind kind;
    std::string id;
    Hold hold;
    std::string why;  ///< "snapshot 'n-1' is being made of it"
  };
  using Held = std::list<Claim>::iterator;

  /// Throws ShareInUse or SnapshotInUse when somebody holds it in a way that does not go with
  /// `hold`.
  void check(Kind kind, const std::string& id, Hold hold) const;

  bool is_held(Kind kind, const std::string& id) const noexcept;

  /// Throws as check; holds nothing then.
  Held add(Claim claim);
  void release(Held held) noexcept { claims_.erase(held); }

 private:
  std::list<Claim> claims_;
};

}  // namespace hookwire
