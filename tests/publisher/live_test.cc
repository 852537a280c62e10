#include "live_test.h"

#include <sys/stat.h>

#include "hookwire/base/error.h"
#include "hookwire/publisher/publisher.h"

#include "live_socket.h"

// The live feed on real sockets.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST_F(LiveTest, AListenerToFailuresHearsEveryFailureAndNothingElse) {
  const auto live = start_live(ipc());
  Listener listener(live->endpoint(), {"failure/", "system/heartbeat/"});
  ASSERT_TRUE(listener.heartbeat());
  std::vector<std::uint64_t> failures;
  for (int n = 0; n < 500; ++n) {
    append("pre");
    append("post");
    failures.push_back(append("failure"));
  }
  const auto told = listener.heartbeat_through(failures.back());
  ASSERT_TRUE(told);
  EXPECT_EQ(listener.sequences, failures);
  EXPECT_EQ(told->sent({"failure/"}, "nas01@gold"), 500U);
}

TEST_F(LiveTest, AListenerIsWelcomedAtOnceHoweverRareHeartbeatsAre) {
  const auto live = start_live(ipc(), 1h);
  Listener first(live->endpoint(), {"system/"});
  ASSERT_TRUE(first.heartbeat());
  Listener second(live->endpoint(), {"system/"});
  EXPECT_TRUE(second.heartbeat());
}

TEST_F(LiveTest, AListenerThatIsStoppedSeesHowManyOfItsMessagesItLost) {
  const auto live = start_live(ipc());
  Listener stopped(live->endpoint(), {"failure/", "system/heartbeat/"}, 1);
  const auto before = stopped.heartbeat();
  ASSERT_TRUE(before);
  // It does not read; more than all queues and the kernel hold.
  std::uint64_t last = 0;
  for (int n = 0; n < 40; ++n) {
    append("post", 100, 4000);
    last = append("failure", 100, 4000);
    ASSERT_TRUE(eventually([&] { return live->status().through == last; }))
        << "the feed waited for it";
  }
  const auto after = stopped.heartbeat_through(last);
  ASSERT_TRUE(after);
  const std::uint64_t sent =
      after->sent({"failure/"}, "nas01@gold") - before->sent({"failure/"}, "nas01@gold");
  EXPECT_EQ(sent, 4000U);
  EXPECT_LT(stopped.sequences.size(), sent) << "nothing was lost, so that nothing was tried";
}

TEST_F(LiveTest, AnotherListenerLosesNothingByTheOneThatIsStopped) {
  const auto live = start_live(ipc());
  Listener stopped(live->endpoint(), {""}, 1);
  Listener listener(live->endpoint(), {""});
  ASSERT_TRUE(stopped.heartbeat());
  ASSERT_TRUE(listener.heartbeat());
  std::vector<std::uint64_t> sequences;
  for (int n = 0; n < 40; ++n) {
    for (int m = 0; m < 100; ++m) sequences.push_back(append("post", 1, 4000));
    ASSERT_TRUE(listener.heartbeat_through(sequences.back()));
  }
  EXPECT_EQ(listener.sequences, sequences);
}

TEST_F(LiveTest, ListensOnTcpAtAPortItChose) {
  const auto live = start_live("tcp://127.0.0.1:0");
  EXPECT_THAT(live->endpoint(), ::testing::Not(HasSubstr(":0")));
  Listener listener(live->endpoint(), {""});
  ASSERT_TRUE(listener.heartbeat());
  append("post");
  ASSERT_TRUE(listener.heartbeat_through(1));
  EXPECT_THAT(listener.sequences, ElementsAre(1));
}

TEST_F(LiveTest, AnEndpointOpenToTheNetworkIsRefused) {
  try {
    make_live("tcp://0.0.0.0:0");
    FAIL() << "it was bound";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::configuration);
    EXPECT_THAT(error.what(), HasSubstr("insecure_transport"));
  }
}

