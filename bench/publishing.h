#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/base/log.h"
#include "hookwire/hooks/hook_chain.h"
#include "hookwire/publisher/publisher.h"

#include "event_file.h"

namespace hookwire::bench {

/// A volume whose calls are published, by the notification hook alone and with the options that
/// users get by default.
class Publishing {
 public:
  /// An empty `endpoint`: journal only, no relay.
  Publishing(const EventFile& event, const std::filesystem::path& journal,
             const std::string& endpoint,
             OnJournalError on_journal_error = OnJournalError::fail_open);
  ~Publishing();
  Publishing(const Publishing&) = delete;
  Publishing& operator=(const Publishing&) = delete;

  Hooked<Volume> volume() { return {*driver_, chain_}; }
  /// Of the journal: what a subscriber that has everything has received.
  std::uint64_t last_sequence() const { return publisher_->status().last_sequence; }
  /// Throws Error damaged when the journal did not take an event: then less was done than measured.
  void check_complete() const;

 private:
  PosixFileSystem files_;
  SystemClock clock_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Volume> driver_ = make_volume();
  std::unique_ptr<Publisher> publisher_;
  HookChain chain_;
};

/// Bytes of the records that one call leaves in a journal, pads included.
struct RecordSizes {
  std::size_t pre = 0;
  std::size_t post = 0;
};
RecordSizes record_sizes(const EventFile& event, const std::filesystem::path& journal);

}  // namespace hookwire::bench
