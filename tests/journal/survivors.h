#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "hookwire/base/error.h"
#include "hookwire/journal/journal_reader.h"

#include "told.h"

namespace hookwire::testing {

/// Which event it is: the `number`-th of a thread in one life of the writing process.
struct EventName {
  std::uint32_t life = 0;
  std::uint32_t thread = 0;
  std::uint64_t number = 0;
  friend bool operator==(const EventName&, const EventName&) = default;
};

/// Its body, `size` bytes that are no other event's.
inline std::string kill_body(const EventName& event, std::size_t size) {
  std::string body(std::max(size, sizeof event), static_cast<char>('a' + event.number % 26));
  std::memcpy(body.data(), &event, sizeof event);
  return body;
}

/// What is left in a journal after each death of its writer, held against what the writer had been
/// told. Keeps which event each sequence named, so that no later life may change it.
class Survivors {
 public:
  Survivors(FileSystem& files, std::filesystem::path folder)
      : files_(files), folder_(std::move(folder)) {}

  struct Counts {
    std::uint64_t acknowledged = 0;
    std::uint64_t unanswered = 0;  // there, though the caller died before it heard so
    std::uint64_t lost = 0;
    std::uint64_t repeated = 0;
    std::uint64_t reordered = 0;
    std::uint64_t holes = 0;
    std::uint64_t renamed = 0;   // a sequence that names another event than it did
    std::uint64_t invented = 0;  // records that nobody wrote
    std::uint64_t epochs = 0;    // that were begun after the first event

    std::uint64_t bad() const {
      return lost + repeated + reordered + holes + renamed + invented + epochs;
    }
    Counts& operator+=(const Counts& other) {
      acknowledged += other.acknowledged;
      unanswered += other.unanswered;
      lost += other.lost;
      repeated += other.repeated;
      reordered += other.reordered;
      holes += other.holes;
      renamed += other.renamed;
      invented += other.invented;
      epochs += other.epochs;
      return *this;
    }
  };

  const Counts& counts() const { return counts_; }
  /// Records that went because the journal was told to trim what had been checked.
  std::uint64_t trimmed() const { return first_ - 1; }
  /// From now on what is known by now may be trimmed.
  void may_trim() { trimmable_ = known_.size(); }
  std::uint64_t last_sequence() const { return known_.size(); }

  /// After a death in life `life`: what is there behind what was there, and the end of that again.
  void check(const Told& told, std::uint32_t life) {
    constexpr std::uint64_t kAgain = 64;
    counts_.acknowledged += told.answered();
    const std::uint64_t before = known_.size();
    std::array<std::uint64_t, kKillThreads> seen{};
    if (read(before > kAgain ? before - kAgain : 1, life, told, seen)) {
      for (std::size_t t = 0; t < seen.size(); ++t) {
        const std::uint64_t answered = told.threads[t].answered.load();
        if (seen[t] < answered) counts_.lost += answered - seen[t];
        if (seen[t] > answered) counts_.unanswered += seen[t] - answered;
        if (seen[t] > answered + 1) counts_.invented += seen[t] - answered - 1;
      }
    } else {
      counts_.lost += told.answered();
    }
  }

  /// Every record, once more.
  void check_all() {
    std::array<std::uint64_t, kKillThreads> seen{};
    const std::uint64_t before = known_.size();
    if (before > 0 && !read(1, 0, Told(), seen)) counts_.lost += before;
    counts_.invented += known_.size() - before;
  }

 private:
  // False when there is no journal yet.
  bool read(std::uint64_t from, std::uint32_t life, const Told& told,
            std::array<std::uint64_t, kKillThreads>& seen) {
    try {
      JournalReader reader(files_, folder_);
      const std::uint64_t first = reader.first_sequence();
      // Lower than before: what was about to go when its writer died is there again.
      if (first > std::max(first_, trimmable_ + 1)) ++counts_.holes;
      first_ = first;
      reader.seek(from);
      std::uint64_t next = std::max(from, first);
      while (true) {
        const JournalChunk chunk = reader.next();
        if (chunk.kind == JournalChunk::Kind::end) break;
        if (chunk.first != next || chunk.kind == JournalChunk::Kind::gap) ++counts_.holes;
        next = chunk.last + 1;
        if (epoch_ == 0) epoch_ = chunk.epoch;
        if (chunk.epoch != epoch_) ++counts_.epochs;
        for_each_record(chunk.records,
                        [&](const RecordView& record) { take(record, life, told, seen); });
      }
      if (next <= known_.size()) counts_.lost += known_.size() + 1 - next;
      return true;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::bad_input || !known_.empty()) throw;
      return false;
    }
  }

  void take(const RecordView& record, std::uint32_t life, const Told& told,
            std::array<std::uint64_t, kKillThreads>& seen) {
    EventName event;
    const std::string_view body(reinterpret_cast<const char*>(record.body.data()),
                                record.body.size());
    if (body.size() >= sizeof event) std::memcpy(&event, body.data(), sizeof event);
    if (body != kill_body(event, body.size()) || event.thread >= kKillThreads) {
      ++counts_.invented;
      return;
    }
    if (record.sequence <= known_.size()) {
      if (!(known_[record.sequence - 1] == event)) ++counts_.renamed;
      return;
    }
    known_.push_back(event);
    std::uint64_t& expected = seen[event.thread];
    if (event.life != life || event.number < expected) {
      ++counts_.repeated;
    } else if (event.number > expected) {
      ++counts_.reordered;
    }
    const Told::Thread& thread = told.threads[event.thread];
    if (event.number < thread.answered && thread.sequences[event.number] != record.sequence) {
      ++counts_.renamed;
    }
    expected = event.number + 1;
  }

  FileSystem& files_;
  const std::filesystem::path folder_;
  std::vector<EventName> known_;  // by sequence, from 1
  std::uint64_t first_ = 1;       // the oldest that is there
  std::uint64_t trimmable_ = 0;   // older ones may go, this one too
  std::uint32_t epoch_ = 0;       // of the first event
  Counts counts_;
};

}  // namespace hookwire::testing
