#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hookwire/base/clock.h"
#include "hookwire/base/error.h"
#include "hookwire/journal/journal_inspection.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/testing/temp_folder.h"

namespace hookwire::testing {

inline constexpr std::uint64_t kSmallSegment = 2 * kBlockBytes;

/// A journal in a folder of its own, with segments of two blocks.
class JournalTest : public ::testing::Test {
 protected:
  std::filesystem::path folder() const { return temp_.path() / "journal"; }

  std::unique_ptr<JournalWriter> open(std::uint64_t segment_bytes = kSmallSegment) {
    return std::make_unique<JournalWriter>(
        files_, clock_,
        JournalOptions{.folder = folder(),
                       .segment_bytes = segment_bytes,
                       .append_wait = std::chrono::seconds(30)});  // on a loaded machine
  }

  /// Another process opens the journal, lets `write` append to it and dies without closing it.
  template <class F>
  void write_and_die(F&& write, FileSystem& files) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      JournalWriter journal(files, clock_,
                            {.folder = folder(),
                             .segment_bytes = kSmallSegment,
                             .append_wait = std::chrono::seconds(30)});
      write(journal);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_EQ(status, 0);
  }
  template <class F>
  void write_and_die(F&& write) {
    write_and_die(std::forward<F>(write), files_);
  }

  static std::uint64_t append(JournalWriter& journal, std::string_view body,
                              std::string_view topic = "pre/m/p") {
    return journal.append({.kind = 1,
                           .flags = 0,
                           .topic = topic,
                           .body = std::as_bytes(std::span(body)),
                           .time_ns = SystemClock().unix_ns()});
  }

  struct Seen {
    std::vector<std::uint64_t> sequences;
    std::vector<std::string> bodies;
    std::vector<JournalChunk> gaps;
    std::uint32_t epoch = 0;
  };

  /// Everything a reader gives until it is at the end.
  static void read_on(JournalReader& reader, Seen& seen) {
    while (true) {
      const JournalChunk chunk = reader.next();
      if (chunk.kind == JournalChunk::Kind::end) return;
      seen.epoch = chunk.epoch;
      if (chunk.kind == JournalChunk::Kind::gap) {
        seen.gaps.push_back(chunk);
        continue;
      }
      for_each_record(chunk.records, [&](const RecordView& record) {
        seen.sequences.push_back(record.sequence);
        seen.bodies.emplace_back(reinterpret_cast<const char*>(record.body.data()),
                                 record.body.size());
      });
    }
  }
  Seen read_all() {
    JournalReader reader(files_, folder());
    Seen seen;
    read_on(reader, seen);
    return seen;
  }

  /// XORs one byte of a file.
  static void flip(const std::filesystem::path& path, std::uint64_t offset,
                   unsigned char with = 0x40) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(byte ^ with));
  }

  static void write_zeros(const std::filesystem::path& path, std::uint64_t offset,
                          std::size_t count) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << std::string(count, '\0');
  }

  std::filesystem::path segment(int ordinal) const {
    const std::string digits = std::to_string(ordinal);
    return folder() / (std::string(20 - digits.size(), '0') + digits + ".hwj");
  }

  TempFolder temp_;
  PosixFileSystem files_;
  SystemClock clock_;
};

/// True when `sequences` are 1, 2, 3, ...
inline bool is_whole(const std::vector<std::uint64_t>& sequences) {
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i] != i + 1) return false;
  }
  return true;
}

}  // namespace hookwire::testing
