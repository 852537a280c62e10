#pragma once

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/schemas/stream_message.h"
#include "hookwire/testing/capturing_log.h"

#include "memory_cursors.h"
#include "stream_client.h"
#include "subscribers/record_bytes.h"
#include "subscribers/recording_sink.h"

namespace hookwire::testing {

/// A stream client driven by hand: the test is its clock, its link and its publisher.
class StreamClientTest : public ::testing::Test {
 protected:
  using State = StreamClient::State;
  static constexpr std::uint64_t kSession = 77;
  static constexpr const char* kEndpoint = "ipc:///run/gold.stream";

  StreamClientTest() {
    options_.endpoints = {kEndpoint};
    options_.start.from = StreamStart::From::earliest;
  }

  StreamClient& client() {
    if (!client_) {
      client_ = std::make_unique<StreamClient>(
          kEndpoint, ClientParts{options_, sink_, cursors_, log_, counters_, journals_}, 1);
    }
    return *client_;
  }

  void pass(std::chrono::nanoseconds time) {
    now_ns_ += time.count();
    client().turn(now_ns_);
  }
  /// Lets the pause pass and a link stand; returns the request to open.
  OpenRequest open() {
    if (client().state() == State::backoff) {
      now_ns_ = std::max(now_ns_, client().next_turn_ns());
      client().turn(now_ns_);
    }
    client().link_up(now_ns_);
    const auto opens = sent<OpenRequest>();
    EXPECT_EQ(opens.size(), 1u) << "one request to open was expected";
    return opens.empty() ? OpenRequest{} : opens[0];
  }
  /// A session in which the publisher holds 1..last and begins at `start`.
  OpenRequest begin(std::uint64_t start, std::uint64_t last, std::uint32_t epoch = 1,
                    std::uint64_t journal_id = kJournal) {
    const OpenRequest request = open();
    reply(welcome(start, last, epoch, journal_id));
    return request;
  }
  static Welcome welcome(std::uint64_t start, std::uint64_t last, std::uint32_t epoch = 1,
                         std::uint64_t journal_id = kJournal) {
    return {.session = kSession,
            .publisher = "nas01@gold",
            .journal_id = journal_id,
            .position = {.epoch = epoch, .first = 1, .last = last, .durable = 0},
            .start = start,
            .heartbeat_ms = 1000};
  }

  void reply(const StreamReply& reply, std::optional<std::vector<std::byte>> records = {}) {
    std::array<std::byte, 1024> room{};
    const auto head = encode_reply(reply, room);
    std::vector<StreamClient::Frame> frames{head};
    if (records) frames.push_back(*records);
    client().receive(now_ns_, frames);
  }
  void batch(std::uint64_t first, std::uint64_t last, std::uint32_t epoch = 1) {
    batch_of(first, last, records_bytes(first, last, epoch), epoch);
  }
  void batch_of(std::uint64_t first, std::uint64_t last, std::vector<std::byte> records,
                std::uint32_t epoch = 1) {
    const std::uint64_t count = records.size() / record_bytes(1).size();
    reply(Batch{.session = kSession, .epoch = epoch, .first = first, .last = last, .count = count},
          std::move(records));
  }
  void heartbeat(std::uint64_t last) {
    reply(Heartbeat{.session = kSession, .position = {.epoch = 1, .first = 1, .last = last}});
  }
  void commit() { client().committed(now_ns_); }

  /// Requests of one kind sent since the last look; others are dropped.
  template <class Request>
  std::vector<Request> sent() {
    std::vector<Request> found;
    for (const auto& frame : client().take_requests()) {
      const DecodedRequest decoded = decode_request(frame);
      EXPECT_TRUE(decoded.request) << decoded.refusal.message;
      if (!decoded.request) continue;
      if (const auto* request = std::get_if<Request>(&*decoded.request)) found.push_back(*request);
    }
    return found;
  }

  SubscriberOptions options_;
  RecordingSink sink_;
  MemoryCursors cursors_;
  CapturingLog log_;
  Subscriber::Counters counters_;
  std::map<std::uint64_t, std::string> journals_;
  std::int64_t now_ns_ = 1'000'000'000;

 private:
  std::unique_ptr<StreamClient> client_;
};

}  // namespace hookwire::testing
