#include <array>
#include <cstring>

#include "hookwire/base/crc32c.h"

#include "journal_fixture.h"

namespace hookwire::testing {
namespace {

constexpr std::uint64_t kRecords = 4096;  // where a segment's records begin
constexpr std::uint64_t kHiddenSector = 512;
constexpr std::uint64_t kHiddenAt = kRecords + kHiddenSector;  // in the body of the first record
constexpr std::string_view kForged = "forged";
constexpr std::uint64_t kHiddenSegment = 3 * kBlockBytes;

/// The first record of a journal holds a whole record in its body, at the start of a sector, as a
/// caller may pass it; the disk writes that sector to another place as well.
class HiddenRecordTest : public JournalTest {
 protected:
  // Appends a record of `size` bytes in all.
  static void append_sized(JournalWriter& journal, std::size_t size,
                           std::span<const std::byte> hidden = {}) {
    std::vector<std::byte> body(size - kRecordHeaderBytes, std::byte{'.'});
    if (!hidden.empty()) {
      std::memcpy(body.data() + kHiddenSector - kRecordHeaderBytes, hidden.data(), hidden.size());
    }
    journal.append({.kind = 1, .topic = "", .body = body, .time_ns = 1});
  }

  // With two records; too little is left of it for another.
  static void fill_first_block(JournalWriter& journal, std::span<const std::byte> hidden) {
    append_sized(journal, 2048, hidden);
    append_sized(journal, kBlockBytes - kRecords - 2048 - 256);
  }
  static constexpr std::uint64_t kFirstOfBlockTwo = 3;

  // A sector that begins with a record of this journal. The rest of it is `fill`.
  static std::vector<std::byte> sector(const JournalWriter& journal, std::uint64_t sequence,
                                       char fill = '.') {
    std::vector<std::byte> bytes(kHiddenSector, static_cast<std::byte>(fill));
    std::vector<std::byte> body(16);
    std::memcpy(body.data(), kForged.data(), kForged.size());
    encode_record({.sequence = sequence,
                   .journal_id = journal.journal_id(),
                   .time_ns = 1,
                   .epoch = 1,
                   .kind = 1,
                   .flags = 0,
                   .topic = "",
                   .body = body,
                   .bytes = {}},
                  bytes);
    return bytes;
  }
  static constexpr std::size_t kForgedBytes = kRecordHeaderBytes + 16;

  static std::uint32_t checksum_of(std::span<const std::byte> record) {
    std::uint32_t checksum = 0;
    std::memcpy(&checksum, record.data() + 4, sizeof checksum);
    return checksum;
  }
  // Chooses eight bytes of the forged body so that its checksum is 0.
  static std::vector<std::byte> with_checksum_zero(std::vector<std::byte> sector);

  void move_hidden_sector_to(std::uint64_t offset) {
    ASSERT_EQ(offset % kHiddenSector, 0u);
    std::fstream file(segment(1), std::ios::in | std::ios::out | std::ios::binary);
    std::array<char, kHiddenSector> bytes{};
    file.seekg(kHiddenAt);
    file.read(bytes.data(), kHiddenSector);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(bytes.data(), kHiddenSector);
    ASSERT_NE(std::string_view(bytes.data(), kHiddenSector).find(kForged), std::string_view::npos);
  }