TEST_F(LiveTest, TheSocketIsForItsUserAloneAndGoesWithTheFeed) {
  const auto live = start_live(ipc());
  struct stat found {};
  ASSERT_EQ(::stat(path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  live->stop();
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(LiveTest, AFolderWithoutAJournalIsRefusedAndLeavesNoSocket) {
  const auto made = [&] {
    Live live(files_, clock_, log_,
              {.publisher = "nas01@gold",
               .journal_folder = folder_.path() / "none",
               .live = {.endpoint = ipc()}});
  };
  EXPECT_THROW(made(), Error);
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_NO_THROW(make_live(ipc())) << "the endpoint was not given back";
}

TEST_F(LiveTest, ARelayWithoutAJournalLeavesNoSocketEither) {
  EXPECT_THROW(Relay(files_, clock_, log_,
                     {.publisher = "nas01@gold",
                      .journal_folder = folder_.path() / "none",
                      .stream = {.endpoint = ipc()}}),
               Error);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(LiveTest, AnEndpointInUseIsRefusedAndNotStolen) {
  const auto live = start_live(ipc());
  try {
    make_live(ipc());
    FAIL() << "a second feed took the endpoint";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::busy);
    EXPECT_THAT(error.what(), HasSubstr("gold.live"));
  }
  Listener listener(live->endpoint(), {""});
  EXPECT_TRUE(listener.heartbeat()) << "the first goes on";
}

TEST_F(LiveTest, TheSocketReportsTheBoundsItWasGiven) {
  const HeldEndpoint place(files_, {.endpoint = ipc()});
  const LiveSocket socket(place);
  const SocketBounds expected = kLiveSocketBounds;
  EXPECT_EQ(socket.bounds(), expected);
  EXPECT_EQ(expected.max_message_bytes, static_cast<std::int64_t>(kMaxTopicBytes + 8));
  EXPECT_EQ(expected.linger_ms, 0);
}

TEST_F(LiveTest, WhatWasAppendedBeforeAStopIsSentAndThenAHeartbeat) {
  const auto live = start_live(ipc(), 1h);
  Listener listener(live->endpoint(), {""});
  ASSERT_TRUE(listener.heartbeat());
  const std::uint64_t last = append("post", 300);
  live->stop();
  ASSERT_TRUE(listener.heartbeat_through(last));
  EXPECT_THAT(listener.sequences, SizeIs(300));
}

TEST_F(LiveTest, ClosingItDoesNotHoldUpTheStream) {
  writer_.reset();
  Publisher publisher(files_, clock_, log_,
                      {.publisher = "nas01@gold",
                       .journal = {.folder = folder_.path() / "other", .append_wait = 30s},
                       .stream = {.endpoint = "ipc://" + (folder_.path() / "stream").string()},
                       .limits = {},
                       .live = {.endpoint = ipc()}},
                      {});
  publisher.start();
  // Nobody reads what it has sent: it lingers.
  Listener stopped(ipc(), {""}, 1);
  ASSERT_TRUE(stopped.heartbeat());
  for (int n = 0; n < 3000; ++n) publisher.tell("probe", Value(std::string(4000, 'x')));
  ASSERT_TRUE(eventually([&] { return publisher.status().live.sent_records >= 3000; }));
  const auto began = std::chrono::steady_clock::now();
  publisher.stop(0s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(LiveTest, AStopIsHeardAsTheLastEvent) {
  writer_.reset();
  Publisher publisher(files_, clock_, log_,
                      {.publisher = "nas01@gold",
                       .journal = {.folder = folder_.path() / "other", .append_wait = 30s},
                       .stream = {},
                       .limits = {},
                       .live = {.endpoint = ipc()}},
                      {});
  publisher.start();
  Listener listener(ipc(), {"system/"});
  ASSERT_TRUE(listener.heartbeat());
  publisher.stop(0s);
  EXPECT_TRUE(eventually([&] { return listener.receive(10ms) == "system/stop/nas01@gold"; }));
}

}  // namespace
}  // namespace hookwire::testing
