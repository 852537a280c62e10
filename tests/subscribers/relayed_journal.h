#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/base/doorbell.h"
#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/relay.h"
#include "hookwire/testing/capturing_log.h"

#include "subscribers/event_bytes.h"

namespace hookwire::testing {

/// A journal and the real relay that serves it.
class RelayedJournal {
 public:
  RelayedJournal(const std::filesystem::path& folder, const std::string& endpoint)
      : writer_(
            files_, clock_,
            {.folder = folder, .segment_bytes = 1 << 20, .append_wait = std::chrono::seconds(30)},
            &doorbell_),
        relay_(files_, clock_, log_,
               {.publisher = "nas01@gold",
                .journal_folder = folder,
                .stream = {.endpoint = endpoint, .group = {}},
                .limits = {.heartbeat = std::chrono::milliseconds(50)}},
               &doorbell_) {
    relay_.start();
  }
  /// Without a farewell, as a process that is killed; stop() says goodbye.
  ~RelayedJournal() = default;
  void stop() { relay_.stop(std::chrono::seconds(2)); }

  void append(int count, EventSketch sketch = {}) {
    for (int n = 0; n < count; ++n) append_event(writer_, sketch);
  }
  std::string endpoint() const { return relay_.endpoint(); }
  /// Nobody is connected, and the client called `name` acknowledged everything up to `sequence`.
  bool said_goodbye(const std::string& name, std::uint64_t sequence) const {
    const RelayStatus status = relay_.status();
    return status.sessions.empty() &&
           std::any_of(status.cursors.begin(), status.cursors.end(), [&](const auto& cursor) {
             return cursor.name == name && cursor.sequence == sequence;
           });
  }

 private:
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  Doorbell doorbell_;
  JournalWriter writer_;
  Relay relay_;
};

}  // namespace hookwire::testing