  // Nobody is given the forged record, and somebody says that the bytes are wrong.
  void expect_not_believed(std::uint64_t last) {
    const auto expect_read_right = [this] {
      for (const std::string& body : read_all().bodies) {
        EXPECT_FALSE(body.starts_with(kForged)) << "a forged record was read";
      }
      JournalReader reader(files_, folder());
      for (std::uint64_t sequence = 1; sequence <= reader.last_sequence(); ++sequence) {
        reader.seek(sequence);
        for_each_record(reader.next().records, [](const RecordView& record) {
          ASSERT_NE(std::memcmp(record.body.data(), kForged.data(), kForged.size()), 0)
              << "a forged record was read after a seek";
        });
      }
    };
    const JournalInspection found = inspect_journal(files_, folder());
    EXPECT_TRUE(!found.damage.empty() || found.torn_bytes > 0) << "nobody noticed";
    expect_read_right();
    const auto journal = open(kHiddenSegment);
    EXPECT_EQ(journal->last_sequence(), last);
    append_sized(*journal, 100);
    expect_read_right();
  }
};

std::vector<std::byte> HiddenRecordTest::with_checksum_zero(std::vector<std::byte> sector) {
  // A checksum is linear in the bits that it covers: 64 free ones are enough.
  std::byte* const free = sector.data() + kRecordHeaderBytes + 8;
  const auto length = static_cast<std::uint32_t>(kForgedBytes);
  const std::span<const std::byte> record(sector.data(), kForgedBytes);
  const auto checksum = [&] {
    return crc32c(record.subspan(8), crc32c(std::as_bytes(std::span(&length, 1))));
  };
  struct Row {
    std::uint32_t changes = 0;
    std::uint64_t bits = 0;
  };
  std::array<Row, 32> basis;
  const std::uint32_t before = checksum();
  for (int bit = 0; bit < 64; ++bit) {
    free[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    Row row{before ^ checksum(), 1ull << bit};
    free[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    for (std::size_t n = 0; n < 32 && row.changes != 0; ++n) {
      if ((row.changes >> n & 1) == 0) continue;
      if (basis[n].changes == 0) {
        basis[n] = row;
        break;
      }
      row = {row.changes ^ basis[n].changes, row.bits ^ basis[n].bits};
    }
  }
  std::uint32_t left = before;
  std::uint64_t chosen = 0;
  for (std::size_t n = 0; n < 32; ++n) {
    if ((left >> n & 1) == 0) continue;
    left ^= basis[n].changes;
    chosen ^= basis[n].bits;
  }
  for (int bit = 0; bit < 64; ++bit) {
    if (chosen >> bit & 1) free[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
  }
  const std::uint32_t zero = checksum();
  EXPECT_EQ(zero, 0u);
  std::memcpy(sector.data() + 4, &zero, sizeof zero);
  EXPECT_EQ(decode_record(sector).fault, RecordFault::none);
  return sector;
}

TEST_F(HiddenRecordTest, IsNoneWhereABlockBegins) {
  for (const std::uint64_t later : {0u, 1u, 50u}) {
    SCOPED_TRACE("later by " + std::to_string(later));
    std::filesystem::remove_all(folder());
    std::uint64_t last = 0;
    {
      const auto journal = open(kHiddenSegment);
      fill_first_block(*journal, sector(*journal, kFirstOfBlockTwo + later));
      while (journal->last_sequence() < 200) append_sized(*journal, kHiddenSector);
      last = journal->last_sequence();
    }
    move_hidden_sector_to(kBlockBytes);
    expect_not_believed(last);
  }
}

TEST_F(HiddenRecordTest, IsNoneWhereARecordBeginsInABlock) {
  for (const std::uint64_t at : {2u, 3u, 70u}) {
    SCOPED_TRACE("record " + std::to_string(at));
    std::filesystem::remove_all(folder());
    {
      const auto journal = open(kHiddenSegment);
      append_sized(*journal, 2048, sector(*journal, at));
      while (journal->last_sequence() < 200) append_sized(*journal, kHiddenSector);
    }
    move_hidden_sector_to(kRecords + 2048 + (at - 2) * kHiddenSector);
    expect_not_believed(200);
  }
}

TEST_F(HiddenRecordTest, IsNoneBehindTheLastRecord) {
  for (const bool zero : {false, true}) {
    SCOPED_TRACE(zero ? "its checksum is 0" : "its checksum is any");
    std::filesystem::remove_all(folder());
    {
      const auto journal = open(kHiddenSegment);
      const std::vector<std::byte> forged = sector(*journal, 4, '\0');
      append_sized(*journal, 2048, zero ? with_checksum_zero(forged) : forged);
      append_sized(*journal, kHiddenSector);
      append_sized(*journal, kHiddenSector);
    }
    move_hidden_sector_to(kRecords + 3072);
    expect_not_believed(3);
  }
}

TEST_F(HiddenRecordTest, IsNoneWhereABlockIsUnused) {
  for (const bool zero : {false, true}) {
    SCOPED_TRACE(zero ? "its checksum is 0" : "its checksum is any");
    std::filesystem::remove_all(folder());
    {
      const auto journal = open(kHiddenSegment);
      const std::vector<std::byte> forged = sector(*journal, 2, '\0');
      append_sized(*journal, 2048, zero ? with_checksum_zero(forged) : forged);
    }
    move_hidden_sector_to(kBlockBytes);
    expect_not_believed(1);
  }
}

// The 129th record may begin in the sector that its place is in: both can be forged at once, but
// not the place before it.
TEST_F(HiddenRecordTest, IsNoneTogetherWithAForgedPlace) {
  constexpr std::uint64_t kAt = 2 * kBlockBytes - 2 * kHiddenSector;
  std::uint64_t last = 0;
  {
    const auto journal = open(kHiddenSegment);
    std::vector<std::byte> forged = sector(*journal, kFirstOfBlockTwo + 128, '\0');
    std::memcpy(forged.data() + kHiddenSector - 4, forged.data() + 4, 4);
    fill_first_block(*journal, forged);
    std::uint64_t offset = kBlockBytes;
    while (offset < kAt) {
      const std::size_t size = journal->last_sequence() < kFirstOfBlockTwo + 123 ? 512 : 256;
      append_sized(*journal, size);
      offset += size;
    }
    ASSERT_EQ(offset, kAt);
    ASSERT_EQ(journal->last_sequence(), kFirstOfBlockTwo + 127);
    append_sized(*journal, 256);
    append_sized(*journal, 256);
    last = journal->last_sequence();
  }
  move_hidden_sector_to(kAt);
  expect_not_believed(last);
}

}  // namespace
}  // namespace hookwire::testing
