#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/journal/journal_writer.h"
#include "hookwire/schemas/stream_message.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/fake_clock.h"
#include "hookwire/testing/temp_folder.h"

#include "stream_server.h"

namespace hookwire::testing {

/// What a client got: a reply, and the record bytes of a batch.
struct Delivered {
  StreamReply reply;
  std::vector<std::byte> records;
};

/// A transport that a test fills and empties by hand.
class FakeTransport final : public StreamTransport {
 public:
  bool receive(IncomingRequest& request) override {
    if (incoming.empty()) return false;
    request = std::move(incoming.front());
    incoming.pop_front();
    return true;
  }

  StreamSend send(const std::string& peer, std::span<const std::byte> reply,
                  const StreamBytes* records) override {
    ++attempts[peer];
    if (gone.contains(peer)) return StreamSend::gone;
    if (full.contains(peer)) return StreamSend::would_block;
    DecodedReply decoded = decode_reply(reply);
    if (!decoded.reply) throw std::logic_error("a reply that cannot be read: " + decoded.fault);
    Delivered delivered{std::move(*decoded.reply), {}};
    if (records != nullptr) delivered.records.assign(records->bytes.begin(), records->bytes.end());
    sent[peer].push_back(std::move(delivered));
    return StreamSend::sent;
  }

  std::deque<IncomingRequest> incoming;
  std::map<std::string, std::vector<Delivered>> sent;
  std::map<std::string, int> attempts;
  std::set<std::string> full;
  std::set<std::string> gone;
};

/// A journal, a server on it, and clients that are names.
class StreamTest : public ::testing::Test {
 protected:
  StreamTest() { open_writer(); }

  void open_writer() {
    writer_ = std::make_unique<JournalWriter>(files_, clock_, journal_options());
  }
  JournalOptions journal_options() const {
    return {.folder = journal_folder(),
            .segment_bytes = 1 << 20,
            .append_wait = std::chrono::seconds(30)};
  }
  std::filesystem::path journal_folder() const { return folder_.path() / "journal"; }

  StreamServer& server() {
    if (!server_) {
      server_ =
          std::make_unique<StreamServer>(files_, clock_, log_, transport_, buffers_,
                                         StreamServerOptions{.publisher = "nas01@gold",
                                                             .journal_folder = journal_folder(),
                                                             .limits = limits_,
                                                             .retained = retained_});
    }
    return *server_;
  }

  std::uint64_t append(std::string_view topic = "post/create_share/nas01@gold",
                       std::size_t body_bytes = 100) {
    const std::vector<std::byte> body(body_bytes, std::byte{7});
    return writer_->append({.topic = topic, .body = body, .time_ns = clock_.unix_ns()});
  }
  void append_many(int count, std::string_view topic = "post/create_share/nas01@gold") {
    for (int n = 0; n < count; ++n) append(topic);
  }

  void ask(const std::string& peer, const StreamRequest& request) {
    ask_raw(peer, encode_request(request));
  }
  void ask_raw(const std::string& peer, std::vector<std::byte> frame, bool whole = true) {
    transport_.incoming.push_back({.peer = peer, .frame = std::move(frame), .whole = whole});
  }
  /// Steps until there is nothing to do, and lets the time pass that the pace of replay asks for.
  void settle() {
    for (int n = 0; n < 100'000; ++n) {
      if (server().step()) continue;
      if (!server().holds_back()) return;
      clock_.advance(server().idle_for());
    }
    FAIL() << "the server never comes to rest";
  }
  /// Opens a session and lets it get what it may; returns its number, 0 when refused.
  std::uint64_t open(const std::string& peer, StreamStart start = {}, OpenRequest request = {}) {
    request.start = start;
    ask(peer, request);
    settle();
    const auto welcomes = all<Welcome>(peer);
    return welcomes.empty() ? 0 : welcomes.back().session;
  }

  template <class Reply>
  std::vector<Reply> all(const std::string& peer) {
    std::vector<Reply> found;
    for (const Delivered& one : transport_.sent[peer]) {
      if (const auto* reply = std::get_if<Reply>(&one.reply)) found.push_back(*reply);
    }
    return found;
  }
  std::vector<StreamError::Code> refusals(const std::string& peer) {
    std::vector<StreamError::Code> codes;
    for (const StreamError& error : all<StreamError>(peer)) codes.push_back(error.code);
    return codes;
  }
  /// The sequences of the records a peer got; checks that every one of the last session's messages
  /// goes on where the one before ended and holds whole records of its own range.
  std::vector<std::uint64_t> records(const std::string& peer);
  /// Everything up to here was told to the peer's last session.
  std::uint64_t covered(const std::string& peer) {
    records(peer);
    return covered_;
  }

  static constexpr StreamStart kEarliest{.from = StreamStart::From::earliest};
  static constexpr StreamStart kLatest{.from = StreamStart::From::latest};
  static constexpr StreamStart kCursor{.from = StreamStart::From::cursor};
  static StreamStart at(std::uint64_t sequence, std::uint64_t journal_id = 0,
                        std::uint32_t epoch = 0) {
    return {.from = StreamStart::From::sequence,
            .sequence = sequence,
            .journal_id = journal_id,
            .epoch = epoch};
  }

  TempFolder folder_;
  FakeClock clock_;
  CapturingLog log_;
  PosixFileSystem files_;
  StreamLimits limits_{.requests_per_second = 1'000'000};
  RetainedHistory retained_;
  FakeTransport transport_;
  StreamBufferPool buffers_;
  std::unique_ptr<JournalWriter> writer_;
  std::unique_ptr<StreamServer> server_;

 private:
  std::uint64_t covered_ = 0;
};

inline std::vector<std::uint64_t> StreamTest::records(const std::string& peer) {
  std::vector<std::uint64_t> sequences;
  const auto range = [&](std::uint64_t first, std::uint64_t last) {
    EXPECT_EQ(first, covered_ + 1) << "not where the message before ended";
    EXPECT_LE(first, last);
    covered_ = last;
  };
  for (const Delivered& one : transport_.sent[peer]) {
    if (const auto* welcome = std::get_if<Welcome>(&one.reply)) {
      sequences.clear();
      covered_ = welcome->start - 1;
    } else if (const auto* gap = std::get_if<StreamGap>(&one.reply)) {
      range(gap->first, gap->last);
    } else if (const auto* batch = std::get_if<Batch>(&one.reply)) {
      range(batch->first, batch->last);
      std::uint64_t count = 0;
      std::uint64_t least = batch->first;
      std::size_t bytes = 0;
      for_each_record(one.records, [&](const RecordView& record) {
        EXPECT_GE(record.sequence, least);
        EXPECT_LE(record.sequence, batch->last);
        EXPECT_EQ(record.epoch, batch->epoch);
        least = record.sequence + 1;
        bytes += record.bytes.size();
        sequences.push_back(record.sequence);
        ++count;
      });
      EXPECT_EQ(count, batch->count);
      EXPECT_EQ(bytes, one.records.size());
      EXPECT_LE(bytes, kBlockBytes);
    }
  }
  return sequences;
}

/// first, first + 1, ... last.
inline std::vector<std::uint64_t> range_of(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> sequences;
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) sequences.push_back(sequence);
  return sequences;
}

}  // namespace hookwire::testing
