#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hookwire/client/sink.h"
#include "hookwire/client/subscriber.h"
#include "hookwire/record/record.h"
#include "hookwire/schemas/stream_message.h"

namespace hookwire {

/// How a feed begins, and whose it is.
struct FeedOptions {
  std::string endpoint;
  StreamStart start;     ///< Where to begin when no cursor is known.
  bool complete = true;  ///< No topics are sorted out by the publisher.
};

/// One source's records put in order: hands each on once, whatever the sessions repeat, skip or
/// spoil, and turns into gaps what cannot be had. Knows no socket, session or time. What a reply
/// does wrong is returned as a sentence the first time, so that the caller asks again; when the
/// same place is bad again, it becomes a gap. Confined to the subscriber's thread.
class Feed {
 public:
  /// The references must outlive the feed.
  Feed(FeedOptions options, Sink& sink, CursorStore& cursors, Subscriber::Counters& counters);

  /// Where the next session has to begin.
  StreamStart next_start() const;

  /// A session begins. False when the journal is one whose cursor is known: ask for a session
  /// again, next_start() is behind that cursor.
  [[nodiscard]] bool welcome(const Welcome& welcome);

  // Each takes one reply of the session and returns what is wrong with it; empty: nothing.
  [[nodiscard]] std::string batch(const Batch& batch, std::span<const std::byte> records);
  [[nodiscard]] std::string gap(const StreamGap& gap);
  void rolled_back(const RolledBack& rolled_back);

  const Source& source() const noexcept { return source_; }
  /// Everything before this sequence was handed on or told as a gap.
  std::uint64_t expected() const noexcept { return expected_; }
  /// Bytes of records handed on since the last commit.
  std::uint64_t uncommitted_bytes() const noexcept { return uncommitted_bytes_; }
  bool uncommitted() const noexcept { return uncommitted_; }

  /// The sink committed: saves the cursor and returns it; nothing when it did not move.
  std::optional<Cursor> commit();
  /// The sink failed: what was not committed is handed on again by the next session.
  void forget_uncommitted() noexcept;

 private:
  /// What is wrong with a reply about these sequences; empty: nothing.
  std::string range_fault(std::uint64_t first, std::uint64_t last) const;
  std::string fault(std::uint64_t through, const std::string& what);
  void tell_gap(const SourceGap& gap);
  void roll_back_to(std::uint64_t last, std::uint32_t previous_epoch);
  void move_to(std::uint64_t expected);

  FeedOptions options_;
  Sink& sink_;
  CursorStore& cursors_;
  Subscriber::Counters& counters_;
  Source source_;  // epoch: of what was handed on last; 0: not known yet
  std::uint64_t expected_ = 1;
  std::uint64_t session_start_ = 1;  // as the welcome said
  std::optional<Cursor> position_;   // where to resume; nothing: at options_.start
  std::optional<Cursor> committed_;
  bool uncommitted_ = false;
  std::uint64_t uncommitted_bytes_ = 0;
  std::uint64_t suspect_ = 0;     // the sequence at which the last fault was
  std::vector<RecordView> good_;  // of the batch at hand; kept for its memory
};

}  // namespace hookwire
