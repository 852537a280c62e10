#include <fstream>

#include "stream_test.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// The machine's files, but for the kernel's boot id, so that a test can boot again.
class RebootedFiles final : public FileSystem {
 public:
  explicit RebootedFiles(std::filesystem::path boot_id) : boot_id_(std::move(boot_id)) {}

  std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
    return files_.open(path.filename() == "boot_id" ? boot_id_ : path, mode);
  }
  void make_directory(const std::filesystem::path& path, mode_t mode) override {
    files_.make_directory(path, mode);
  }
  std::vector<std::string> list(const std::filesystem::path& folder) override {
    return files_.list(folder);
  }
  bool exists(const std::filesystem::path& path) override { return files_.exists(path); }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    files_.rename(from, to);
  }
  void remove(const std::filesystem::path& path) override { files_.remove(path); }
  void sync_directory(const std::filesystem::path& path) override { files_.sync_directory(path); }
  std::uint64_t free_bytes(const std::filesystem::path& path) override {
    return files_.free_bytes(path);
  }
  std::unique_ptr<FileLock> lock(const std::filesystem::path& path) override {
    return files_.lock(path);
  }
  std::optional<int> lock_holder(const std::filesystem::path& path) override {
    return files_.lock_holder(path);
  }

 private:
  PosixFileSystem files_;
  std::filesystem::path boot_id_;
};

class StreamLoss : public StreamTest {
 protected:
  /// The power fails: what was appended after `keep` is gone. The writer of the next boot begins a
  /// new epoch.
  void lose_power_after(const std::filesystem::path& kept) {
    server_.reset();
    writer_.reset();
    std::filesystem::remove_all(journal_folder());
    std::filesystem::rename(kept, journal_folder());
    const auto boot_id = folder_.path() / "boot_id";
    std::ofstream(boot_id) << "00000000-0000-4000-8000-00000000000" << ++boots_ << '\n';
    RebootedFiles files(boot_id);
    writer_ = std::make_unique<JournalWriter>(files, clock_, journal_options());
    writer_.reset();
    open_writer();
  }
  /// What would be left should the power fail now. The journal's own thread may be making a segment
  /// and take its temporary name away meanwhile: then once more.
  std::filesystem::path keep() {
    const auto kept = folder_.path() / "kept";
    const auto copied = [&] {
      std::error_code failed;
      std::filesystem::remove_all(kept);
      std::filesystem::copy(journal_folder(), kept, failed);
      return !failed;
    };
    EXPECT_TRUE(eventually(copied));
    return kept;
  }
  /// Epoch 1 kept ten records of fifteen, epoch 2 has those behind it; history is gone from 1 to
  /// beyond what epoch 1 had.
  void lose_a_tail_and_then_history() {
    append_many(10);
    const auto kept = keep();
    append_many(5);
    lose_power_after(kept);
    append_many(20'000);
    writer_.reset();
    while (JournalReader(files_, journal_folder()).first_sequence() < 100) {
      std::filesystem::remove(first_segment());
    }
    open_writer();
  }
  std::filesystem::path first_segment() {
    for (const std::string& name : files_.list(journal_folder())) {
      if (name.ends_with(".hwj")) return journal_folder() / name;
    }
    throw std::logic_error("there is no segment");
  }

 private:
  int boots_ = 0;
};

TEST_F(StreamLoss, AClientThatSawMoreThanSurvivedIsRolledBack) {
  append_many(10);
  const std::uint32_t epoch = writer_->epoch();
  const std::uint64_t journal = writer_->journal_id();
  const auto kept = keep();
  append_many(5);
  lose_power_after(kept);
  append_many(7);
  ASSERT_EQ(writer_->journal_id(), journal);
  ASSERT_GT(writer_->epoch(), epoch) << "nothing was lost";

  open("a", at(16, journal, epoch));
  const auto told = all<RolledBack>("a");
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].previous_epoch, epoch);
  EXPECT_EQ(told[0].epoch, writer_->epoch());
  EXPECT_EQ(told[0].last, 10U);
  EXPECT_EQ(all<Welcome>("a")[0].start, 11U);
  EXPECT_EQ(records("a"), range_of(11, 17));
}

TEST_F(StreamLoss, AClientThatSawNoMoreThanSurvivedIsNot) {
  append_many(10);
  const std::uint32_t epoch = writer_->epoch();
  const auto kept = keep();
  append_many(5);
  lose_power_after(kept);
  append_many(7);
  for (const std::uint64_t next : {1U, 5U, 10U, 11U}) {
    const std::string peer = std::to_string(next);
    open(peer, at(next, writer_->journal_id(), epoch));
    EXPECT_THAT(all<RolledBack>(peer), IsEmpty());
    EXPECT_EQ(records(peer), range_of(next, 17));
  }
}

