#include "publisher_test.h"
#include "support/eventually.h"
#include "support/forwarding_file_system.h"

namespace hookwire::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kSegment = 256 * 1024;

class OpenCallsKeeping : public PublisherTest {
 protected:
  OpenCallsKeeping() { segment_bytes_ = kSegment; }

  std::size_t lists() const { return told("open_calls").size(); }
  /// Calls whose records take `bytes` together, more or less.
  void call_for(std::uint64_t bytes) {
    const std::string data(1000, 'd');
    for (std::uint64_t done = 0; done < bytes; done += 3500) {
      hooked_.call<&Store::put>(context_, "s-1", data);
    }
  }
  /// The bytes between one list and the next are a segment's at most.
  void expect_lists_close_together() const {
    std::uint64_t since = 0;
    for (const Event& event : events()) {
      since += event.phase == Phase::pre ? 1250 : 2300;
      if (event.topic.starts_with("system/open_calls/")) since = 0;
      ASSERT_LE(since, 2 * kSegment);
    }
  }
};

TEST_F(OpenCallsKeeping, AListIsWrittenAtEachOpenAndCleanStop) {
  open();
  EXPECT_THAT(told("open_calls"), SizeIs(1));
  close();
  EXPECT_THAT(told("open_calls"), SizeIs(2));
  const auto all = events();
  EXPECT_EQ(all[all.size() - 2].method, "stop");
  EXPECT_EQ(all.back().method, "open_calls");
  EXPECT_EQ(*all.back().data->find("as_of")->unsigned_integer(),
            all[all.size() - 2].identity.sequence);
}

TEST_F(OpenCallsKeeping, WithoutARelayAListIsWrittenEverySegment) {
  open();
  publisher_->start();
  for (std::size_t n = 1; n <= 4; ++n) {
    const std::size_t before = lists();
    call_for(kSegment);
    EXPECT_TRUE(eventually([&] { return lists() > before; })) << "list " << n;
  }
  close();
}

TEST_F(OpenCallsKeeping, BesideARelayAListIsWrittenEverySegment) {
  auto with_relay = options();
  with_relay.stream.endpoint = "ipc://" + (folder_.path() / "socket" / "gold.stream").string();
  publisher_ = std::make_unique<Publisher>(posix_, clock_, log_, with_relay,
                                           std::span<const MethodDescriptor* const>());
  hook_ = publisher_->make_notification_hook();
  chain_.replace({{"notify", "", hook_, {}}});
  publisher_->start();
  for (std::size_t n = 1; n <= 4; ++n) {
    const std::size_t before = lists();
    call_for(kSegment);
    EXPECT_TRUE(eventually([&] { return lists() > before; })) << "list " << n;
  }
  close();
  EXPECT_EQ(events().back().method, "open_calls");
}

/// Files that cannot be opened for reading while `broken`.
class UnreadableFiles final : public ForwardingFileSystem {
 public:
  std::atomic<bool> broken{false};
  std::atomic<int> refused{0};

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    if (broken && mode == OpenMode::read) {
      ++refused;
      throw IoError(EMFILE, "open " + path.string());
    }
    return ForwardingFileSystem::open(path, mode);
  }
};

TEST_F(OpenCallsKeeping, ListsAreWrittenAgainAfterTheJournalCouldNotBeRead) {
  UnreadableFiles files;
  files_ = &files;
  open();
  publisher_->start();
  files.broken = true;
  ASSERT_TRUE(eventually([&] {
    call_for(kSegment);
    return log_.contains("open calls cannot be kept track of");
  }));
  ASSERT_GT(files.refused, 0);
  const int before = files.refused;
  ASSERT_TRUE(eventually([&] { return files.refused > before + 2; })) << "it is tried again";
  files.broken = false;
  ASSERT_TRUE(eventually([&] { return log_.contains("open calls are kept track of again"); }));
  EXPECT_EQ(log_.count("open calls cannot be kept track of"), 1U);
  const std::size_t lists_before = lists();
  call_for(kSegment);
  EXPECT_TRUE(eventually([&] { return lists() > lists_before; }));
  close();
  publisher_.reset();
}

TEST_F(OpenCallsKeeping, AListNamesTheCallsThatAreOpen) {
  open();
  std::string listed;
  store_.on_call = [&] { publisher_->stop(std::chrono::nanoseconds(0)); };
  hooked_.call<&Store::drop>(context_, "s-1");
  const Value calls = *told("open_calls").back().data->find("calls");
  ASSERT_THAT(*calls.list(), SizeIs(1));
  EXPECT_EQ((*(*calls.list())[0].list())[0], Value(call_events()[0].call_id));
  EXPECT_EQ((*(*calls.list())[0].list())[1], Value(call_events()[0].identity.sequence));
  EXPECT_THAT(call_events(), SizeIs(2)) << "the call had its end after the stop";
}

TEST_F(OpenCallsKeeping, StoppingTwiceStopsOnceAndNothingStartsAgain) {
  open();
  publisher_->stop(std::chrono::nanoseconds(0));
  publisher_->stop(std::chrono::nanoseconds(0));
  EXPECT_THAT(told("stop"), SizeIs(1));
  EXPECT_THROW(publisher_->start(), Error);
}

TEST_F(OpenCallsKeeping, AListIsNeverFarAway) {
  open();
  publisher_->start();
  for (int n = 0; n < 6; ++n) {
    const std::size_t before = lists();
    call_for(kSegment / 2 + 4096);
    ASSERT_TRUE(eventually([&] { return lists() > before; }));
  }
  close();
  expect_lists_close_together();
}

}  // namespace
}  // namespace hookwire::testing
