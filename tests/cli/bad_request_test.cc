#include <optional>
#include <random>

#include <zmq.hpp>

#include "hookwire/schemas/stream_message.h"

#include "cli_test.h"

namespace hookwire::testing {
namespace {

/// A bare DEALER at a host's stream.
class Stranger {
 public:
  explicit Stranger(const std::string& endpoint) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvtimeo, 60'000);
    socket_.connect(endpoint);
  }
  void send(const std::string& frame) { socket_.send(zmq::buffer(frame), zmq::send_flags::none); }
  /// The refusal that comes next; nothing when another reply comes or none.
  std::optional<StreamError> refusal() {
    zmq::message_t frame;
    if (!socket_.recv(frame)) return std::nullopt;
    const DecodedReply decoded = decode_reply({frame.data<std::byte>(), frame.size()});
    const auto* refused = decoded.reply ? std::get_if<StreamError>(&*decoded.reply) : nullptr;
    return refused == nullptr ? std::nullopt : std::optional(*refused);
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::dealer};
};

/// A host with a subscriber, and a stranger who sends what is no request.
class BadRequestTest : public CliTest {
 protected:
  BadRequestTest() {
    write_config("gold");
    host_ = start_host("gold");
    tail_ = start_tail("gold", "earliest");
    events_ = std::make_unique<DemoEvents>(*tail_);
    stranger_ = std::make_unique<Stranger>(stream("gold"));
  }
  /// Calls are made, and the subscriber gets every event.
  void expect_served() {
    ASSERT_TRUE(host_->init(20));
    const std::vector<Value> held = values_of(journal_lines("gold"));
    const auto is_last = [&](const Value& event) { return event == held.back(); };
    ASSERT_NE(events_->find(is_last, kDeadline), nullptr);
    EXPECT_EQ(events_->all(), held);
  }
  void expect_refused(StreamError::Code code) {
    const std::optional<StreamError> refused = stranger_->refusal();
    ASSERT_TRUE(refused);
    EXPECT_EQ(to_string(refused->code), to_string(code)) << refused->message;
    EXPECT_FALSE(refused->message.empty());
  }

  std::unique_ptr<RunningHost> host_;
  std::unique_ptr<ChildProcess> tail_;
  std::unique_ptr<DemoEvents> events_;
  std::unique_ptr<Stranger> stranger_;
};

TEST_F(BadRequestTest, WhatIsNoMessagePackIsMalformed) {
  expect_served();
  stranger_->send("GET / HTTP/1.1\r\n\r\n");
  expect_refused(StreamError::Code::malformed);
  expect_served();
}

TEST_F(BadRequestTest, AnUnknownTypeIsSaidToBeUnknown) {
  expect_served();
  stranger_->send(
      "\x81\xa4type\xa4"
      "fork");  // {"type": "fork"}
  expect_refused(StreamError::Code::unknown_type);
  expect_served();
}

TEST_F(BadRequestTest, ASessionThatWasNeverOpenedIsSaidToBeUnknown) {
  expect_served();
  const std::vector<std::byte> ping = encode_request(PingRequest{.session = 4711});
  stranger_->send({reinterpret_cast<const char*>(ping.data()), ping.size()});
  expect_refused(StreamError::Code::unknown_session);
  expect_served();
}

TEST_F(BadRequestTest, NoiseHurtsNobody) {
  expect_served();
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int n = 0; n < 500; ++n) {
    std::string frame(random() % 600, '\0');
    for (char& byte : frame) byte = static_cast<char>(random());
    stranger_->send(frame);
  }
  EXPECT_TRUE(stranger_->refusal());
  expect_served();
}

}  // namespace
}  // namespace hookwire::testing
