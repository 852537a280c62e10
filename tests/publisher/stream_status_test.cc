#include "hookwire/base/error.h"
#include "hookwire/schemas/status.h"

#include "stream_test.h"

namespace hookwire::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Code = StreamError::Code;

class StreamStatus : public StreamTest {
 protected:
  /// What the parts that a peer got since the last time make up.
  StatusReport ask_status(const std::string& peer) {
    transport_.sent[peer].clear();
    ask(peer, StatusRequest{});
    settle();
    std::vector<std::byte> bytes;
    parts_ = 0;
    for (const Delivered& one : transport_.sent[peer]) {
      const auto* part = std::get_if<StatusPart>(&one.reply);
      if (part == nullptr) continue;
      EXPECT_EQ(part->part, ++parts_);
      EXPECT_LE(one.records.size(), kMaxStatusPartBytes);
      bytes.insert(bytes.end(), one.records.begin(), one.records.end());
    }
    return decode_status(bytes);
  }

  std::uint64_t parts_ = 0;
};

TEST_F(StreamStatus, IsToldToWhoeverAsksWithoutASession) {
  append_many(5);
  const StatusReport report = ask_status("stranger");
  EXPECT_EQ(report.publisher, "nas01@gold");
  EXPECT_EQ(report.journal, hex_id(writer_->journal_id()));
  EXPECT_EQ(report.epoch, 1U);
  EXPECT_EQ(report.first_sequence, 1U);
  EXPECT_EQ(report.last_sequence, 5U);
  EXPECT_GE(report.segments, 1U);
  EXPECT_EQ(report.journal_bytes, report.segments << 20);
  EXPECT_GT(report.free_bytes, 0U);
  EXPECT_THAT(report.sessions, IsEmpty());
  EXPECT_EQ(server().status().refused_requests, 0U);
}

TEST_F(StreamStatus, TellsOfSessionsAndCursorsToTheUnit) {
  retained_ = {.names = {"audit"}};
  append_many(10);
  const std::uint64_t session = open("a", kEarliest, {.name = "audit"});
  open("b", kLatest);
  ask("a", AckRequest{.session = session, .epoch = writer_->epoch(), .sequence = 4});
  settle();
  const StatusReport report = ask_status("c");
  ASSERT_THAT(report.sessions, SizeIs(2));
  EXPECT_EQ(report.sessions[0].session, hex_id(session));
  EXPECT_EQ(report.sessions[0].name, "audit");
  EXPECT_EQ(report.sessions[0].acknowledged, 4U);
  EXPECT_EQ(report.sessions[0].sent_records, 10U);
  EXPECT_EQ(report.sessions[0].lag, 0U);
  EXPECT_EQ(report.sessions[1].name, "");
  EXPECT_EQ(report.sessions[1].sent_records, 0U);
  EXPECT_EQ(report.sessions[1].lag, 0U);
  ASSERT_THAT(report.cursors, SizeIs(1));
  EXPECT_EQ(report.cursors[0].name, "audit");
  EXPECT_EQ(report.cursors[0].sequence, 4U);
  EXPECT_EQ(report.cursors[0].lag, 6U);
  EXPECT_TRUE(report.cursors[0].connected);
  EXPECT_TRUE(report.cursors[0].retained);
  EXPECT_FALSE(report.cursors[0].passed);
}

