#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <zmq.hpp>

#include "hookwire/schemas/stream_message.h"

#include "subscribers/record_bytes.h"

namespace hookwire::testing {

/// A ROUTER that says what a test tells it to, right or wrong.
class ScriptedPublisher {
 public:
  static constexpr std::uint64_t kSession = 77;

  explicit ScriptedPublisher(const std::string& endpoint) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::sndhwm, 0);  // a ROUTER drops what does not fit
    socket_.set(zmq::sockopt::rcvtimeo, 20'000);
    socket_.bind(endpoint);
  }

  /// The next request of one kind, whoever sent it; replies go to that client from now on.
  template <class Request>
  Request expect() {
    for (;;) {
      zmq::message_t peer;
      zmq::message_t frame;
      if (!socket_.recv(peer)) {
        ADD_FAILURE() << "no such request came";
        return {};
      }
      static_cast<void>(socket_.recv(frame));
      const DecodedRequest decoded = decode_request({frame.data<std::byte>(), frame.size()});
      EXPECT_TRUE(decoded.request) << decoded.refusal.message;
      if (!decoded.request) return {};
      if (const auto* request = std::get_if<Request>(&*decoded.request)) {
        peer_ = peer.to_string();
        return *request;
      }
    }
  }
  /// Waits for a client and welcomes it: the journal holds 1..last and the session begins at start.
  OpenRequest welcome(std::uint64_t start, std::uint64_t last, std::uint64_t journal_id = kJournal,
                      std::uint64_t heartbeat_ms = 1000) {
    const auto request = expect<OpenRequest>();
    reply(Welcome{.session = kSession,
                  .publisher = "nas01@gold",
                  .journal_id = journal_id,
                  .position = {.epoch = 1, .first = 1, .last = last, .durable = 0},
                  .start = start,
                  .heartbeat_ms = heartbeat_ms});
    return request;
  }
  void batch(std::uint64_t first, std::uint64_t last, std::uint64_t journal_id = kJournal) {
    batch_of(first, last, records_bytes(first, last, 1, journal_id));
  }
  void batch_of(std::uint64_t first, std::uint64_t last, const std::vector<std::byte>& records) {
    const std::uint64_t count = records.size() / record_bytes(1).size();
    reply(Batch{.session = kSession, .epoch = 1, .first = first, .last = last, .count = count},
          records);
  }
  void reply(const StreamReply& reply, std::optional<std::vector<std::byte>> records = {}) {
    std::array<std::byte, 1024> room{};
    const auto head = encode_reply(reply, room);
    std::vector<std::vector<std::byte>> frames{{head.begin(), head.end()}};
    if (records) frames.push_back(std::move(*records));
    send(frames);
  }
  void send(const std::vector<std::vector<std::byte>>& frames) {
    socket_.send(zmq::buffer(peer_), zmq::send_flags::sndmore);
    for (std::size_t n = 0; n < frames.size(); ++n) {
      socket_.send(zmq::buffer(frames[n].data(), frames[n].size()),
                   n + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::router};
  std::string peer_;
};

}  // namespace hookwire::testing
