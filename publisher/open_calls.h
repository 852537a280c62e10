#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hookwire/base/value.h"
#include "hookwire/record/record.h"

namespace hookwire {

/// Which calls have a `pre` event and no end yet, as of some record of the journal. Fed with every
/// record in order, by the keeper while the publisher lives and by recovery after it died.
/// Thread-compatible.
class OpenCalls {
 public:
  /// More than this are not kept track of: calls that are open at once, one a thread.
  static constexpr std::size_t kMaxCalls = 65'536;
  /// How many calls one `system/open_calls` event lists at most: fewer when their ids and methods
  /// have more than kBytesPerPart together.
  static constexpr std::size_t kCallsPerPart = 1000;
  static constexpr std::size_t kBytesPerPart = 32 * 1024;

  /// Takes account of one record.
  void see(const RecordView& record);
  /// Takes over what one part of a `system/open_calls` event lists. False when `data` is not one's.
  bool add_listed(const Value& data);
  /// The sequence of the record seen last, or the one up to which a list speaks.
  std::uint64_t as_of() const noexcept { return as_of_; }

  std::size_t size() const noexcept { return calls_.size(); }
  /// Calls that were not kept track of, since too many were open.
  std::uint64_t overlooked() const noexcept { return overlooked_; }

  struct Call {
    std::string call_id;
    std::uint64_t pre_sequence = 0;
    std::string method;  ///< Empty when an older list did not say.
  };
  /// In the order of their pre events.
  std::vector<Call> list() const;
  /// The data of the `system/open_calls` events that list them: one at least.
  std::vector<Value> parts() const;

 private:
  struct Pre {
    std::uint64_t sequence = 0;
    std::string method;
  };

  std::map<std::string, Pre, std::less<>> calls_;  // by call id
  std::uint64_t as_of_ = 0;
  std::uint64_t overlooked_ = 0;
};

}  // namespace hookwire
