#include "subscribers/running_subscriber.h"
#include "subscribers/scripted_publisher.h"

// The subscriber over a real socket, with a publisher that does what it should not.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

std::vector<std::byte> garbage(std::size_t size, unsigned seed) {
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<std::byte>(seed >> 24);
  }
  return bytes;
}

TEST_F(SubscriberTest, OutlivesGarbageOfEveryShape) {
  ScriptedPublisher publisher(endpoint());
  start();
  const std::vector<std::vector<std::vector<std::byte>>> messages{
      {{}},
      {garbage(1, 1)},
      {garbage(40, 2), garbage(5000, 3)},
      {garbage(60'000, 4)},
      {{}, {}, {}, {}, {}},
  };
  for (std::size_t n = 0; n < messages.size(); ++n) {
    publisher.welcome(1, 2);
    publisher.send(messages[n]);
    ASSERT_TRUE(eventually([&] { return subscriber().counters().bad_replies == n + 1; })) << n;
  }
  publisher.welcome(1, 2);
  publisher.batch(1, 2);
  expect_given(numbers(1, 2));
}

TEST_F(SubscriberTest, OutlivesFramesThatAreTooLarge) {
  ScriptedPublisher publisher(endpoint());
  start();
  publisher.welcome(1, 2);
  publisher.send({garbage(kBlockBytes + 1, 1)});
  publisher.welcome(1, 2);  // the connection was cut and made anew
  publisher.batch(1, 2);
  expect_given(numbers(1, 2));
  EXPECT_GE(subscriber().counters().reconnects, 1u);
}

TEST_F(SubscriberTest, PutsRepeatedAndReorderedBatchesInOrder) {
  ScriptedPublisher publisher(endpoint());
  start();
  publisher.welcome(1, 9);
  publisher.batch(1, 3);
  publisher.batch(1, 3);
  publisher.batch(2, 5);
  publisher.batch(8, 9);
  EXPECT_EQ(publisher.welcome(6, 9).start.sequence, 6u);
  publisher.batch(6, 9);
  expect_given(numbers(1, 9));
  EXPECT_EQ(subscriber().counters().gaps, 0u);
}

TEST_F(SubscriberTest, TellsAGapForARecordThatStaysBad) {
  ScriptedPublisher publisher(endpoint());
  start();
  for (int n = 0; n < 2; ++n) {
    const std::uint64_t first = publisher.welcome(n == 0 ? 1 : 3, 4).start.sequence;
    EXPECT_EQ(first, n == 0 ? 0u : 3u);
    auto bytes = records_bytes(n == 0 ? 1 : 3, 4);
    spoil_record(bytes, n == 0 ? 2 : 0);
    publisher.batch_of(n == 0 ? 1 : 3, 4, bytes);
  }
  publisher.batch(5, 5);
  expect_given({"1", "2", "gap 3..4", "5"});
  EXPECT_TRUE(eventually([&] { return subscriber().counters().bad_records == 1; }));
}

TEST_F(SubscriberTest, LeavesAPublisherThatFallsSilent) {
  options_.silence = 60ms;
  ScriptedPublisher publisher(endpoint());
  start();
  publisher.welcome(1, 2, kJournal, 10);
  publisher.welcome(1, 2, kJournal, 10);
  EXPECT_TRUE(sink_.was_told("nothing came for 60 ms"));
}

TEST_F(SubscriberTest, ComesBackToAPublisherThatCloses) {
  ScriptedPublisher publisher(endpoint());
  start();
  publisher.welcome(1, 1);
  publisher.batch(1, 1);
  publisher.reply(Closing{.session = ScriptedPublisher::kSession, .last = 1});
  EXPECT_EQ(publisher.welcome(2, 2).start.sequence, 2u);
  publisher.batch(2, 2);
  expect_given(numbers(1, 2));
  EXPECT_THAT(sink_.reasons(), ElementsAre("publisher stopped"));
}

TEST_F(SubscriberTest, IgnoresASessionThatIsNotItsOwn) {
  ScriptedPublisher publisher(endpoint());
  start();
  publisher.welcome(1, 2);
  publisher.reply(Batch{.session = 1, .epoch = 1, .first = 1, .last = 1, .count = 1},
                  records_bytes(1, 1));
  publisher.batch(1, 2);
  expect_given(numbers(1, 2));
  EXPECT_EQ(subscriber().counters().reconnects, 0u);
}

}  // namespace
}  // namespace hookwire::testing
