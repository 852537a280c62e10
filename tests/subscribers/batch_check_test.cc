#include "batch_check.h"

#include <gtest/gtest.h>

#include "subscribers/record_bytes.h"

namespace hookwire {
namespace {

using testing::kJournal;
using testing::record_bytes;
using testing::records_bytes;

class BatchCheck : public ::testing::Test {
 protected:
  CheckedBatch check(std::uint64_t first, std::uint64_t last, std::uint64_t count,
                     const std::vector<std::byte>& records, bool complete = true) {
    return check_batch({.journal_id = kJournal, .next = next_, .complete = complete},
                       {.session = 1, .epoch = 1, .first = first, .last = last, .count = count},
                       records, good_);
  }
  std::uint64_t next_ = 1;
  std::vector<RecordView> good_;
};

TEST_F(BatchCheck, BelievesABatchThatHoldsWhatItSays) {
  const CheckedBatch checked = check(1, 3, 3, records_bytes(1, 3));
  EXPECT_EQ(checked.fault, "");
  EXPECT_EQ(checked.through, 3u);
  EXPECT_EQ(good_.size(), 3u);
}

TEST_F(BatchCheck, BelievesAnEmptyBatchOnlyWhenTopicsWereSortedOut) {
  EXPECT_EQ(check(1, 9, 0, {}, false).through, 9u);
  EXPECT_EQ(check(1, 9, 0, {}, true).fault, "the record of sequence 1 is missing");
}

TEST_F(BatchCheck, LeavesOutWhatWasHandedOnAlready) {
  next_ = 3;
  EXPECT_EQ(check(1, 4, 4, records_bytes(1, 4)).fault, "");
  ASSERT_EQ(good_.size(), 2u);
  EXPECT_EQ(good_[0].sequence, 3u);
}

TEST_F(BatchCheck, StopsAtARecordOfAnotherJournal) {
  auto records = records_bytes(1, 2);
  const auto foreign = record_bytes(3, 1, kJournal + 1);
  records.insert(records.end(), foreign.begin(), foreign.end());
  const CheckedBatch checked = check(1, 3, 3, records);
  EXPECT_EQ(checked.through, 2u);
  EXPECT_NE(checked.fault.find("another journal"), std::string::npos);
  EXPECT_EQ(good_.size(), 2u);
}

TEST_F(BatchCheck, StopsAtARecordOfAnotherEpoch) {
  EXPECT_NE(check(1, 1, 1, record_bytes(1, 2)).fault.find("epoch 2"), std::string::npos);
}

TEST_F(BatchCheck, StopsAtARecordThatComesTwice) {
  auto records = records_bytes(1, 2);
  const auto again = record_bytes(2);
  records.insert(records.end(), again.begin(), again.end());
  EXPECT_EQ(check(1, 3, 3, records).through, 2u);
}

TEST_F(BatchCheck, StopsAtARecordBehindTheRange) {
  EXPECT_EQ(check(1, 2, 3, records_bytes(1, 3)).through, 2u);
}

TEST_F(BatchCheck, StopsAtARecordBeforeTheRange) {
  EXPECT_FALSE(check(5, 6, 2, records_bytes(4, 5), false).fault.empty());
}

TEST_F(BatchCheck, StopsAtAHole) {
  auto records = records_bytes(1, 1);
  const auto third = record_bytes(3);
  records.insert(records.end(), third.begin(), third.end());
  const CheckedBatch checked = check(1, 3, 2, records);
  EXPECT_EQ(checked.fault, "the record of sequence 2 is missing");
  EXPECT_EQ(checked.through, 1u);
}

TEST_F(BatchCheck, NoticesThatTheLastIsMissing) {
  EXPECT_EQ(check(1, 3, 2, records_bytes(1, 2)).fault, "the record of sequence 3 is missing");
}

TEST_F(BatchCheck, NoticesAWrongCount) {
  EXPECT_FALSE(check(1, 3, 2, records_bytes(2, 2), false).fault.empty());
}

TEST_F(BatchCheck, NoticesEveryFlippedByte) {
  const auto sound = records_bytes(1, 1);
  for (std::size_t at = 0; at < sound.size(); ++at) {
    auto records = sound;
    records[at] ^= std::byte{0x40};
    EXPECT_FALSE(check(1, 1, 1, records).fault.empty()) << "byte " << at;
    EXPECT_TRUE(good_.empty());
  }
}

TEST_F(BatchCheck, NoticesEveryTruncation) {
  const auto sound = records_bytes(1, 1);
  for (std::size_t size = 0; size < sound.size(); ++size) {
    const std::vector<std::byte> records(sound.begin(),
                                         sound.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(check(1, 1, 1, records).fault.empty()) << size << " bytes";
  }
}

}  // namespace
}  // namespace hookwire
