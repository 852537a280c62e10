#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/utf8.h"

#include "audit_fixture.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AuditGapTest : public AuditLogTest {
 protected:
  /// The body of the first gap that is held.
  std::string gap_body() {
    std::string body;
    read_audit_segment(files_, segment(), kJournal, 1, [&](const RecordView& entry) {
      if (entry.kind == kAuditGapKind && body.empty()) body = text(entry.body);
    });
    return body;
  }
};

TEST_F(AuditGapTest, StandsAtItsPlaceAndSaysWhy) {
  {
    const auto log = open();
    give(*log, 1, 3);
    log->gap(source(), {.epoch = 1, .first = 4, .last = 9, .reason = "retention"});
    give(*log, 10, 11);
    log->commit();
  }
  EXPECT_THAT(held(), ElementsAre("1", "2", "3", "gap 9:1", "10", "11"));
  std::array<std::byte, 100> room{};
  BodyWriter expected(room);
  expected.begin_map(4);
  visit_entry("epoch", 1, expected);
  visit_entry("first", 4, expected);
  visit_entry("last", 9, expected);
  visit_entry("reason", "retention", expected);
  EXPECT_EQ(gap_body(), text(expected.written()));
  EXPECT_TRUE(log_.contains("cannot give events 4 to 9 of epoch 1: retention"));
}

TEST_F(AuditGapTest, AsTheLastEntryIsNotAskedForAgain) {
  {
    const auto log = open();
    give(*log, 1, 3);
    log->gap(source(), {.epoch = 1, .first = 4, .last = 9, .reason = "retention"});
    log->commit();
  }
  EXPECT_EQ(open()->of_journal(kJournal), (Cursor{kJournal, 1, 9}));
}

TEST_F(AuditGapTest, OfALaterEpochIsNotAskedForAgain) {
  {
    const auto log = open();
    give(*log, 1, 3);
    // Retention took the end of epoch 1 and the front of epoch 2: the source is told last.
    log->gap(source(1), {.epoch = 2, .first = 4, .last = 9, .reason = "retention"});
    log->commit();
  }
  const auto log = open();
  EXPECT_EQ(log->of_journal(kJournal), (Cursor{kJournal, 2, 9}));
  give(*log, 10, 10, 2);
  log->commit();
  EXPECT_THAT(held(), ElementsAre("1", "2", "3", "gap 9:2", "10"));
}

TEST_F(AuditGapTest, AtTheBeginningIsNotAskedForAgain) {
  {
    const auto log = open();
    log->gap(source(0), {.epoch = 3, .first = 1, .last = 5, .reason = "damaged"});
    log->commit();
  }
  EXPECT_EQ(open()->of_journal(kJournal), (Cursor{kJournal, 3, 5}));
}

TEST_F(AuditGapTest, OfWhatWasRolledBackIsTakenUpBeforeIt) {
  {
    const auto log = open();
    give(*log, 1, 100);
    log->gap(source(1), {.epoch = 1, .first = 91, .last = 100, .reason = "rolled back"});
    log->commit();
  }
  {
    const auto log = open();
    const std::optional<Cursor> cursor = log->of_journal(kJournal);
    ASSERT_TRUE(cursor);
    EXPECT_EQ(cursor->sequence, 90u) << "from there the publisher rolls nothing back again";
    give(*log, 91, 95, 2);
    log->commit();
  }
  EXPECT_EQ(held(), numbers(1, 100) + std::vector<std::string>{"gap 90:1"} + numbers(91, 95));
  EXPECT_EQ(open()->of_journal(kJournal), (Cursor{kJournal, 2, 95}));
}

TEST_F(AuditGapTest, IsRolledBackToTheSourcesEpochWhenThatIsKnown) {
  const auto log = open();
  give(*log, 1, 10);
  log->gap(source(2), {.epoch = 1, .first = 8, .last = 10, .reason = "rolled back"});
  EXPECT_EQ(log->of_journal(kJournal), (Cursor{kJournal, 2, 7}));
}

TEST_F(AuditGapTest, StandsForARecordThatPretendsToBeOne) {
  std::vector<std::byte> forged(record_size(3, 1));
  encode_record({.sequence = 4,
                 .journal_id = kJournal,
                 .epoch = 1,
                 .kind = kAuditGapKind,
                 .topic = "gap",
                 .body = std::vector<std::byte>(1),
                 .bytes = {}},
                forged);
  const auto log = open();
  give(*log, 1, 3);
  give_bytes(*log, source(), forged);
  give(*log, 5, 6);
  log->commit();
  EXPECT_THAT(held(), ElementsAre("1", "2", "3", "gap 4:1", "5", "6"));
  EXPECT_THAT(gap_body(), HasSubstr("kind"));
  EXPECT_EQ(log->record_count(), 5u);
  EXPECT_EQ(log->gap_count(), 1u);
}

TEST_F(AuditGapTest, KeepsAReasonShortAndUtf8) {
  const auto log = open();
  std::string reason = "x";
  while (reason.size() < 50'000) reason += "\u00e9";
  log->gap(source(), {.epoch = 1, .first = 1, .last = 2, .reason = reason});
  log->commit();
  const std::string body = gap_body();
  const std::string kept = body.substr(body.find('x', body.find("reason") + 6));
  EXPECT_EQ(kept.size(), 1023u);
  EXPECT_TRUE(is_utf8(kept));
}

}  // namespace
}  // namespace hookwire::testing
