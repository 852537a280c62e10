#include "relay_test.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "stream_socket.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

mode_t mode_of(const std::filesystem::path& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 0777U;
}

TEST_F(RelayTest, ServesAJournalOverIpc) {
  append_many(1000);
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  ASSERT_TRUE(client.receive_records(1000));

  append_many(1000);
  ASSERT_TRUE(client.receive_records(2000));
  EXPECT_EQ(client.sequences, range_of(1, 2000));
}

TEST_F(RelayTest, ServesAJournalOverTcpOnAPortItChose) {
  append_many(100);
  const auto relay = start_relay("tcp://127.0.0.1:0");
  EXPECT_THAT(relay->endpoint(), ::testing::Not(HasSubstr(":0")));
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  ASSERT_TRUE(client.receive_records(100));
}

TEST_F(RelayTest, FollowsAJournalWithoutADoorbell) {
  const auto relay = make_relay(ipc());
  relay->start();
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  append_many(10);
  ASSERT_TRUE(client.receive_records(10));
}

TEST_F(RelayTest, LargeBatchesArriveAsTheyWereWritten) {
  append_many(300, 20'000);
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  ASSERT_TRUE(client.receive_records(300)) << "each record's checksum is looked at on arrival";
  EXPECT_EQ(client.sequences, range_of(1, 300));
}

TEST_F(RelayTest, HeartbeatsComeWhenNothingHappens) {
  const auto relay = start_relay(ipc(), {.heartbeat = std::chrono::milliseconds(20)});
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  for (int n = 0; n < 3; ++n) EXPECT_TRUE(client.await<Heartbeat>());
}

TEST_F(RelayTest, ItsStatusShowsItsSessions) {
  append_many(10);
  const auto relay = start_relay(ipc());
  Dealer client(relay->endpoint());
  client.open({.name = "audit", .start = kEarliest});
  ASSERT_TRUE(client.receive_records(10));
  client.send(AckRequest{.session = client.session, .epoch = writer_->epoch(), .sequence = 10});

  const auto acknowledged = [&] {
    const RelayStatus status = relay->status();
    return status.sessions.size() == 1 && status.sessions[0].acknowledged == 10;
  };
  EXPECT_TRUE(eventually(acknowledged));
  EXPECT_EQ(relay->status().last_sequence, 10U);
}

TEST_F(RelayTest, TheSocketIsForItsUserAloneAndGoesWithTheRelay) {
  const auto path = folder_.path() / "run" / "gold.stream";
  auto relay = start_relay("ipc://" + path.string());
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(path.parent_path()), 0700U);

  relay->stop(std::chrono::seconds(0));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(RelayTest, AnIpcEndpointInUseIsRefusedAndNotStolen) {
  const auto relay = start_relay(ipc());
  try {
    make_relay(ipc());
    FAIL() << "a second relay took the endpoint";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    EXPECT_THAT(error.what(), HasSubstr("gold.stream"));
  }
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  EXPECT_NE(client.session, 0U) << "the first goes on";
}

TEST_F(RelayTest, AnIpcEndpointInUseByAnotherProcessNamesIt) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    PosixFileSystem files;
    const auto lock = files.lock(folder_.path() / "gold.stream.lock");
    static_cast<void>(::write(ready[1], "x", 1));
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  try {
    make_relay(ipc());
    ADD_FAILURE() << "the endpoint was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(child)));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  EXPECT_NO_THROW(make_relay(ipc())) << "a dead holder holds nothing";
}

TEST_F(RelayTest, ATcpEndpointInUseIsRefused) {
  const auto relay = start_relay("tcp://127.0.0.1:0");
  try {
    make_relay(relay->endpoint());
    FAIL() << "a second relay took the port";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    EXPECT_THAT(error.what(), HasSubstr(relay->endpoint()));
  }
}

TEST_F(RelayTest, AnEndpointOpenToTheNetworkIsRefused) {
  try {
    make_relay("tcp://0.0.0.0:0");
    FAIL() << "it was bound";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::configuration);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("tcp://0.0.0.0:0"), HasSubstr("insecure_transport")));
  }
}

TEST_F(RelayTest, AnAddressOfAnotherMachineIsRefused) {
  RelayOptions options{.publisher = "nas01@gold",
                       .journal_folder = journal_folder(),
                       .stream = {.endpoint = "tcp://192.0.2.1:7400", .insecure_transport = true}};
  try {
    Relay relay(files_, clock_, log_, options);
    FAIL() << "it was bound";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::configuration);
  }
}

TEST_F(RelayTest, AFolderWithoutAJournalIsRefused) {
  RelayOptions options{.publisher = "nas01@gold",
                       .journal_folder = folder_.path() / "none",
                       .stream = {.endpoint = ipc()}};
  EXPECT_THROW(Relay(files_, clock_, log_, options), Error);
  EXPECT_NO_THROW(make_relay(ipc())) << "the endpoint was not given back";
}

TEST_F(RelayTest, TheSocketReportsTheBoundsItWasGiven) {
  const StreamSocket socket(ipc());
  const SocketBounds expected = kStreamSocketBounds;
  EXPECT_EQ(socket.bounds(), expected);
  EXPECT_EQ(expected.max_message_bytes, 2 * static_cast<std::int64_t>(kMaxRequestBytes));
  EXPECT_EQ(expected.linger_ms, 0);
  EXPECT_LE(static_cast<std::uint64_t>(expected.send_queue) * kBlockBytes, kMaxCreditBytes);
}

TEST_F(RelayTest, AReplyToNobodyIsNoticed) {
  StreamSocket socket(ipc());
  EXPECT_EQ(socket.send("nobody", {}, nullptr), StreamSend::gone) << "ROUTER_MANDATORY is not set";
}

TEST_F(RelayTest, AForkedChildLeavesTheRelayAlone) {
  append_many(10);
  auto relay = start_relay(ipc());
  const pid_t child = ::fork();
  if (child == 0) {
    relay.reset();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_TRUE(eventually([&] { return ::waitpid(child, &status, WNOHANG) == child; }));
  EXPECT_EQ(status, 0);
  Dealer client(relay->endpoint());
  client.open({.start = kEarliest});
  EXPECT_TRUE(client.receive_records(10));
}

}  // namespace
}  // namespace hookwire::testing
