#include "event_journal.h"

#include <future>

#include "event_bodies.h"
#include "publisher_test.h"
#include "support/cancelled_thread.h"
#include "support/eventually.h"
#include "support/fake_clock.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

/// A disk with space for so many segments more.
class SmallDisk final : public ForwardingFileSystem {
 public:
  std::atomic<int> space{1'000'000};
  std::atomic<int> refused{0};

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    const bool segment = path.string().find(".hwj") != std::string::npos;
    if (segment && mode == OpenMode::create_new && space.fetch_sub(1) <= 0) {
      ++space;
      ++refused;
      throw IoError(ENOSPC, "take space for " + path.string());
    }
    return ForwardingFileSystem::open(path, mode);
  }
};

class EventJournalTest : public ::testing::Test {
 protected:
  void open(std::chrono::nanoseconds append_wait) {
    writer_.emplace(disk_, clock_,
                    JournalOptions{.folder = folder_.path() / "journal",
                                   .segment_bytes = 128 * 1024,
                                   .append_wait = append_wait,
                                   .prefault_bytes = 0});
    events_.emplace(*writer_, clock_, log_, encoder_);
  }
  bool append(std::size_t bytes = 100) {
    std::vector<std::byte> buffer(kMaxBodyBytes);
    const DataPart data{.value = Value(std::string(bytes, 'x'))};
    return events_->append(Phase::periodic, "periodic/tick/nas01@gold",
                           *encode_periodic(buffer, encoder_, 1, &data, 0, 0));
  }
  /// Appends until there is no space for another large event.
  void fill_up() {
    disk_.space = 0;
    ASSERT_TRUE(eventually([&] {
      append(50'000);
      return disk_.refused > 0 && !append(50'000);
    }));
  }
  std::vector<Event> gaps() const {
    std::vector<Event> gaps;
    for (Event& event : read_events(folder_.path() / "journal")) {
      if (event.method == "gap") gaps.push_back(std::move(event));
    }
    return gaps;
  }

  std::uint64_t told_count() const {
    std::uint64_t count = 0;
    for (const Event& gap : gaps()) count += *gap.data->find("count")->unsigned_integer();
    return count;
  }

  TempFolder folder_;
  SmallDisk disk_;
  FakeClock clock_;
  CapturingLog log_;
  EventEncoder encoder_{"nas01@gold", {}};
  std::optional<JournalWriter> writer_;
  std::optional<EventJournal> events_;
};

TEST_F(EventJournalTest, AGapSaysExactlyHowManyFromWhenToWhen) {
  open(std::chrono::milliseconds(1));
  fill_up();
  const auto from = static_cast<std::uint64_t>(clock_.unix_ns());
  for (int n = 0; n < 6; ++n) {
    clock_.advance(std::chrono::seconds(10));
    EXPECT_FALSE(append(50'000));
  }
  disk_.space = 1'000'000;
  const auto to = static_cast<std::uint64_t>(clock_.unix_ns());
  ASSERT_TRUE(eventually([&] { return append(); }));
  EXPECT_EQ(told_count(), events_->lost());
  EXPECT_GE(events_->lost(), 7U);
  ASSERT_FALSE(gaps().empty());
  EXPECT_EQ(*gaps().front().data->find("from_time_ns")->unsigned_integer(), from);
  EXPECT_EQ(*gaps().back().data->find("to_time_ns")->unsigned_integer(), to);
  EXPECT_EQ(gaps().front().data->find("refused"), nullptr);
}

// The gap fits what space there is, the ends that were lost do not: whoever tells them waits.
TEST_F(EventJournalTest, NobodyWaitsForTheOneWhoTellsWhatWasLost) {
  disk_.space = 2;
  open(std::chrono::seconds(120));
  events_->lose(Phase::periodic, "a test", ErrorCode::io);
  const std::string method(200, 'm');
  for (std::size_t n = 0; n < EventJournal::kMaxLostEnds; ++n) {
    events_->lose_end(std::to_string(n), method);
  }
  std::future<bool> teller = std::async(std::launch::async, [this] { return append(); });
  ASSERT_TRUE(eventually([&] { return !gaps().empty() && disk_.refused > 0; }));

  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(append()) << "it is lost at once";
  events_->lose(Phase::periodic, "another", ErrorCode::io);
  events_->lose_end("one more", "m");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  EXPECT_NE(teller.wait_for(std::chrono::seconds(0)), std::future_status::ready)
      << "nobody was waiting";

  disk_.space = 1'000'000;
  EXPECT_TRUE(teller.get());
  EXPECT_TRUE(append());
  EXPECT_EQ(told_count(), events_->lost());
}

/// A log that writes to a file does the same.
class LogThatCanBeCancelled final : public Log {
 public:
  std::atomic<int> lines{0};
  void write(LogLevel /*level*/, std::string_view /*line*/) noexcept override {
    ++lines;
    ::pthread_testcancel();
  }
};

TEST_F(EventJournalTest, AThreadThatIsToBeCancelledStillTellsWhatWasLost) {
  open(std::chrono::seconds(30));
  LogThatCanBeCancelled log;
  events_.emplace(*writer_, clock_, log, encoder_);
  bool taken = false;
  CancelledThread thread([&] {
    ::pthread_cancel(::pthread_self());
    events_->lose(Phase::periodic, "a test", ErrorCode::io);
    taken = append();
    ::pthread_testcancel();
  });
  EXPECT_TRUE(thread.join());
  EXPECT_TRUE(taken);
  EXPECT_EQ(log.lines, 2) << "of the outage's beginning and end";
  EXPECT_EQ(told_count(), 1U);
}

}  // namespace
}  // namespace hookwire::testing
