#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hookwire/client/sink.h"

namespace hookwire {

/// Cursors that live as long as this object: one for each endpoint and journal seen, the newest
/// saved last. Beyond kMost the oldest is forgotten.
class MemoryCursors : public CursorStore {
 public:
  static constexpr std::size_t kMost = 1024;

  struct Entry {
    std::string endpoint;
    Cursor cursor;
  };

  std::optional<Cursor> of_endpoint(const std::string& endpoint) override;
  std::optional<Cursor> of_journal(std::uint64_t journal_id) override;
  void save(const std::string& endpoint, const Cursor& cursor) override;

  const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace hookwire
