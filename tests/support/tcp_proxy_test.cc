#include "support/tcp_proxy.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <bit>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "support/eventually.h"
#include "support/long_form.h"

namespace hookwire::testing {
namespace {

/// A plain TCP socket of this test.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { ::close(fd_); }
  void write(const std::string& text) const {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// Reads `count` bytes, or fewer when the connection ends.
  std::string read(std::size_t count) const {
    std::string text(count, '\0');
    std::size_t got = 0;
    while (got < count) {
      const ssize_t more = ::recv(fd_, text.data() + got, count - got, 0);
      if (more <= 0) break;
      got += static_cast<std::size_t>(more);
    }
    text.resize(got);
    return text;
  }

 private:
  int fd_;
};

class TcpProxyTest : public ::testing::Test {
 protected:
  TcpProxyTest() {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    SCOPED_TRACE(seed_);
  }
  ~TcpProxyTest() override { ::close(listener_); }

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  void start(ProxyFaults faults) {
    proxy_ = std::make_unique<TcpProxy>(faults, seed_);
    proxy_->set_target(port_);
  }
  std::unique_ptr<Peer> connect() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(proxy_->port());
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return std::make_unique<Peer>(fd);
  }
  std::unique_ptr<Peer> accept() const {
    return std::make_unique<Peer>(::accept(listener_, nullptr, nullptr));
  }
  static std::string sample(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t n = 0; n < size; ++n) text[n] = static_cast<char>(n * 31);
    return text;
  }

  const std::uint64_t seed_ = test_seed();
  int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::uint16_t port_ = 0;
  std::unique_ptr<TcpProxy> proxy_;
};

TEST_F(TcpProxyTest, PassesBothWaysWithoutFaults) {
  start({});
  const auto client = connect();
  const auto target = accept();
  client->write(sample(30'000));
  EXPECT_EQ(target->read(30'000), sample(30'000));
  target->write(sample(40'000));
  EXPECT_EQ(client->read(40'000), sample(40'000));
  EXPECT_TRUE(eventually([&] { return proxy_->counts().bytes == 70'000; }));
  EXPECT_EQ(proxy_->counts().connections, 1u);
}

TEST_F(TcpProxyTest, FlipsSingleBitsOutsideTheBytesThatAreSpared) {
  start({.flip_every = 500, .flip_not_from = 2000, .flip_not_to = 30'000});
  const auto client = connect();
  const auto target = accept();
  const std::string sent = sample(60'000);
  client->write(sent);
  const std::string got = target->read(sent.size());
  ASSERT_EQ(got.size(), sent.size());
  std::uint64_t flipped = 0;
  for (std::size_t n = 0; n < sent.size(); ++n) {
    const auto changed = static_cast<unsigned char>(sent[n] ^ got[n]);
    flipped += static_cast<std::uint64_t>(std::popcount(changed));
    const bool spared = n >= 2000 && n < 30'000;
    EXPECT_TRUE(!spared || changed == 0) << n;
  }
  EXPECT_EQ(flipped, proxy_->counts().flips);
  EXPECT_GT(flipped, 20u);
}

TEST_F(TcpProxyTest, CutsInTheMiddleAndWhatCameBeforeArrives) {
  start({.cut_every = 1000});
  const auto client = connect();
  const auto target = accept();
  const std::string sent = sample(20'000);
  client->write(sent);
  const std::string got = target->read(sent.size());
  EXPECT_LT(got.size(), sent.size());
  EXPECT_EQ(got, sent.substr(0, got.size()));
  EXPECT_TRUE(eventually([&] { return proxy_->counts().cuts == 1; }));
  EXPECT_EQ(client->read(1), "");
}

TEST_F(TcpProxyTest, DelaysAndStallsLoseNothing) {
  start({.delay_every = 2000,
         .delay_most = std::chrono::milliseconds(2),
         .stall_every = 20'000,
         .stall_for = std::chrono::milliseconds(50)});
  const auto client = connect();
  const auto target = accept();
  const auto begun = std::chrono::steady_clock::now();
  client->write(sample(60'000));
  EXPECT_EQ(target->read(60'000), sample(60'000));
  EXPECT_GT(proxy_->counts().delays, 5u);
  EXPECT_GT(proxy_->counts().stalls, 0u);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(50));
}

TEST_F(TcpProxyTest, SwallowsWhatTheTargetSays) {
  start({});
  const auto client = connect();
  const auto target = accept();
  proxy_->swallow(true);
  target->write("never");
  ASSERT_TRUE(eventually([&] { return proxy_->counts().swallowed == 5; }));
  proxy_->swallow(false);
  target->write("again");
  EXPECT_EQ(client->read(5), "again");
}

TEST_F(TcpProxyTest, EndsConnectionsWhenToldOrWhenNobodyListens) {
  start({});
  const auto client = connect();
  const auto target = accept();
  proxy_->cut_all();
  EXPECT_EQ(client->read(1), "");
  EXPECT_EQ(target->read(1), "");

  proxy_->set_target(0);
  EXPECT_EQ(connect()->read(1), "");
  EXPECT_TRUE(eventually([&] { return proxy_->counts().refused == 1; }));
}

}  // namespace
}  // namespace hookwire::testing
