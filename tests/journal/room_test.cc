#include <thread>

#include "journal_fixture.h"
#include "support/eventually.h"
#include "support/full_disk.h"

namespace hookwire::testing {
namespace {

/// Room for the ends of calls, on a disk that takes no more segments.
class RoomTest : public JournalTest {
 protected:
  // Long enough for the segment that is made ahead.
  std::unique_ptr<JournalWriter> open_small() {
    return std::make_unique<JournalWriter>(disk_, clock_,
                                           JournalOptions{.folder = folder(),
                                                          .segment_bytes = 4 * kBlockBytes,
                                                          .append_wait = std::chrono::minutes(1)});
  }
  static bool append_with(JournalWriter& journal, JournalRoom room, std::size_t bytes,
                          bool waits = false) {
    const std::string body(bytes, 'x');
    try {
      journal.append({.kind = 1,
                      .topic = "pre/m/p",
                      .body = std::as_bytes(std::span(body)),
                      .time_ns = 1,
                      .room = room,
                      .waits = waits});
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  FullDisk disk_;
};

constexpr std::size_t kLargest = kMaxRecordBytes - kRecordHeaderBytes - 7;

TEST_F(RoomTest, WhatWasSetAsideIsThereWhateverTheSizeAndWhateverElseIsAppended) {
  const auto journal = open_small();
  // The segment that was made ahead counts: it is there before the disk is full.
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(segment(2)); }));
  disk_.full = true;
  int taken = 0;
  while (append_with(*journal, JournalRoom::take, 100, true)) ++taken;
  EXPECT_GE(taken, 1);
  int others = 0;
  while (append_with(*journal, JournalRoom::none, 5000)) ++others;
  EXPECT_FALSE(append_with(*journal, JournalRoom::take, 10));
  for (int i = 0; i < taken; ++i) {
    EXPECT_TRUE(append_with(*journal, JournalRoom::use, kLargest)) << i;
  }
  while (append_with(*journal, JournalRoom::none, 5000)) continue;
  EXPECT_TRUE(eventually([&] { return disk_.refused > 0; })) << "the disk was to be full";
  disk_.full = false;
  EXPECT_TRUE(eventually([&] { return append_with(*journal, JournalRoom::take, 100); }));
  EXPECT_TRUE(append_with(*journal, JournalRoom::use, kLargest));
  EXPECT_TRUE(is_whole(read_all().sequences));
}

TEST_F(RoomTest, RoomThatIsGivenBackIsThereForOthers) {
  const auto journal = open_small();
  int taken = 0;
  while (append_with(*journal, JournalRoom::take, 100, true)) ++taken;
  journal->release_room();
  EXPECT_TRUE(append_with(*journal, JournalRoom::take, 100));
  EXPECT_FALSE(append_with(*journal, JournalRoom::take, 100));
}

}  // namespace
}  // namespace hookwire::testing
