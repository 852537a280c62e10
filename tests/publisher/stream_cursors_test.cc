#include <fstream>

#include "stream_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Code = StreamError::Code;

class StreamCursorFile : public StreamTest {
 protected:
  std::uint64_t open_named(const std::string& peer, const std::string& name = "audit") {
    return open(peer, kCursor, {.name = name});
  }
  void ack(const std::string& peer, std::uint64_t session, std::uint64_t sequence) {
    ask(peer, AckRequest{.session = session, .epoch = writer_->epoch(), .sequence = sequence});
    settle();
  }
  /// A new server on the same journal, as after a restart.
  void restart() {
    server().close();
    server_.reset();
    transport_.sent.clear();
  }
  /// As many names as there may be, each of which acknowledged one event.
  void fill_places() {
    StreamCursorMap cursors;
    for (std::size_t n = 0; n < StreamCursors::kMaxNames; ++n) {
      cursors["name" + std::to_string(n)] = {.epoch = 1, .sequence = n + 1};
    }
    write_cursors(files_, journal_folder(), cursors, writer_->journal_id());
  }
  /// Appends so much that history can go, and lets the oldest segment go.
  void lose_history() {
    append_many(10'000);
    writer_.reset();
    for (const std::string& name : files_.list(journal_folder())) {
      if (!name.ends_with(".hwj")) continue;
      std::filesystem::remove(journal_folder() / name);
      break;
    }
    open_writer();
  }
  std::filesystem::path file() const { return journal_folder() / "cursors"; }
};

TEST_F(StreamCursorFile, ANamedClientGoesOnBehindItsLastAck) {
  append_many(10);
  ack("a", open_named("a"), 6);
  open_named("b");
  EXPECT_THAT(records("b"), ElementsAre(7, 8, 9, 10));
}

TEST_F(StreamCursorFile, SurvivesARestart) {
  append_many(10);
  ack("a", open_named("a"), 6);
  restart();
  open_named("a");
  EXPECT_THAT(records("a"), ElementsAre(7, 8, 9, 10));
}

TEST_F(StreamCursorFile, AnEarlierAckMovesNothingBack) {
  append_many(10);
  const std::uint64_t session = open_named("a");
  ack("a", session, 6);
  ack("a", session, 2);
  EXPECT_THAT(refusals("a"), IsEmpty());
  open_named("b");
  EXPECT_THAT(records("b"), ElementsAre(7, 8, 9, 10));
}

TEST_F(StreamCursorFile, AReplayFromBeforeTheCursorDoesNotMoveItBack) {
  append_many(10);
  ack("a", open_named("a"), 6);
  const std::uint64_t replay = open("a", at(1), {.name = "audit"});
  ack("a", replay, 3);
  open_named("b");
  EXPECT_THAT(records("b"), ElementsAre(7, 8, 9, 10));
}

TEST_F(StreamCursorFile, AnAckBeyondWhatWasSentIsRefused) {
  append_many(10);
  const std::uint64_t session = open_named("a");
  ack("a", session, 11);
  EXPECT_THAT(refusals("a"), ElementsAre(Code::bad_value));
  ask("a", AckRequest{.session = session, .epoch = writer_->epoch() + 1, .sequence = 5});
  settle();
  EXPECT_THAT(refusals("a"), ElementsAre(Code::bad_value, Code::bad_value));
  open_named("b");
  EXPECT_EQ(records("b"), range_of(1, 10));
}

TEST_F(StreamCursorFile, AnAckOfWhatAnotherSessionSentMovesNothing) {
  append_many(10);
  const std::uint64_t session = open("a", kLatest, {.name = "audit"});
  ack("a", session, 10);
  open_named("b");
  EXPECT_EQ(records("b"), range_of(1, 10));
}

TEST_F(StreamCursorFile, AcksOfANamelessClientAreSeenInStatusOnly) {
  append_many(3);
  ack("a", open("a", kEarliest), 3);
  EXPECT_EQ(server().status().sessions.at(0).acknowledged, 3U);
  restart();
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(StreamCursorFile, IsWrittenOnceASecondAtMost) {
  append_many(10);
  const std::uint64_t session = open_named("a");
  ack("a", session, 1);
  const auto written = std::filesystem::last_write_time(file());
  const auto content = [&] {
    std::ifstream stream(file(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  const std::string before = content();
  ack("a", session, 2);
  clock_.advance(std::chrono::milliseconds(999));
  settle();
  EXPECT_EQ(std::filesystem::last_write_time(file()), written);
  EXPECT_EQ(content(), before);
  EXPECT_LE(server().idle_for(), std::chrono::milliseconds(1));

  clock_.advance(std::chrono::milliseconds(1));
  settle();
  EXPECT_NE(content(), before);
}

TEST_F(StreamCursorFile, ADamagedFileIsKeptBesideAndSaidSo) {
  append_many(5);
  ack("a", open_named("a"), 3);
  restart();
  {
    std::fstream stream(file(), std::ios::binary | std::ios::in | std::ios::out);
    stream.seekg(20);
    const int other = stream.get() ^ 0xFF;  // whatever it was
    stream.seekp(20);
    stream.put(static_cast<char>(other));
  }
  open_named("a");
  EXPECT_EQ(records("a"), range_of(1, 5));
  EXPECT_TRUE(std::filesystem::exists(journal_folder() / "cursors.damaged"));
  EXPECT_TRUE(log_.contains("cursors"));
}

TEST_F(StreamCursorFile, EveryCutOfTheFileIsNoticed) {
  append_many(5);
  ack("a", open_named("a"), 3);
  restart();
  const auto size = std::filesystem::file_size(file());
  for (std::uintmax_t left = 0; left < size; ++left) {
    std::filesystem::copy_file(file(), folder_.path() / "whole",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(file(), left);
    StreamCursors cursors(files_, log_, journal_folder(), writer_->journal_id());
    EXPECT_EQ(cursors.find("audit"), StreamCursor{}) << left << " bytes left";
    std::filesystem::copy_file(folder_.path() / "whole", file());
  }
}

TEST_F(StreamCursorFile, AnotherJournalsFileIsNotBelieved) {
  append_many(5);
  ack("a", open_named("a"), 3);
  restart();
  StreamCursors cursors(files_, log_, journal_folder(), writer_->journal_id() + 1);
  EXPECT_EQ(cursors.find("audit"), StreamCursor{});
}

TEST_F(StreamCursorFile, OneNameTooManyIsRefused) {
  append();
  for (std::size_t n = 0; n < StreamCursors::kMaxNames; ++n) {
    ack("a", open_named("a", "name" + std::to_string(n)), 1);
  }
  EXPECT_THAT(refusals("a"), IsEmpty());
  ask("a", OpenRequest{.name = "one more"});
  settle();
  EXPECT_THAT(refusals("a"), ElementsAre(Code::bad_value));
  EXPECT_NE(open_named("b", "name7"), 0U) << "a known name may go on";
}

TEST_F(StreamCursorFile, ANameInRetainForHasItsPlaceHoweverManyOthersCame) {
  append();
  retained_.names = {"audit"};
  fill_places();
  EXPECT_NE(open_named("a", "audit"), 0U);
  EXPECT_TRUE(log_.contains("cursor of name0, which acknowledged event 1 of epoch 1 last, gave"));
  ASSERT_EQ(server().status().cursors.size(), StreamCursors::kMaxNames);
  ask("b", OpenRequest{.name = "one more"});
  settle();
  EXPECT_THAT(refusals("b"), ElementsAre(Code::bad_value)) << "nothing has passed the others";
  restart();
  EXPECT_NE(open_named("c", "audit"), 0U) << "the file is sound";
  EXPECT_FALSE(std::filesystem::exists(journal_folder() / "cursors.damaged"));
}

TEST_F(StreamCursorFile, ANameInRetainForThatNeverCameIsInTheStatusAndLacksEverything) {
  append_many(10);
  retained_.names = {"audit"};
  ASSERT_EQ(server().status().cursors.size(), 1U);
  const CursorStatus audit = server().status().cursors[0];
  EXPECT_EQ(audit.name, "audit");
  EXPECT_EQ(audit.sequence, 0U);
  EXPECT_EQ(audit.lag, 10U);
  EXPECT_FALSE(audit.connected);
  ask("a", CloseRequest{.session = open_named("a")});
  settle();
  EXPECT_EQ(server().status().cursors.size(), 1U) << "it came and acknowledged nothing";
}

TEST_F(StreamCursorFile, ANameThatHistoryHasPassedGivesWayToANewOne) {
  retained_.names = {"name0"};
  fill_places();
  lose_history();
  ASSERT_GT(server().status().first_sequence, StreamCursors::kMaxNames + 1);
  open_named("a", "name1");
  EXPECT_NE(open_named("b", "new"), 0U);
  EXPECT_TRUE(log_.contains("cursor of name2, which")) << log_.text();
  restart();
  for (const char* stays : {"name0", "name1", "name3"}) {
    const auto all = read_cursors(files_, journal_folder(), writer_->journal_id());
    EXPECT_TRUE(all->contains(stays)) << stays;
    EXPECT_FALSE(all->contains("name2"));
  }
}

TEST_F(StreamCursorFile, ANameInRetainForThatNeverCameIsWarnedOfAtTheStartAndEachHour) {
  retained_ = {.names = {"audit", "audti"}, .bytes = 1 << 20};
  append_many(10'000);  // two segments and more
  ack("a", open_named("a", "audit"), 1);
  settle();
  EXPECT_EQ(log_.count("audti in retain_for never acknowledged"), 1U) << log_.text();
  const std::size_t of_audit = log_.count("and audit in retain_for");
  for (int minute = 1; minute < 60; ++minute) {
    clock_.advance(std::chrono::minutes(1));
    settle();
  }
  EXPECT_EQ(log_.count("audti in retain_for"), 1U);
  clock_.advance(std::chrono::minutes(1));
  settle();
  EXPECT_EQ(log_.count("audti in retain_for"), 2U);
  EXPECT_EQ(log_.count("and audit in retain_for"), of_audit) << "it came";
}

TEST_F(StreamCursorFile, ANameInRetainForIsNotWarnedOfWhileHistoryIsShort) {
  retained_ = {.names = {"audit"}, .bytes = 1 << 30};
  append();
  settle();
  EXPECT_FALSE(log_.contains("retain_for"));
}

TEST_F(StreamCursorFile, ANameThatNeverAcknowledgedTakesNoPlaceForGood) {
  for (std::size_t n = 0; n < 2 * StreamCursors::kMaxNames; ++n) {
    ASSERT_NE(open_named("a", "name" + std::to_string(n)), 0U);
  }
  EXPECT_THAT(refusals("a"), IsEmpty());
}

TEST_F(StreamCursorFile, AFailureToSaveIsSaidOnceAndTriedAgain) {
  append_many(5);
  const std::uint64_t session = open_named("a");
  std::filesystem::create_directory(journal_folder() / "cursors.new");  // in the way
  ack("a", session, 1);
  for (int n = 0; n < 5; ++n) {
    clock_.advance(std::chrono::seconds(1));
    settle();
  }
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_EQ(log_.count("cursors could not be saved"), 1U);

  std::filesystem::remove(journal_folder() / "cursors.new");
  clock_.advance(std::chrono::seconds(1));
  settle();
  EXPECT_TRUE(std::filesystem::exists(file()));
}

}  // namespace
}  // namespace hookwire::testing
