#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "hookwire/base/doorbell.h"
#include "hookwire/client/subscriber.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/relay.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "subscribers/event_bytes.h"
#include "support/eventually.h"
#include "support/long_form.h"

// Thirty-two readers that are far behind catch up together, over real sockets, next to a live one.

namespace hookwire::testing {
namespace {

/// A subscriber in a thread of its own that counts what it gets, and what is not as it should be.
class Reader final : public Sink {
 public:
  Reader(const Clock& clock, Log& log, const std::string& endpoint, StreamStart::From from)
      : subscriber_(clock, log, options(endpoint, from), *this),
        thread_([this](const std::stop_token& stop) { subscriber_.run(stop); }) {}

  void records(const Source& /*source*/, std::span<const RecordView> records) override {
    for (const RecordView& record : records) {
      if (last != 0 && record.sequence != last + 1) ++wrong;
      if (last == 0) first = record.sequence;
      last = record.sequence;
    }
  }
  void gap(const Source& /*source*/, const SourceGap& /*gap*/) override { ++wrong; }
  void caught_up(const Source& /*source*/) override { is_caught_up = true; }

  std::atomic<std::uint64_t> first{0};
  std::atomic<std::uint64_t> last{0};
  std::atomic<std::uint64_t> wrong{0};
  std::atomic<bool> is_caught_up{false};

 private:
  static SubscriberOptions options(const std::string& endpoint, StreamStart::From from) {
    SubscriberOptions options;
    options.endpoints = {endpoint};
    options.start.from = from;
    return options;
  }

  Subscriber subscriber_;
  std::jthread thread_;  // last: it uses the others
};

class CatchUpTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kReaders = 32;

  std::uint64_t append(std::uint64_t count) {
    for (std::uint64_t n = 0; n < count; ++n) append_event(writer_, {});
    return writer_.last_sequence();
  }
  std::unique_ptr<Reader> start_reader(StreamStart::From from) {
    return std::make_unique<Reader>(clock_, log_, relay_.endpoint(), from);
  }

  TempFolder folder_;
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  Doorbell doorbell_;
  JournalWriter writer_{files_,
                        clock_,
                        {.folder = folder_.path() / "journal",
                         .segment_bytes = 16 << 20,
                         .append_wait = std::chrono::seconds(30)},
                        &doorbell_};
  Relay relay_{
      files_,
      clock_,
      log_,
      {.publisher = "nas01@gold",
       .journal_folder = writer_.folder(),
       .stream = {.endpoint = "ipc://" + (folder_.path() / "run" / "gold").string(), .group = {}}},
      &doorbell_};
};

TEST_F(CatchUpTest, ThirtyTwoFarBehindConvergeNextToALiveOne) {
  const std::uint64_t behind = append(long_form() ? 1'000'000 : 20'000);
  relay_.start();
  const auto live = start_reader(StreamStart::From::latest);
  ASSERT_TRUE(eventually([&] { return live->is_caught_up.load(); }));
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t n = 0; n < kReaders; ++n) {
    readers.push_back(start_reader(StreamStart::From::earliest));
  }
  const auto all_have = [&](std::uint64_t sequence) {
    for (const auto& reader : readers) {
      if (reader->last < sequence) return false;
    }
    return true;
  };

  // The live one gets each event while the others are behind; that they were is looked at.
  std::uint64_t last = behind;
  std::uint64_t live_while_behind = 0;
  while (!all_have(behind)) {
    last = append(1);
    ASSERT_TRUE(eventually([&] { return live->last == last; })) << log_.text();
    if (!all_have(behind)) ++live_while_behind;
  }
  ASSERT_TRUE(eventually([&] { return all_have(last); }, std::chrono::seconds(60)));
  std::uint64_t wrong = live->wrong;
  for (const auto& reader : readers) {
    EXPECT_EQ(reader->first, 1u);
    EXPECT_EQ(reader->last, last);
    wrong += reader->wrong;
  }
  EXPECT_EQ(live->first, behind + 1);
  EXPECT_EQ(wrong, 0u);
  EXPECT_GT(live_while_behind, 0u) << "nobody was behind";
  report("catch_up", {{"readers", kReaders},
                      {"events_behind", behind * kReaders},
                      {"live_events_meanwhile", live_while_behind},
                      {"lost_or_out_of_order", wrong}});
}

}  // namespace
}  // namespace hookwire::testing
