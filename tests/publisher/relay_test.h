#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zmq.hpp>

#include "hookwire/base/error.h"
#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/relay.h"
#include "hookwire/schemas/stream_message.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "support/eventually.h"

namespace hookwire::testing {

/// A client made of a bare DEALER, which sends what a test tells it to.
class Dealer {
 public:
  explicit Dealer(const std::string& endpoint, int receive_queue = 1000) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvhwm, receive_queue);
    socket_.connect(endpoint);
  }

  void send(const StreamRequest& request) {
    const auto frame = encode_request(request);
    send_frame({reinterpret_cast<const char*>(frame.data()), frame.size()}, false);
  }
  void send_frame(std::string_view frame, bool more) {
    socket_.send(zmq::buffer(frame), more ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }

  /// The next reply; nothing when none comes within `deadline`. Adds a batch's records to records.
  std::optional<StreamReply> receive(
      std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(deadline.count()));
    zmq::message_t part;
    if (!socket_.recv(part)) return std::nullopt;
    DecodedReply decoded = decode_reply({part.data<std::byte>(), part.size()});
    if (!decoded.reply) throw std::runtime_error("a reply that cannot be read: " + decoded.fault);
    while (part.more()) {
      static_cast<void>(socket_.recv(part));
      const std::byte* const bytes = part.data<std::byte>();
      for (std::size_t at = 0; at < part.size();) {
        const DecodedRecord record = decode_record({bytes + at, part.size() - at});
        if (record.fault != RecordFault::none) throw std::runtime_error("a bad record came");
        sequences.push_back(record.record.sequence);
        at += record.record.bytes.size();
        received_bytes += record.record.bytes.size();
      }
    }
    return decoded.reply;
  }
  /// The next reply of one kind; others are passed over.
  template <class Reply>
  std::optional<Reply> await() {
    while (const auto reply = receive()) {
      if (const auto* found = std::get_if<Reply>(&*reply)) return *found;
    }
    return std::nullopt;
  }
  /// Opens and keeps the session's number.
  void open(OpenRequest request) {
    send(request);
    const auto welcome = await<Welcome>();
    session = welcome ? welcome->session : 0;
  }
  void grant(std::uint64_t credit_bytes) {
    send(CreditRequest{.session = session, .credit_bytes = credit_bytes});
  }
  /// Receives until there are `count` records, giving all the credit there is.
  bool receive_records(std::size_t count) {
    std::uint64_t granted = 0;
    while (sequences.size() < count) {
      if (received_bytes + kMaxCreditBytes / 2 > granted) {
        granted = received_bytes + kMaxCreditBytes;
        grant(granted);
      }
      if (!receive()) return false;
    }
    return true;
  }

  std::uint64_t session = 0;
  std::vector<std::uint64_t> sequences;
  std::uint64_t received_bytes = 0;

 private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
};

/// A journal and a relay that serves it on a real socket.
class RelayTest : public ::testing::Test {
 protected:
  RelayTest() {
    writer_ =
        std::make_unique<JournalWriter>(files_, clock_,
                                        JournalOptions{.folder = journal_folder(),
                                                       .segment_bytes = 4 << 20,
                                                       .append_wait = std::chrono::seconds(30)},
                                        &doorbell_);
  }

  std::filesystem::path journal_folder() const { return folder_.path() / "journal"; }
  std::string ipc() const { return "ipc://" + (folder_.path() / "gold.stream").string(); }

  std::unique_ptr<Relay> make_relay(const std::string& endpoint, StreamLimits limits = {},
                                    Doorbell* doorbell = nullptr) {
    return std::make_unique<Relay>(files_, clock_, log_,
                                   RelayOptions{.publisher = "nas01@gold",
                                                .journal_folder = journal_folder(),
                                                .stream = {.endpoint = endpoint},
                                                .limits = limits},
                                   doorbell);
  }
  /// A running relay with the doorbell.
  std::unique_ptr<Relay> start_relay(const std::string& endpoint, StreamLimits limits = {}) {
    auto relay = make_relay(endpoint, limits, &doorbell_);
    relay->start();
    return relay;
  }

  void append_many(int count, std::size_t body_bytes = 200) {
    const std::vector<std::byte> body(body_bytes, std::byte{7});
    for (int n = 0; n < count; ++n) {
      writer_->append({.topic = "post/create_share/nas01@gold", .body = body});
    }
  }
  static std::vector<std::uint64_t> range_of(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> sequences;
    for (std::uint64_t n = first; n <= last; ++n) sequences.push_back(n);
    return sequences;
  }

  static constexpr StreamStart kEarliest{.from = StreamStart::From::earliest};

  TempFolder folder_;
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  Doorbell doorbell_;
  std::unique_ptr<JournalWriter> writer_;
};

}  // namespace hookwire::testing
