#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zmq.hpp>

#include "hookwire/journal/journal_writer.h"
#include "hookwire/publisher/live.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/live_message.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "support/eventually.h"

namespace hookwire::testing {

/// A listener made of a bare SUB.
class Listener {
 public:
  explicit Listener(const std::string& endpoint, const std::vector<std::string>& prefixes,
                    int receive_queue = 100'000) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvhwm, receive_queue);
    for (const std::string& prefix : prefixes) socket_.set(zmq::sockopt::subscribe, prefix);
    socket_.connect(endpoint);
  }

  /// The next message's topic; its record is in `record`. Nothing when none comes.
  std::optional<std::string> receive(
      std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(deadline.count()));
    zmq::message_t part;
    if (!socket_.recv(part)) return std::nullopt;
    std::string topic(part.data<char>(), part.size());
    EXPECT_TRUE(part.more());
    static_cast<void>(socket_.recv(part));
    EXPECT_FALSE(part.more());
    room_.resize(part.size() / 8 + 1);
    std::memcpy(room_.data(), part.data(), part.size());
    const DecodedRecord decoded = decode_record(std::as_bytes(std::span(room_)).first(part.size()));
    EXPECT_EQ(decoded.fault, RecordFault::none);
    record = decoded.record;
    EXPECT_EQ(record.topic, topic);
    return topic;
  }
  /// The next heartbeat; others are passed over, and counted in sequences.
  std::optional<LiveHeartbeat> heartbeat(
      std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    while (receive(deadline)) {
      if (record.sequence == 0) return decode_heartbeat(*decode_event(record).event);
      sequences.push_back(record.sequence);
    }
    return std::nullopt;
  }
  /// Receives until a heartbeat says that the feed came that far.
  std::optional<LiveHeartbeat> heartbeat_through(std::uint64_t sequence) {
    while (auto found = heartbeat()) {
      if (found->through >= sequence) return found;
    }
    return std::nullopt;
  }

  RecordView record;
  std::vector<std::uint64_t> sequences;

 private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
  std::vector<std::uint64_t> room_;
};

/// A peer that speaks ZMTP 3.0 by hand, and so says what no library would.
class RawListener {
 public:
  explicit RawListener(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    std::string greeting("\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL", 16);
    greeting.resize(64, '\0');
    // Each waits for the answer to it: ZeroMQ ends a connection that is ahead of it.
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                 write(greeting) && read(64) &&
                 write(std::string("\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03SUB", 27)) && read(2);
  }
  ~RawListener() { ::close(fd_); }
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;

  /// The bytes of one frame that asks for a prefix, or gives it up.
  static std::string frame(const std::string& prefix, bool begins = true) {
    const std::size_t size = prefix.size() + 1;
    std::string bytes;
    if (size < 256) {
      bytes = {'\0', static_cast<char>(size)};
    } else {
      bytes.assign("\x02\0\0\0\0\0\0", 7);
      bytes += static_cast<char>(size >> 8U);
      bytes += static_cast<char>(size & 0xffU);
    }
    return bytes + (begins ? '\1' : '\0') + prefix;
  }
  bool connected() const { return connected_; }
  /// False when the connection was ended.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (written < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  /// True once the other side ended the connection.
  bool ended() {
    char bytes[4096];
    for (;;) {
      const ssize_t count = ::recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT);
      if (count == 0) return true;
      if (count < 0) return errno != EAGAIN;
    }
  }

 private:
  bool read(std::size_t count) {
    std::string bytes(count, '\0');
    return ::recv(fd_, bytes.data(), count, MSG_WAITALL) == static_cast<ssize_t>(count);
  }

  int fd_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
  bool connected_ = false;
};

/// A journal and its live feed on a real socket.
class LiveTest : public ::testing::Test {
 protected:
  LiveTest() {
    writer_ =
        std::make_unique<JournalWriter>(files_, clock_,
                                        JournalOptions{.folder = folder_.path() / "journal",
                                                       .segment_bytes = 4 << 20,
                                                       .append_wait = std::chrono::seconds(30)});
  }

  std::filesystem::path path() const { return folder_.path() / "gold.live"; }
  std::string ipc() const { return "ipc://" + path().string(); }
  std::unique_ptr<Live> make_live(const std::string& endpoint,
                                  std::chrono::nanoseconds heartbeat = std::chrono::seconds(1)) {
    return std::make_unique<Live>(files_, clock_, log_,
                                  LiveOptions{.publisher = "nas01@gold",
                                              .journal_folder = folder_.path() / "journal",
                                              .live = {.endpoint = endpoint},
                                              .heartbeat = heartbeat});
  }
  std::unique_ptr<Live> start_live(
      const std::string& endpoint,
      std::chrono::nanoseconds heartbeat = std::chrono::milliseconds(100)) {
    auto live = make_live(endpoint, heartbeat);
    live->start();
    return live;
  }
  std::uint64_t append(const std::string& phase, int count = 1, std::size_t body_bytes = 200) {
    const std::vector<std::byte> body(body_bytes, std::byte{7});
    std::uint64_t last = 0;
    for (int n = 0; n < count; ++n) {
      last = writer_->append({.topic = phase + "/create_share/nas01@gold", .body = body});
    }
    return last;
  }

  TempFolder folder_;
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  std::unique_ptr<JournalWriter> writer_;
};

}  // namespace hookwire::testing
