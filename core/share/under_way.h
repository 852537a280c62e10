#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "claims.h"
#include "directory_share_driver.h"

namespace hookwire {

/// A call that works without the driver's lock: what it claims, it holds until it goes. To be made
/// before the lock is taken, so that it goes after the lock did. Confined to one thread.
class DirectoryShareDriver::UnderWay {
 public:
  explicit UnderWay(DirectoryShareDriver& driver) : driver_(driver) {}
  ~UnderWay() {
    const std::lock_guard guard(driver_.mutex_);
    for (const Claims::Held held : held_) driver_.claims_.release(held);
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

  /// With the lock held. Throws as Claims::add.
  void claim(Claims::Claim claim) { held_.push_back(driver_.claims_.add(std::move(claim))); }

 private:
  DirectoryShareDriver& driver_;
  std::vector<Claims::Held> held_;
};

}  // namespace hookwire
