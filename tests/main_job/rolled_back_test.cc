#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/client/subscriber.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/relay.h"
#include "hookwire/testing/capturing_log.h"

#include "support/eventually.h"
#include "support/forgetful_file_system.h"
#include "support/long_form.h"
#include "support/tcp_proxy.h"

// With journal_sync = os, a machine that loses power again and again, and a subscriber on another
// that holds events which the journal then lost: it is told which, and no identity is ever given to
// two events.

namespace hookwire::testing {
namespace {

using std::chrono::milliseconds;
using Survival = ForgetfulFileSystem::Survival;
using Identity = std::pair<std::uint32_t, std::uint64_t>;  // epoch, sequence

/// Remembers all that it was ever given. Thread-safe.
class RememberingSink final : public Sink {
 public:
  void records(const Source& /*source*/, std::span<const RecordView> records) override {
    const std::lock_guard lock(mutex_);
    for (const RecordView& record : records) {
      last_ = {record.epoch, record.sequence};
      const std::string body(reinterpret_cast<const char*>(record.body.data()), record.body.size());
      if (!given_.emplace(last_, body).second) ++again_;
    }
  }
  void gap(const Source& /*source*/, const SourceGap& gap) override {
    const std::lock_guard lock(mutex_);
    gaps_.push_back(gap);
  }

  Identity last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }
  std::vector<SourceGap> take_gaps() {
    const std::lock_guard lock(mutex_);
    return std::exchange(gaps_, {});
  }
  std::map<Identity, std::string> given() const {
    const std::lock_guard lock(mutex_);
    return given_;
  }
  std::uint64_t again() const {
    const std::lock_guard lock(mutex_);
    return again_;
  }

 private:
  mutable std::mutex mutex_;
  Identity last_{0, 0};
  std::map<Identity, std::string> given_;
  std::vector<SourceGap> gaps_;
  std::uint64_t again_ = 0;
};

class RolledBackTest : public ::testing::Test {
 protected:
  /// One time between power on and the loss of it, with a publisher that appends `count` events.
  void cycle(int count) {
    Doorbell doorbell;
    JournalWriter writer(files_, clock_,
                         {.folder = "/journal",
                          .segment_bytes = 2 * kBlockBytes,
                          .append_wait = std::chrono::seconds(30)},
                         &doorbell);
    Relay relay(files_, clock_, log_,
                {.publisher = "nas01@gold",
                 .journal_folder = "/journal",
                 .stream = {.endpoint = "tcp://127.0.0.1:0", .group = {}},
                 .limits = {.heartbeat = milliseconds(50)}},
                &doorbell);
    relay.start();
    const std::string endpoint = relay.endpoint();
    proxy_.set_target(
        static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1))));
    const Identity held = sink_.last();
    const std::uint64_t survived = writer.last_sequence();
    for (int n = 0; n < count; ++n) append(writer);
    const Identity last{writer.epoch(), writer.last_sequence()};
    ASSERT_TRUE(eventually([&] { return sink_.last() == last; }))
        << "it holds " << sink_.last().second << " of epoch " << sink_.last().first << ", not "
        << last.second << " of " << last.first << '\n'
        << log_.text();
    check_told(held, survived, writer);
    files_.lose_power(random_() % 6 == 0   ? Survival::nothing
                      : random_() % 6 == 0 ? Survival::everything
                                           : Survival::some);
  }

  void append(JournalWriter& writer) {
    std::string body = std::to_string(++events_) + ":";
    body.resize(body.size() + random_() % (random_() % 50 == 0 ? 30'000 : 900), 'x');
    const std::uint64_t sequence =
        writer.append({.topic = "post/dim/nas01@gold", .body = std::as_bytes(std::span(body))});
    if (!written_.emplace(Identity{writer.epoch(), sequence}, body).second) ++two_events_;
  }

  // A tail that it holds and the journal has lost is named, and nothing that is still there.
  void check_told(const Identity& held, std::uint64_t survived, const JournalWriter& writer) {
    std::vector<SourceGap> rolled_back;
    for (SourceGap& gap : sink_.take_gaps()) {
      if (gap.reason.starts_with("rolled back")) rolled_back.push_back(std::move(gap));
    }
    for (const SourceGap& gap : rolled_back) {
      EXPECT_EQ(gap.last, held.second);
      EXPECT_EQ(gap.epoch, held.first);
      EXPECT_LT(last_of(held.first), gap.first) << "it is told that what is there is lost";
    }
    if (held.second <= survived) return;
    ++rolled_back_;
    EXPECT_GT(writer.epoch(), held.first);
    ASSERT_EQ(rolled_back.size(), 1u) << "it holds a tail that was lost, and is not told";
    EXPECT_LE(rolled_back[0].first, survived + 1);
    told_events_ += held.second - survived;
  }

  // The last sequence of a record that can be read, in this epoch or before.
  std::uint64_t last_of(std::uint32_t epoch) {
    std::uint64_t last = 0;
    JournalReader reader(files_, "/journal");
    for (JournalChunk chunk = reader.next(); chunk.kind != JournalChunk::Kind::end;
         chunk = reader.next()) {
      if (chunk.kind == JournalChunk::Kind::records && chunk.epoch <= epoch) last = chunk.last;
    }
    return last;
  }

  const std::uint64_t seed_ = test_seed();
  std::mt19937_64 random_{seed_};
  ForgetfulFileSystem files_{seed_ + 1};
  SystemClock clock_;
  CapturingLog log_;
  TcpProxy proxy_{{}, seed_};
  RememberingSink sink_;
  std::map<Identity, std::string> written_;
  std::uint64_t events_ = 0;
  std::uint64_t two_events_ = 0;
  std::uint64_t rolled_back_ = 0;
  std::uint64_t told_events_ = 0;
};

TEST_F(RolledBackTest, ASubscriberThatHoldsALostTailIsToldSo) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  const int cycles = long_form() ? 500 : 15;
  SubscriberOptions options;
  options.endpoints = {proxy_.endpoint()};
  options.start.from = StreamStart::From::earliest;
  options.silence = milliseconds(1000);
  options.backoff_least = milliseconds(5);
  options.backoff_most = milliseconds(20);
  CapturingLog log;
  Subscriber subscriber(clock_, log, options, sink_);
  {
    const std::jthread thread([&](const std::stop_token& stop) { subscriber.run(stop); });
    for (int n = 0; n < cycles && !HasFailure(); ++n) {
      cycle(1 + static_cast<int>(random_() % (n % 4 == 0 ? 5 : 400)));
      files_.power_on();
    }
  }
  std::uint64_t others = 0;
  for (const auto& [identity, body] : sink_.given()) {
    const auto wrote = written_.find(identity);
    if (wrote == written_.end() || wrote->second != body) ++others;
  }
  report("rolled_back", {{"seed", seed_},
                         {"cycles", static_cast<std::uint64_t>(cycles)},
                         {"events", events_},
                         {"given", sink_.given().size()},
                         {"rolled_back", rolled_back_},
                         {"events_rolled_back", told_events_},
                         {"forgotten", files_.forgotten()},
                         {"lost_two_events_of_a_name", two_events_ + others},
                         {"lost_given_again", sink_.again()}});
  EXPECT_EQ(two_events_, 0u);
  EXPECT_EQ(others, 0u);
  EXPECT_EQ(sink_.again(), 0u);
  EXPECT_GT(rolled_back_, 0u);
}

}  // namespace
}  // namespace hookwire::testing
