#include "metrics_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "hookwire/testing/capturing_log.h"

#include "listen_address.h"

namespace hookwire::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The server in this process, so that sanitizers see it, and clients on real sockets.
class MetricsServerTest : public ::testing::Test {
 protected:
  MetricsServerTest() {
    FileDescriptor listener = listen_at(at_);
    server_.emplace(
        log_, std::move(listener), [this] { return report(); }, [this] { return started_.load(); });
  }

  FileDescriptor connect() const {
    FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(at_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return client;
  }
  static void say(const FileDescriptor& client, std::string_view text) {
    EXPECT_EQ(::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// All that comes until the server closes.
  static std::string hear(const FileDescriptor& client) {
    std::string heard;
    std::string room(65536, ' ');
    while (true) {
      const ssize_t count = ::recv(client.get(), room.data(), room.size(), 0);
      if (count <= 0) return heard;
      heard.append(room, 0, static_cast<std::size_t>(count));
    }
  }
  std::string get(std::string_view path, std::string_view headers = "") const {
    const FileDescriptor client = connect();
    say(client, "GET " + std::string(path) + " HTTP/1.1\r\n" + std::string(headers) + "\r\n");
    return hear(client);
  }

  StatusReport report() const {
    if (broken_) throw std::runtime_error("the disk is gone");
    StatusReport report{.publisher = "nas01@gold", .version = "1.2.3"};
    report.hooks.push_back({.name = "quota", .pre_count = 9});
    return report;
  }

  CapturingLog log_;
  ListenAddress at_{.address = "127.0.0.1"};
  std::atomic<bool> broken_{false};
  std::atomic<bool> started_{true};
  std::optional<MetricsServer> server_;
};

TEST_F(MetricsServerTest, ServesWhatThereIs) {
  const std::string metrics = get("/metrics");
  EXPECT_THAT(metrics, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(metrics, HasSubstr("hookwire_hook_runs_total{publisher=\"nas01@gold\",hook=\"quota\","
                                 "phase=\"pre\"} 9\n"));
  EXPECT_THAT(get("/healthz"), EndsWith("\r\n\r\nok\n"));
  EXPECT_THAT(get("/"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(MetricsServerTest, SaysThatItIsStartingUntilItHasStarted) {
  started_ = false;
  const std::string before = get("/healthz");
  EXPECT_THAT(before, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(before, EndsWith("\r\n\r\nstarting\n"));
  EXPECT_THAT(get("/metrics"), StartsWith("HTTP/1.1 200 OK\r\n"));
  started_ = true;
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(MetricsServerTest, TellsOfAReportThatCannotBeMadeAndGoesOn) {
  broken_ = true;
  for (const auto* path : {"/metrics", "/healthz"}) {
    EXPECT_THAT(get(path), EndsWith("how it is cannot be told: the disk is gone\n"));
  }
  broken_ = false;
  EXPECT_THAT(get("/healthz"), EndsWith("\r\n\r\nok\n"));
}

TEST_F(MetricsServerTest, SendsAPageOnceHoweverManyRangesAreAskedFor) {
  std::string ranges = "Range: bytes=0-";
  for (int n = 1; n < 2600; ++n) ranges += ",0-";
  const std::string answer = get("/metrics", ranges + "\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("multipart")));
  EXPECT_LT(answer.size(), 16'384U);
}

TEST_F(MetricsServerTest, ThoseThatSayNothingOrNonsenseAreLetGo) {
  const FileDescriptor silent = connect();
  const FileDescriptor half = connect();
  say(half, "GET /metrics HTTP/1.1\r\n");
  const FileDescriptor odd = connect();
  say(odd, std::string(1000, '\0'));
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  for (const FileDescriptor* client : {&silent, &half, &odd}) hear(*client);
}

TEST_F(MetricsServerTest, EndsWhileAClientHangs) {
  const FileDescriptor half = connect();
  say(half, "GET /metrics HTTP/1.1\r\n");
  const FileDescriptor waiting = connect();
  server_.reset();
  EXPECT_THAT(hear(half), Not(StartsWith("HTTP/1.1 200")));
  EXPECT_EQ(hear(waiting), "");
}

}  // namespace
}  // namespace hookwire::testing
