#pragma once

#include <algorithm>
#include <cstring>

#include "hookwire/base/crc32c.h"

#include "journal_fixture.h"
#include "other_boot.h"

namespace hookwire::testing {

inline constexpr std::uint64_t kRecords = 4096;  // where a segment's records begin

/// One test for each row of the table in docs/journal.md, named after it. Segments are of two
/// blocks and hold 280 of its records or so.
class RecoveryTable : public JournalTest {
 protected:
  static std::string body(std::uint64_t n) { return std::to_string(n) + std::string(400, '.'); }

  static void append_many(JournalWriter& journal, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) append(journal, body(journal.last_sequence() + 1));
  }
  void die_after(std::uint64_t count) {
    write_and_die([&](JournalWriter& journal) { append_many(journal, count); });
  }
  void close_after(std::uint64_t count) { append_many(*open(), count); }

  std::unique_ptr<JournalWriter> open_after_boot() {
    return std::make_unique<JournalWriter>(after_boot_, clock_,
                                           JournalOptions{.folder = folder(),
                                                          .segment_bytes = kSmallSegment,
                                                          .append_wait = std::chrono::seconds(30)});
  }

  // The file's bytes from `offset` become `bytes`.
  static void write(const std::filesystem::path& path, std::uint64_t offset,
                    std::string_view bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
  }
  static std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // A segment file says which ordinal it has; with a checksum, as one made by hand would.
  static void renumber(const std::filesystem::path& path, std::uint64_t ordinal) {
    std::string made = content(path).substr(16, 48);
    std::memcpy(made.data() + 8, &ordinal, sizeof ordinal);
    const std::uint32_t checksum = crc32c(std::as_bytes(std::span(made)));
    write(path, 12, {reinterpret_cast<const char*>(&checksum), sizeof checksum});
    write(path, 16, made);
  }
  SegmentInfo info(std::size_t n) { return inspect_journal(files_, folder()).segments.at(n - 1); }

  // What is read is right and in order; what is not read is in a gap.
  void expect_all_accounted_for(std::uint64_t last) {
    const Seen seen = read_all();
    std::vector<int> times(last + 1);
    for (std::size_t i = 0; i < seen.sequences.size(); ++i) {
      ASSERT_LE(seen.sequences[i], last);
      ++times[seen.sequences[i]];
      EXPECT_EQ(seen.bodies[i], body(seen.sequences[i]));
    }
    for (const JournalChunk& gap : seen.gaps) {
      for (std::uint64_t n = gap.first; n <= std::min(gap.last, last); ++n) ++times[n];
    }
    for (std::uint64_t n = 1; n <= last; ++n) EXPECT_EQ(times[n], 1) << "sequence " << n;
  }
  void expect_sound() {
    for (const JournalDamage& damage : inspect_journal(files_, folder()).damage) {
      ADD_FAILURE() << damage.segment << ": " << damage.what;
    }
  }

  OtherBoot after_boot_;
};

}  // namespace hookwire::testing
