#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "hookwire/client/subscriber.h"
#include "hookwire/journal/journal_reader.h"

#include "audit_fixture.h"
#include "subscribers/relayed_journal.h"
#include "support/eventually.h"

// Two publishers in full flow and small segments: kills hit while much is under way, and around the
// change from one segment to the next. The program itself is killed by the tests of the cli.

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kKills = 20;

/// A child process that dies with this one. It runs `body`, and must be made before this process
/// has threads.
class Child {
 public:
  template <class Body>
  explicit Child(Body&& body) : pid_(::fork()) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
      body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "the child failed: %s\n", error.what());
    }
    ::_exit(1);
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// True when the kill ended it, not something else before.
  bool kill() {
    if (pid_ <= 0) return false;
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t pid_;
};

class AuditKillTest : public AuditLogTest {
 protected:
  AuditKillTest() {
    if (::pipe(order_.data()) != 0 || ::pipe(answer_.data()) != 0) std::abort();
    publishers_ = std::make_unique<Child>([this] { publish(); });
  }
  ~AuditKillTest() override {
    publishers_.reset();
    for (const int fd : {order_[0], order_[1], answer_[0], answer_[1]}) ::close(fd);
  }

  fs::path journal(const std::string& name) const { return folder_.path() / name; }
  std::string endpoint(const std::string& name) const {
    return "ipc://" + (folder_.path() / "run" / name).string();
  }

  /// Appends until an order comes, answers it, and serves what there is until it is killed.
  void publish() {
    RelayedJournal gold(journal("gold"), endpoint("gold"));
    RelayedJournal iron(journal("iron"), endpoint("iron"));
    pollfd order{order_[0], POLLIN, 0};
    while (::poll(&order, 1, 1) == 0) {
      gold.append(40);
      iron.append(15);
    }
    if (::write(answer_[1], "x", 1) != 1) return;
    while (true) ::pause();
  }
  void stop_appending() {
    char answer = 0;
    ASSERT_EQ(::write(order_[1], "x", 1), 1);
    ASSERT_EQ(::read(answer_[0], &answer, 1), 1);
  }

  SubscriberOptions subscriber_options() const {
    SubscriberOptions options;
    options.endpoints = {endpoint("gold"), endpoint("iron")};
    options.start.from = StreamStart::From::earliest;
    options.backoff_least = std::chrono::milliseconds(5);
    options.backoff_most = std::chrono::milliseconds(20);
    return options;
  }
  /// Records until it is killed.
  void record() {
    const auto log = open();
    Subscriber(system_clock_, log_, subscriber_options(), *log, log.get()).run({});
  }
  /// Records what is left.
  void record_rest() {
    const auto log = open();
    Subscriber subscriber(system_clock_, log_, subscriber_options(), *log, log.get());
    EXPECT_TRUE(eventually([&] {
      subscriber.step(std::chrono::milliseconds(10));
      return subscriber.caught_up();
    })) << log_.text();
  }

  /// Bytes of the log's segments.
  std::uint64_t log_bytes() const {
    std::uint64_t bytes = 0;
    std::error_code absent;
    for (fs::recursive_directory_iterator entry(log_folder(), absent), end; !absent && entry != end;
         entry.increment(absent)) {
      if (entry->path().extension() == ".hwa") bytes += entry->file_size(absent);
    }
    return bytes;
  }

  /// The log holds the journal byte for byte, each record once and in order.
  void expect_complete(const std::string& name) {
    JournalReader reader(files_, journal(name));
    std::vector<std::byte> published;
    for (JournalChunk chunk = reader.next(); chunk.kind != JournalChunk::Kind::end;
         chunk = reader.next()) {
      ASSERT_EQ(chunk.kind, JournalChunk::Kind::records) << chunk.reason;
      published.insert(published.end(), chunk.records.begin(), chunk.records.end());
    }
    std::vector<std::byte> recorded;
    const fs::path folder = folder_of(reader.journal_id());
    const std::vector<std::uint64_t> ordinals = audit_segments(files_, folder);
    for (const std::uint64_t ordinal : ordinals) {
      const AuditSegmentScan scan = read_audit_segment(
          files_, folder / audit_segment_name(ordinal), reader.journal_id(), ordinal,
          [&](const RecordView& entry) {
            recorded.insert(recorded.end(), entry.bytes.begin(), entry.bytes.end());
          });
      EXPECT_EQ(scan.end_offset, scan.file_bytes) << to_string(scan.fault);
    }
    EXPECT_GT(published.size(), 0u);
    EXPECT_EQ(recorded.size(), published.size());
    EXPECT_TRUE(recorded == published) << name;
    const auto torn = std::count_if(fs::directory_iterator(folder), fs::directory_iterator(),
                                    [](const fs::directory_entry& entry) {
                                      return entry.path().filename().string().starts_with("torn-");
                                    });
    std::printf("%s: %llu events, %zu segments, %d torn entries\n", name.c_str(),
                static_cast<unsigned long long>(reader.last_sequence()), ordinals.size(),
                static_cast<int>(torn));
  }

  SystemClock system_clock_;
  std::array<int, 2> order_{};
  std::array<int, 2> answer_{};
  std::unique_ptr<Child> publishers_;
};

TEST_F(AuditKillTest, KilledWhileItAppendsItHoldsEachEventOnceAndInOrder) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int killed_while_appending = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    const std::uint64_t before = log_bytes();
    Child audit([this] { record(); });
    ASSERT_TRUE(eventually([&] { return log_bytes() > before; })) << "it records nothing";
    const std::uint64_t begun = log_bytes();
    const std::uint64_t until = begun + random() % 1'500'000;
    ASSERT_TRUE(eventually([&] { return log_bytes() > until; })) << "no events flow";
    ASSERT_TRUE(audit.kill()) << "it ended by itself";
    if (log_bytes() > begun) ++killed_while_appending;
  }
  EXPECT_EQ(killed_while_appending, kKills);

  stop_appending();
  record_rest();
  expect_complete("gold");
  expect_complete("iron");
}

}  // namespace
}  // namespace hookwire::testing
