#include <random>

#include "audit_faulty_files.h"
#include "audit_fixture.h"

// What a power failure leaves: a commit, and a cursor that was given out, must survive it.

namespace hookwire::testing {
namespace {

class AuditDurabilityTest : public AuditLogTest {
 protected:
  AuditDurabilityTest() {
    segment_bytes_ = 4 << 20;  // of several writes, so that some are not synced
  }

  void lose_power() {
    log_of_test_.reset();
    faulty_.lose_power(folder_.path());
  }
  AuditLog& log() {
    if (!log_of_test_) log_of_test_ = open(faulty_);
    return *log_of_test_;
  }
  std::uint64_t cursor() {
    const std::optional<Cursor> cursor = log().of_journal(kJournal);
    return cursor ? cursor->sequence : 0;
  }

  FaultyFiles faulty_;
  std::unique_ptr<AuditLog> log_of_test_;
};

TEST_F(AuditDurabilityTest, WhatWasCommittedSurvivesAPowerFailure) {
  give(log(), 1, 100);
  log().commit();
  give(log(), 101, 20'000);  // more than a write takes
  EXPECT_GT(std::filesystem::file_size(segment(1)), 1'000'000u);
  lose_power();
  EXPECT_GE(cursor(), 100u);
  EXPECT_LT(cursor(), 20'000u) << "nothing was lost";
}

TEST_F(AuditDurabilityTest, TheListOfSourcesSurvivesAPowerFailure) {
  log().connected(source());
  give(log(), 1, 10);
  log().commit();
  lose_power();
  EXPECT_EQ(log().of_endpoint(kEndpoint), (Cursor{kJournal, 1, 10}));
}

TEST_F(AuditDurabilityTest, WhatAKilledProcessLeftIsSyncedBeforeItCounts) {
  give(log(), 1, 20'000);
  log_of_test_.reset();  // a process that is killed commits no more
  const std::uint64_t given_out = cursor();
  ASSERT_GT(given_out, 0u);
  ASSERT_LT(given_out, 20'000u);
  lose_power();
  EXPECT_EQ(cursor(), given_out);
}

TEST_F(AuditDurabilityTest, AnyMixOfDeathsAndPowerFailuresLosesAndRepeatsNothing) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uint64_t safe = 0;  // committed, or a cursor that was found
  int lost = 0;
  for (int round = 0; round < 400; ++round) {
    std::uint64_t at = cursor();
    for (auto gives = random() % 4; gives > 0; --gives) {
      const std::uint64_t count = 1 + random() % (random() % 4 == 0 ? 15'000 : 50);
      give(log(), at + 1, at + count);
      at += count;
      if (random() % 2 == 0) continue;
      log().commit();
      safe = at;
    }
    if (random() % 3 == 0) log_of_test_.reset();
    if (random() % 3 == 0) lose_power();
    if (log_of_test_) continue;
    const std::uint64_t found = cursor();
    ASSERT_GE(found, safe);
    if (found < at) ++lost;
    safe = found;
  }
  log().commit();
  EXPECT_GT(lost, 10) << "the faults did not strike";
  const std::uint64_t last = cursor();
  EXPECT_TRUE(held() == numbers(1, last));
  EXPECT_GT(audit_segments(files_, folder_of(kJournal)).size(), 10u);
}

}  // namespace
}  // namespace hookwire::testing
