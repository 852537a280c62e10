#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "hookwire/base/clock.h"
#include "hookwire/base/file_system.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/live.h"
#include "hookwire/testing/capturing_log.h"

#include "subscribers/event_bytes.h"

namespace hookwire::testing {

/// A journal and the real live feed of it.
class LiveJournal {
 public:
  LiveJournal(const std::filesystem::path& folder, const std::string& endpoint)
      : writer_(
            files_, clock_,
            {.folder = folder, .segment_bytes = 1 << 20, .append_wait = std::chrono::seconds(30)}),
        live_(files_, clock_, log_,
              {.publisher = "nas01@gold",
               .journal_folder = folder,
               .live = {.endpoint = endpoint},
               .heartbeat = std::chrono::milliseconds(50)}) {
    live_.start();
  }

  std::uint64_t append(int count, const EventSketch& sketch = {}) {
    std::uint64_t last = 0;
    for (int n = 0; n < count; ++n) last = append_event(writer_, sketch);
    return last;
  }
  LiveStatus status() const { return live_.status(); }
  std::string endpoint() const { return live_.endpoint(); }

 private:
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  JournalWriter writer_;
  Live live_;
};

}  // namespace hookwire::testing
