#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#pragma GCC visibility push(default)
namespace hookwire {

/// A reader for whom history is kept, and the last record that it acknowledged.
struct JournalReaderPlace {
  std::string name;
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;  ///< 0: none yet, so that it needs everything.
};

/// What must not go.
struct JournalNeeds {
  /// The owner of the journal reads from this sequence on when it opens it: never removed.
  std::uint64_t owner_from = std::numeric_limits<std::uint64_t>::max();
  /// Kept for them until JournalRetention::most_bytes.
  std::vector<JournalReaderPlace> readers;
};

/// How much history a journal keeps. Whole segments go, the oldest first, never the newest in use;
/// bytes count whole segment files, with the one that is being made.
struct JournalRetention {
  std::uint64_t bytes = 0;          ///< Kept at most, when nobody needs more. 0: no limit.
  std::chrono::nanoseconds age{0};  ///< A segment whose records are all older goes. 0: never.
  std::uint64_t most_bytes = 0;     ///< Kept at most, whoever needs more. 0: no limit.
  /// With less free space than this for others to take, whatever nobody needs goes. 0: never.
  std::uint64_t low_space_bytes = 0;
  /// Asked by the thread "hw-journal" before anything goes: once a second, at each new segment,
  /// and, with low space, at each look while the owner holds history back. When it throws nothing
  /// goes.
  std::function<JournalNeeds()> needs{};
};

/// What retention did or saw that somebody should be told of.
struct JournalNotice {
  enum class Kind {
    low_space,      ///< Less than the limit is free.
    enough_space,   ///< And no longer so.
    passed_reader,  ///< Records first..last of `epoch` went before `reader` acknowledged them.
    trouble,  ///< A segment could not be removed, or needs() threw: `what`. Once until it works.
  };
  Kind kind = Kind::low_space;
  std::uint64_t free_bytes = 0;
  std::string reader{};
  std::uint32_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string what{};
};

/// Adds a notice to those that wait to be told. A range that goes on where one of the same reader
/// ended becomes one with it, so that a long history that goes at once is told in one piece. Beyond
/// `most` one is forgotten: the oldest that is no range or, when all are ranges, the oldest.
void keep_notice(std::vector<JournalNotice>& kept, JournalNotice notice, std::size_t most);

}  // namespace hookwire
#pragma GCC visibility pop