TEST_F(StreamLoss, ANewEpochWithoutARecordYetRollsBackToTheLast) {
  append_many(10);
  const std::uint32_t epoch = writer_->epoch();
  const auto kept = keep();
  append_many(5);
  lose_power_after(kept);
  open("a", at(14, writer_->journal_id(), epoch));
  EXPECT_EQ(all<RolledBack>("a").at(0).last, 10U);
  append();
  settle();
  EXPECT_THAT(records("a"), ElementsAre(11));
}

TEST_F(StreamLoss, EachOfSeveralLossesIsToldApart) {
  std::vector<std::uint32_t> epochs;
  for (int n = 0; n < 3; ++n) {  // epochs end at 10, 20 and 30
    append_many(10);
    epochs.push_back(writer_->epoch());
    const auto kept = keep();
    append_many(3);
    lose_power_after(kept);
  }
  append_many(10);
  for (std::size_t n = 0; n < epochs.size(); ++n) {
    const std::string peer = "client" + std::to_string(n);
    open(peer, at(10 * n + 13, writer_->journal_id(), epochs[n]));
    const RolledBack told = all<RolledBack>(peer).at(0);
    EXPECT_EQ(told.previous_epoch, epochs[n]);
    EXPECT_EQ(told.epoch, n + 1 < epochs.size() ? epochs[n + 1] : writer_->epoch());
    EXPECT_EQ(told.last, 10 * n + 10);
    EXPECT_EQ(records(peer), range_of(10 * n + 11, 40));
  }
}

TEST_F(StreamLoss, ANamedCursorBeyondWhatSurvivedIsRolledBackToo) {
  append_many(10);
  const auto kept = keep();
  append_many(5);
  const std::uint64_t session = open("a", kCursor, {.name = "audit"});
  ask("a", AckRequest{.session = session, .epoch = writer_->epoch(), .sequence = 15});
  settle();
  server().close();
  std::filesystem::copy(journal_folder() / "cursors", kept / "cursors");
  lose_power_after(kept);
  append_many(7);

  const std::uint64_t again = open("b", kCursor, {.name = "audit"});
  EXPECT_EQ(all<RolledBack>("b").at(0).last, 10U);
  EXPECT_EQ(records("b"), range_of(11, 17));

  // The cursor goes on in the new epoch, though the sequence is lower than it was.
  ask("b", AckRequest{.session = again, .epoch = writer_->epoch(), .sequence = 12});
  open("c", kCursor, {.name = "audit"});
  EXPECT_EQ(records("c"), range_of(13, 17));
}

TEST_F(StreamLoss, ALostTailIsToldAlsoWhenHistoryIsGoneBeyondIt) {
  lose_a_tail_and_then_history();
  const std::uint64_t first = server().status().first_sequence;
  for (const std::uint64_t next : {9U, 11U, 12U, 16U}) {
    const std::string peer = std::to_string(next);
    open(peer, at(next, writer_->journal_id(), 1), {.credit_bytes = kMaxCreditBytes});
    const auto told = all<RolledBack>(peer);
    ASSERT_THAT(told, SizeIs(next > 11 ? 1 : 0)) << "it stood at " << next - 1;
    if (!told.empty()) {
      EXPECT_EQ(told[0].last, 10U);
      EXPECT_EQ(told[0].epoch, writer_->epoch());
    }
    const auto gaps = all<StreamGap>(peer);
    ASSERT_THAT(gaps, SizeIs(1));
    EXPECT_EQ(gaps[0].first, std::min<std::uint64_t>(next, 11));
    EXPECT_EQ(gaps[0].last, first - 1);
    EXPECT_EQ(records(peer).front(), first);
  }
}

TEST_F(StreamLoss, ANamedCursorIsToldOfItsLostTailAlsoWhenHistoryIsGoneBeyondIt) {
  lose_a_tail_and_then_history();
  write_cursors(files_, journal_folder(), {{"audit", {.epoch = 1, .sequence = 15}}},
                writer_->journal_id());
  open("a", kCursor, {.name = "audit"});
  EXPECT_EQ(all<RolledBack>("a").at(0).last, 10U);
  EXPECT_EQ(all<StreamGap>("a").at(0).first, 11U);
}

