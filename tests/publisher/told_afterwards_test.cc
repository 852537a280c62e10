#include "journal_notices.h"
#include "open_calls_keeper.h"
#include "publisher_test.h"
#include "support/eventually.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kSegment = 128 * 1024;
constexpr std::uint64_t kLowSpace = 1 << 20;

/// A disk that can be full, and says what is free.
class NearlyFullDisk final : public ForwardingFileSystem {
 public:
  std::atomic<bool> full{false};
  std::atomic<int> refused{0};
  std::atomic<std::uint64_t> free{1ull << 40};

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    if (full && mode == OpenMode::create_new) {
      ++refused;
      throw IoError(ENOSPC, "take space for " + path.string());
    }
    return ForwardingFileSystem::open(path, mode);
  }
  std::uint64_t free_bytes(const std::filesystem::path&) override { return free; }
};

// What the publisher has to tell while the journal takes nothing.
class ToldAfterwards : public PublisherTest {
 protected:
  ToldAfterwards() {
    JournalOptions journal = options().journal;
    journal.segment_bytes = kSegment;
    journal.append_wait = std::chrono::milliseconds(1);
    journal.retention.low_space_bytes = kLowSpace;
    writer_.emplace(disk_, clock_, journal);
    events_.emplace(*writer_, clock_, log_, encoder_);
  }
  /// Until the journal takes no event of any size.
  void fill_up() {
    disk_.full = true;
    for (const std::size_t bytes : {std::size_t{20'000}, std::size_t{1}}) {
      const Value data = Value::Map{{"text", std::string(bytes, 'x')}};
      ASSERT_TRUE(eventually([&] {
        const bool taken = events_->offer("filler", data, 0, 0, true);
        return disk_.refused > 0 && !taken;
      }));
    }
  }

  NearlyFullDisk disk_;
  EventEncoder encoder_{"nas01@gold", {}};
  std::optional<JournalWriter> writer_;
  std::optional<EventJournal> events_;
};

TEST_F(ToldAfterwards, TheListOfOpenCalls) {
  std::atomic<std::uint64_t> needed_from{0};
  KeeperBell bell;
  OpenCallsKeeper keeper(disk_, journal_folder(), kSegment, {}, *events_, log_, needed_from, bell);
  fill_up();
  while (keeper.step()) continue;
  ASSERT_THAT(told("open_calls"), IsEmpty());
  EXPECT_EQ(needed_from, 0U);
  disk_.full = false;
  EXPECT_TRUE(eventually([&] {
    keeper.step();
    return !told("open_calls").empty();
  })) << "nothing was appended since";
  EXPECT_GT(needed_from, 0U);
  EXPECT_EQ(events_->lost(), 0U) << "it only came later";
}

TEST_F(ToldAfterwards, ThatSpaceIsLow) {
  JournalNotices notices(*writer_, kLowSpace, *events_, log_);
  fill_up();
  disk_.free = 5000;
  ASSERT_TRUE(eventually([&] {
    notices.tell();
    return log_.contains("less than journal_low_space");
  }));
  ASSERT_THAT(told("low_space"), IsEmpty());
  disk_.full = false;
  EXPECT_TRUE(eventually([&] {
    notices.tell();
    return !told("low_space").empty();
  }));
  EXPECT_EQ(log_.count("less than journal_low_space"), 1U);
  EXPECT_EQ(events_->lost(), 0U);
}

TEST_F(ToldAfterwards, WhoWaitsForNobodyDoesNotWaitForASegment) {
  writer_.reset();
  JournalOptions journal = options().journal;
  journal.segment_bytes = kSegment;
  journal.append_wait = std::chrono::hours(1);
  writer_.emplace(disk_, clock_, journal);
  disk_.full = true;
  const Value data = Value::Map{{"text", std::string(20'000, 'x')}};
  while (events_->offer("filler", data)) continue;
  events_->lose(Phase::periodic, "a test", ErrorCode::io);
  events_->probe();
  EXPECT_EQ(events_->lost(), 1U);
  disk_.full = false;
  EXPECT_TRUE(eventually([&] {
    events_->probe();
    return !told("gap").empty();
  }));
}

}  // namespace
}  // namespace hookwire::testing
