#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <random>
#include <thread>

#include "hookwire/audit/audit_segment.h"
#include "hookwire/journal/journal_reader.h"

#include "cli_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Bytes = std::vector<std::byte>;

constexpr int kKills = 20;

/// A host that makes calls all the time, from a thread of its own.
class BusyHost {
 public:
  explicit BusyHost(std::unique_ptr<RunningHost> host)
      : host_(std::move(host)), thread_([this] {
          // Not so many that the log could not be compared in no time.
          while (!stop_ && calls_ < 200'000 && host_->init()) ++calls_;
        }) {}
  ~BusyHost() { stop(); }
  BusyHost(const BusyHost&) = delete;
  BusyHost& operator=(const BusyHost&) = delete;

  int calls() const noexcept { return calls_; }
  RunningHost& stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return *host_;
  }

 private:
  std::unique_ptr<RunningHost> host_;
  std::atomic<bool> stop_{false};
  std::atomic<int> calls_{0};
  std::thread thread_;
};

class AuditRunTest : public CliTest {
 protected:
  AuditRunTest() {
    write_config("gold");
    host_ = std::make_unique<BusyHost>(start_host("gold"));
  }

  std::vector<std::string> audit_run() const {
    return {"audit", "run", "--log", log_folder(), "--connect", stream("gold")};
  }
  std::string log_folder() const { return in_folder("audit"); }

  /// Bytes of the log's segments.
  std::uint64_t log_bytes() const {
    std::uint64_t bytes = 0;
    std::error_code absent;
    for (fs::recursive_directory_iterator entry(log_folder(), absent), end; !absent && entry != end;
         entry.increment(absent)) {
      if (entry->path().extension() != ".hwa") continue;
      const std::uint64_t size = entry->file_size(absent);
      if (!absent) bytes += size;
    }
    return bytes;
  }

  /// Every record of the journal, in order.
  std::vector<Bytes> journal_records(std::uint64_t& journal_id) {
    JournalReader reader(files_, journal("gold"));
    journal_id = reader.journal_id();
    std::vector<Bytes> records;
    for (JournalChunk chunk = reader.next(); chunk.kind != JournalChunk::Kind::end;
         chunk = reader.next()) {
      EXPECT_EQ(chunk.kind, JournalChunk::Kind::records) << chunk.reason;
      for_each_record(chunk.records, [&](const RecordView& record) {
        records.emplace_back(record.bytes.begin(), record.bytes.end());
      });
    }
    return records;
  }
  /// Every entry that the log holds of this journal, in order.
  std::vector<Bytes> log_records(std::uint64_t journal_id) {
    std::array<char, 17> name{};
    std::snprintf(name.data(), name.size(), "%016" PRIx64, journal_id);
    const fs::path folder = fs::path(log_folder()) / name.data();
    std::vector<Bytes> records;
    for (const std::uint64_t ordinal : audit_segments(files_, folder)) {
      const AuditSegmentScan scan =
          read_audit_segment(files_, folder / audit_segment_name(ordinal), journal_id, ordinal,
                             [&](const RecordView& record) {
                               EXPECT_NE(record.kind, kAuditGapKind) << "nothing was lost";
                               records.emplace_back(record.bytes.begin(), record.bytes.end());
                             });
      EXPECT_EQ(scan.fault, RecordFault::none);
      EXPECT_EQ(scan.end_offset, scan.file_bytes);
    }
    return records;
  }
  /// Records with --once. Then the log holds the journal byte for byte, each record once and in
  /// order: all that was there before, and what the publisher itself has added since only behind
  /// it.
  void expect_once_completes() {
    std::uint64_t journal_id = 0;
    const std::size_t before = journal_records(journal_id).size();
    std::vector<std::string> once = audit_run();
    once.emplace_back("--once");
    const Ended ended = run(once);
    EXPECT_EQ(ended.code, 0) << ended.messages;
    const std::vector<Bytes> recorded = log_records(journal_id);
    const std::vector<Bytes> held = journal_records(journal_id);
    EXPECT_GE(recorded.size(), before);
    ASSERT_LE(recorded.size(), held.size());
    const auto differs = std::mismatch(recorded.begin(), recorded.end(), held.begin()).first;
    EXPECT_EQ(differs - recorded.begin(), std::ssize(recorded)) << "this record is another";
  }

  PosixFileSystem files_;
  std::unique_ptr<BusyHost> host_;
};

TEST_F(AuditRunTest, KilledAgainAndAgainItRecordsEachEventOnceAndInOrder) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int killed_while_recording = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const std::uint64_t before = log_bytes();
    const auto audit = start(audit_run(), "audit.messages");
    // Half of them die while they start, the others once they record.
    const bool recording =
        kill % 2 == 0 || eventually([&] { return log_bytes() > before; }, kDeadline);
    ASSERT_TRUE(recording) << read_file(in_folder("audit.messages"));
    const milliseconds pause(random() % 100);
    ASSERT_EQ(audit->wait(pause), std::nullopt) << "it ended by itself";
    const int calls = host_->calls();
    ASSERT_TRUE(eventually([&] { return host_->calls() > calls; }, kDeadline));
    audit->signal(SIGKILL);
    ASSERT_EQ(audit->wait(kDeadline), 128 + SIGKILL);
    if (log_bytes() > before) ++killed_while_recording;
  }
  EXPECT_GE(killed_while_recording, kKills / 2);
  EXPECT_GE(host_->calls(), kKills);

  RunningHost& host = host_->stop();
  expect_once_completes();
  EXPECT_EQ(host.finish(), 0);
}

TEST_F(AuditRunTest, StoppedBySignalItEndsWellAndGoesOnLater) {
  const auto audit = start(audit_run(), "audit.messages");
  ASSERT_TRUE(eventually([&] { return log_bytes() > 1000; }, kDeadline));
  audit->signal(SIGTERM);
  EXPECT_EQ(audit->wait(kDeadline), 0) << read_file(in_folder("audit.messages"));
  RunningHost& host = host_->stop();
  expect_once_completes();
  EXPECT_EQ(host.finish(), 0);
}

TEST_F(AuditRunTest, ALogThatAnotherProcessKeepsIsRefusedWithItsPid) {
  const auto audit = start(audit_run(), "audit.messages");
  ASSERT_TRUE(eventually([&] { return log_bytes() > 1000; }, kDeadline));
  const Ended second = run(audit_run());
  EXPECT_EQ(second.code, 3);
  EXPECT_THAT(second.messages, ::testing::HasSubstr(std::to_string(audit->pid())));
  EXPECT_EQ(audit->wait(std::chrono::nanoseconds(0)), std::nullopt);
}

}  // namespace
}  // namespace hookwire::testing
