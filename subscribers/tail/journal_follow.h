#pragma once

#include <filesystem>
#include <vector>

#include "hookwire/base/file_system.h"
#include "hookwire/client/sink.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/record/record.h"
#include "hookwire/schemas/stream_message.h"

namespace hookwire {

/// Hands a journal's records and gaps to a sink, straight from its folder. Confined to one thread.
class JournalFollow {
 public:
  /// Stands at `start`. Throws as JournalReader does, and bad_input when `start` names another
  /// journal.
  JournalFollow(FileSystem& file_system, const std::filesystem::path& folder,
                const StreamStart& start);

  /// Hands on the next chunk; false when there is nothing more now.
  bool step(Sink& sink);

 private:
  JournalReader reader_;
  Source source_;
  std::vector<RecordView> records_;
};

}  // namespace hookwire
