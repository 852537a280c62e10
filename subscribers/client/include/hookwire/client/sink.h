#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "hookwire/record/record.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// Where a subscriber is with one publisher: everything through this record was handed on.
struct Cursor {
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
  std::uint64_t sequence = 0;
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

/// The publisher behind one endpoint, as its welcome told.
struct Source {
  std::string endpoint;
  std::string publisher;  ///< host@backend
  std::uint64_t journal_id = 0;
  std::uint32_t epoch = 0;
};

/// Events that could not be had, and why.
struct SourceGap {
  std::uint32_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< Inclusive.
  std::string reason;
};

/// What a subscriber does with what it gets. All functions are called in the thread that runs the
/// subscriber. An exception leaves Subscriber::run; what was not committed comes again next time.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Records of one source, checked, in order, each once. Views die when the function returns.
  virtual void records(const Source& source, std::span<const RecordView> records) = 0;

  /// At its place between the records: what the source cannot give any more, what was rolled back,
  /// or a record that failed its checks.
  virtual void gap(const Source& source, const SourceGap& gap) = 0;

  /// Make safe what was given so far. Once this returned, cursors are saved and acknowledged.
  /// Called when nothing more is at hand, and at least every 4 MiB.
  virtual void commit() {}

  /// Everything the source had when it was asked has been handed on and committed.
  virtual void caught_up(const Source& source) { static_cast<void>(source); }

  /// The source answered (again), or its connection was lost or refused; `reason` is a sentence.
  virtual void connected(const Source& source) { static_cast<void>(source); }
  virtual void disconnected(const std::string& endpoint, const std::string& reason) {
    static_cast<void>(endpoint);
    static_cast<void>(reason);
  }
};

/// Where cursors are kept. Confined to the subscriber's thread.
class CursorStore {
 public:
  virtual ~CursorStore() = default;
  /// The newest cursor saved for this endpoint; nothing when there is none.
  virtual std::optional<Cursor> of_endpoint(const std::string& endpoint) = 0;
  /// The newest cursor saved for this journal, under whatever endpoint: records through it are not
  /// handed on again.
  virtual std::optional<Cursor> of_journal(std::uint64_t journal_id) = 0;
  /// Called after Sink::commit.
  virtual void save(const std::string& endpoint, const Cursor& cursor) = 0;
};

}  // namespace hookwire
#pragma GCC visibility pop