TEST_F(StreamLoss, WhereAJournalDoesNotKnowItsEpochsNothingOfAnOlderOneIsVouchedFor) {
  lose_a_tail_and_then_history();
  std::filesystem::remove(journal_folder() / "epochs");  // as an older program left it
  const std::uint64_t first = server().status().first_sequence;
  for (const std::uint64_t next : {9U, 16U, 150U, 19'000U}) {
    const std::string peer = std::to_string(next);
    open(peer, at(next, writer_->journal_id(), 1), {.credit_bytes = kMaxCreditBytes});
    ASSERT_THAT(all<RolledBack>(peer), SizeIs(1)) << "it stood at " << next - 1;
    EXPECT_EQ(all<RolledBack>(peer)[0].last, 0U);
    EXPECT_EQ(all<StreamGap>(peer).at(0).first, 1U);
    EXPECT_EQ(all<StreamGap>(peer).at(0).last, first - 1);
    EXPECT_EQ(records(peer).front(), first);
  }
}

TEST_F(StreamLoss, WhereAJournalDoesNotKnowItsEpochsItsRecordsTell) {
  append_many(10);
  const auto kept = keep();
  append_many(5);
  lose_power_after(kept);
  append_many(7);
  std::filesystem::remove(journal_folder() / "epochs");
  open("less", at(8, writer_->journal_id(), 1));
  EXPECT_THAT(all<RolledBack>("less"), IsEmpty());
  open("more", at(14, writer_->journal_id(), 1));
  EXPECT_EQ(all<RolledBack>("more").at(0).last, 10U);
}

TEST_F(StreamLoss, TheLagOfACursorCountsWhatCameInPlaceOfItsLostTail) {
  append_many(10);
  const auto kept = keep();
  append_many(5);
  lose_power_after(kept);
  append_many(7);
  write_cursors(files_, journal_folder(),
                {{"audit", {.epoch = 1, .sequence = 15}}, {"less", {.epoch = 1, .sequence = 8}}},
                writer_->journal_id());
  const RelayStatus status = server().status();
  ASSERT_THAT(status.cursors, SizeIs(2));
  EXPECT_EQ(status.cursors[0].lag, 7U);
  EXPECT_EQ(status.cursors[1].lag, 9U);
}

TEST_F(StreamLoss, ABatchHasOneEpoch) {
  append_many(10);
  const std::uint32_t epoch = writer_->epoch();
  lose_power_after(keep());
  append_many(5);
  open("all", kEarliest);
  EXPECT_EQ(records("all"), range_of(1, 15));
  open("none", kEarliest, {.topics = {"failure/"}});
  server().close();
  for (const char* peer : {"all", "none"}) {
    const auto batches = all<Batch>(peer);
    ASSERT_THAT(batches, SizeIs(2));
    EXPECT_EQ(batches[0].epoch, epoch);
    EXPECT_EQ(batches[0].last, 10U);
    EXPECT_EQ(batches[1].epoch, writer_->epoch());
    EXPECT_EQ(batches[1].last, 15U);
  }
}

TEST_F(StreamLoss, WhatIsNotHeldAnyMoreIsAGap) {
  append_many(20'000);  // several segments
  writer_.reset();
  std::filesystem::remove(first_segment());
  open_writer();
  const std::uint64_t first = server().status().first_sequence;
  ASSERT_GT(first, 1U) << "nothing was removed";

  open("a", at(5), {.credit_bytes = kMaxCreditBytes});
  const auto gaps = all<StreamGap>("a");
  ASSERT_THAT(gaps, SizeIs(1));
  EXPECT_EQ(gaps[0].first, 5U);
  EXPECT_EQ(gaps[0].last, first - 1);
  EXPECT_EQ(gaps[0].reason, "retention");
  EXPECT_EQ(all<Welcome>("a")[0].start, 5U);
  EXPECT_EQ(records("a").front(), first);

  open("b", kEarliest, {.credit_bytes = kMaxCreditBytes});
  EXPECT_THAT(all<StreamGap>("b"), IsEmpty()) << "it asked for what is there";
  EXPECT_EQ(records("b").back(), 20'000U);
}

TEST_F(StreamLoss, DamageIsAGapWithItsReason) {
  append_many(4000);
  {
    std::fstream stream(first_segment(), std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(200'000);
    stream << std::string(64, '\xee');
  }
  open("a", kEarliest, {.credit_bytes = kMaxCreditBytes});
  open("b", kEarliest, {.topics = {"failure/"}, .credit_bytes = kMaxCreditBytes});
  server().close();
  for (const char* peer : {"a", "b"}) {
    const auto gaps = all<StreamGap>(peer);
    ASSERT_THAT(gaps, SizeIs(1));
    EXPECT_THAT(gaps[0].reason, HasSubstr("damaged"));
    EXPECT_LT(gaps[0].last - gaps[0].first, 1000U) << "reading goes on at the next block";
    EXPECT_EQ(covered(peer), 4000U);
  }
  EXPECT_EQ(records("a").size() + all<StreamGap>("a")[0].last - all<StreamGap>("a")[0].first + 1,
            4000U);
}

}  // namespace
}  // namespace hookwire::testing
