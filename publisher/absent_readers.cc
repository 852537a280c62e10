#include "absent_readers.h"

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "report_parts.h"

namespace hookwire {

AbsentReaders::AbsentReaders(FileSystem& file_system, Log& log, std::filesystem::path folder,
                             RetainedHistory retained)
    : file_system_(file_system),
      log_(log),
      folder_(std::move(folder)),
      retained_(std::move(retained)) {}

void AbsentReaders::look_when_due(std::int64_t now_ns, const StreamCursorMap& cursors) noexcept {
  if (retained_.names.empty() || retained_.bytes == 0) return;
  if (now_ns - looked_ns_ < kLookNs || now_ns - said_ns_ < kRepeatNs) return;
  looked_ns_ = now_ns;
  try {
    look(now_ns, cursors);
  } catch (const std::exception&) {
    return;  // a segment went meanwhile: the next look is soon
  }
}

void AbsentReaders::look(std::int64_t now_ns, const StreamCursorMap& cursors) {
  std::vector<std::string> absent;
  for (const std::string& name : retained_.names) {
    const auto found = cursors.find(name);
    if (found == cursors.end() || found->second.sequence == 0) absent.push_back(name);
  }
  if (absent.empty()) return;
  const std::uint64_t held = held_bytes();
  if (held <= retained_.bytes) return;
  said_ns_ = now_ns;
  for (const std::string& name : absent) {
    log_.warning("journal " + folder_.string() + ": " + std::to_string(held) +
                 " bytes of history are held, more than journal_retain_size, and " + name +
                 " in retain_for never acknowledged any of it: start that subscriber, or correct "
                 "its name here or there");
  }
}

std::uint64_t AbsentReaders::held_bytes() {
  StatusReport report;
  report_files(file_system_, folder_, report);
  return report.journal_bytes;
}

}  // namespace hookwire
