#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/audit/audit_log.h"
#include "hookwire/audit/audit_segment.h"
#include "hookwire/base/error.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/temp_folder.h"

#include "subscribers/record_bytes.h"

namespace hookwire::testing {

inline constexpr char kEndpoint[] = "ipc:///run/gold.stream";

/// What a log holds, as text: "3" for a record and "gap 4:1" for a gap behind which it goes on at
/// sequence 4 of epoch 1.
inline std::string text_of(const RecordView& entry) {
  if (entry.kind != kAuditGapKind) return std::to_string(entry.sequence);
  return "gap " + std::to_string(entry.sequence) + ":" + std::to_string(entry.epoch);
}

inline std::vector<std::string> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::string> texts;
  for (std::uint64_t n = first; n <= last; ++n) texts.push_back(std::to_string(n));
  return texts;
}

inline std::vector<std::string> operator+(std::vector<std::string> front,
                                          const std::vector<std::string>& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

/// An audit log in a folder of the test's own, fed by hand.
class AuditLogTest : public ::testing::Test {
 protected:
  std::filesystem::path log_folder() const { return folder_.path() / "audit"; }
  std::filesystem::path folder_of(std::uint64_t journal_id) const {
    std::array<char, 17> name{};
    std::snprintf(name.data(), name.size(), "%016llx", static_cast<unsigned long long>(journal_id));
    return log_folder() / name.data();
  }
  std::filesystem::path segment(std::uint64_t ordinal = 1) const {
    return folder_of(kJournal) / audit_segment_name(ordinal);
  }

  std::unique_ptr<AuditLog> open(FileSystem& files) {
    return std::make_unique<AuditLog>(
        files, clock_, log_,
        AuditLogOptions{.folder = log_folder(), .segment_bytes = segment_bytes_});
  }
  std::unique_ptr<AuditLog> open() { return open(files_); }

  static Source source(std::uint32_t epoch = 1, std::uint64_t journal_id = kJournal,
                       const std::string& endpoint = kEndpoint) {
    return {endpoint, "nas01@gold", journal_id, epoch};
  }
  /// Gives the records whose bytes follow one another.
  static void give_bytes(Sink& log, const Source& source, std::span<const std::byte> bytes) {
    std::vector<RecordView> records;
    while (!bytes.empty()) {
      records.push_back(decode_record(bytes).record);
      bytes = bytes.subspan(records.back().bytes.size());
    }
    log.records(source, records);
  }
  static void give(Sink& log, std::uint64_t first, std::uint64_t last, std::uint32_t epoch = 1,
                   std::uint64_t journal_id = kJournal) {
    give_bytes(log, source(epoch, journal_id), records_bytes(first, last, epoch, journal_id));
  }

  /// Every entry of a journal's recording, which is to be sound to its end.
  std::vector<std::string> held(std::uint64_t journal_id = kJournal) {
    std::vector<std::string> texts;
    const std::filesystem::path folder = folder_of(journal_id);
    for (const std::uint64_t ordinal : audit_segments(files_, folder)) {
      const AuditSegmentScan scan =
          read_audit_segment(files_, folder / audit_segment_name(ordinal), journal_id, ordinal,
                             [&](const RecordView& entry) { texts.push_back(text_of(entry)); });
      EXPECT_EQ(scan.fault, RecordFault::none);
    }
    return texts;
  }
  /// Names in the recording's folder that begin with `front`.
  std::vector<std::string> names(const std::string& front) {
    std::vector<std::string> found;
    for (const std::string& name : files_.list(folder_of(kJournal))) {
      if (name.starts_with(front)) found.push_back(name);
    }
    return found;
  }

  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  static void write_behind(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    std::ofstream(path, std::ios::binary | std::ios::app)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  static std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  TempFolder folder_;
  PosixFileSystem files_;
  FakeClock clock_;
  CapturingLog log_;
  std::uint64_t segment_bytes_ = 1 << 20;
};

/// The code of the Error that `act` throws; nothing when it throws none.
template <class Act>
std::optional<ErrorCode> code_of(Act&& act) {
  try {
    act();
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace hookwire::testing