TEST_F(StreamStatus, ASessionWithoutCreditHasALag) {
  append_many(30, "post/a/nas01@gold");
  for (int n = 0; n < 3; ++n) append("post/a/nas01@gold", 40'000);
  open("a", kEarliest, {.credit_bytes = kMinCreditBytes});
  const StatusReport report = ask_status("b");
  ASSERT_THAT(report.sessions, SizeIs(1));
  EXPECT_EQ(report.sessions[0].lag + report.sessions[0].sent_records, 33U);
  EXPECT_GT(report.sessions[0].lag, 0U);
}

TEST_F(StreamStatus, RefusalsAreCountedByTheirReason) {
  ask("a", CloseRequest{.session = 7});
  ask("a", CloseRequest{.session = 7});
  ask_raw("a", {});
  settle();
  const StatusReport report = ask_status("b");
  EXPECT_EQ(report.refused_requests,
            (std::map<std::string, std::uint64_t>{{"unknown_session", 2}, {"malformed", 1}}));
}

TEST_F(StreamStatus, WhatTheServerDoesNotKnowItsOwnerAdds) {
  server_ = std::make_unique<StreamServer>(
      files_, clock_, log_, transport_, buffers_,
      StreamServerOptions{.publisher = "nas01@gold",
                          .journal_folder = journal_folder(),
                          .limits = limits_,
                          .describe = [](StatusReport& report) { report.events = 42; }});
  EXPECT_EQ(ask_status("a").events, 42U);
}

TEST_F(StreamStatus, ALargeReportComesInPartsOfOneMoment) {
  server_ = std::make_unique<StreamServer>(
      files_, clock_, log_, transport_, buffers_,
      StreamServerOptions{.publisher = "nas01@gold",
                          .journal_folder = journal_folder(),
                          .limits = limits_,
                          .describe = [](StatusReport& report) {
                            for (int n = 0; n < 32; ++n) {
                              report.hooks.push_back({.name = std::to_string(n),
                                                      .class_name = std::string(5000, 'x')});
                            }
                          }});
  const StatusReport report = ask_status("a");
  EXPECT_THAT(report.hooks, SizeIs(32));
  EXPECT_EQ(parts_, 3U);
}

TEST_F(StreamStatus, AReportThatCannotBeMadeIsARefusalAndTheServerGoesOn) {
  server_ = std::make_unique<StreamServer>(
      files_, clock_, log_, transport_, buffers_,
      StreamServerOptions{
          .publisher = "nas01@gold",
          .journal_folder = journal_folder(),
          .limits = limits_,
          .describe = [](StatusReport&) { throw Error(ErrorCode::io, "the disk is gone"); }});
  ask("a", StatusRequest{});
  settle();
  EXPECT_THAT(refusals("a"), ElementsAre(Code::bad_value));
  EXPECT_NE(open("b"), 0U);
}

TEST_F(StreamStatus, TenAnswersASecondAreAllThereAre) {
  for (int n = 0; n < 1000; ++n) ask("peer" + std::to_string(n), StatusRequest{});
  settle();
  std::size_t answers = 0;
  for (int n = 0; n < 1000; ++n) answers += all<StatusPart>("peer" + std::to_string(n)).size();
  EXPECT_EQ(answers, ReportAllowance::kPerSecond);
  EXPECT_THAT(refusals("peer999"), ElementsAre(Code::too_many_requests));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(ask_status("late").publisher, "nas01@gold");
}

TEST_F(StreamStatus, OneThatAsksAllTheTimeLeavesTheOthersTheirAnswers) {
  for (int n = 0; n < 1000; ++n) ask("greedy", StatusRequest{});
  settle();
  EXPECT_THAT(all<StatusPart>("greedy"), SizeIs(ReportAllowance::kOfOnePerSecond));
  EXPECT_EQ(ask_status("modest").publisher, "nas01@gold");
}

// A transport that keeps what it was given, as that of a peer that does not read.
class KeepingTransport final : public StreamTransport {
 public:
  bool receive(IncomingRequest& request) override { return inner.receive(request); }
  StreamSend send(const std::string& peer, std::span<const std::byte> reply,
                  const StreamBytes* records) override {
    if (records != nullptr) kept.push_back(*records);
    return inner.send(peer, reply, records);
  }

  FakeTransport inner;
  std::vector<StreamBytes> kept;
};

TEST_F(StreamStatus, WhoNeverReadsAnswersBindsABoundedNumberOfThem) {
  KeepingTransport keeping;
  StreamServer server(
      files_, clock_, log_, keeping, buffers_,
      {.publisher = "nas01@gold", .journal_folder = journal_folder(), .limits = limits_});
  const auto frame = encode_request(StatusRequest{});
  for (int n = 0; n < 200; ++n) {
    keeping.inner.incoming.push_back({.peer = "deaf" + std::to_string(n), .frame = frame});
    clock_.advance(std::chrono::seconds(1));
    server.step();
  }
  EXPECT_EQ(keeping.kept.size(), ReportAllowance::kMostParts);
  keeping.kept.clear();  // they have left
  keeping.inner.incoming.push_back({.peer = "next", .frame = frame});
  clock_.advance(std::chrono::seconds(1));
  server.step();
  EXPECT_EQ(keeping.kept.size(), 1U);
}

TEST_F(StreamStatus, WhoDoesNotReadItsAnswerGetsNoOtherAndOthersDo) {
  KeepingTransport keeping;
  StreamServer server(
      files_, clock_, log_, keeping, buffers_,
      {.publisher = "nas01@gold", .journal_folder = journal_folder(), .limits = limits_});
  const auto ask_as = [&](const std::string& peer) {
    keeping.inner.incoming.push_back({.peer = peer, .frame = encode_request(StatusRequest{})});
    clock_.advance(std::chrono::seconds(1));
    server.step();
  };
  for (int n = 0; n < 200; ++n) ask_as("deaf");
  EXPECT_EQ(keeping.kept.size(), 1U);
  ask_as("next");
  EXPECT_EQ(keeping.kept.size(), 2U);
  keeping.kept.clear();  // they have left
  ask_as("deaf");
  EXPECT_EQ(keeping.kept.size(), 1U);
}

}  // namespace
}  // namespace hookwire::testing
