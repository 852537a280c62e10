#include <thread>

#include "subscribers/relayed_journal.h"
#include "subscribers/tail_fixture.h"
#include "support/eventually.h"

// The tail commands on the stream of a real relay.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class TailStreamTest : public TailTest {
 protected:
  TailStreamTest() { options_.endpoints = {endpoint()}; }
};

TEST_F(TailStreamTest, PrintsWhatIsThereAndEnds) {
  RelayedJournal publisher(journal(), endpoint());
  publisher.append(5);
  options_.once = true;
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(5));
}

TEST_F(TailStreamTest, SortsOutByTopicAndUser) {
  RelayedJournal publisher(journal(), endpoint());
  publisher.append(5);
  publisher.append(2, {.phase = Phase::failure, .user = "bob"});
  publisher.append(1, {.phase = Phase::failure, .user = "alice"});
  options_.once = true;
  options_.filter.failed = true;
  options_.filter.users = {"bob"};
  EXPECT_EQ(run(), 0);
  EXPECT_THAT(lines(), SizeIs(2));
}

TEST_F(TailStreamTest, WaitsForAPublisherThatIsNotThereYetAndSaysSo) {
  options_.count = 1;
  options_.timeout = 20s;
  int code = -1;
  std::jthread running([&] { code = run(wait_for_event); });
  ASSERT_TRUE(eventually([&] { return err_.text().find('\n') != std::string::npos; }));
  EXPECT_THAT(err_.text(), HasSubstr("nobody answers"));
  RelayedJournal publisher(journal(), endpoint());
  publisher.append(1);
  running.join();
  EXPECT_EQ(code, 0);
  EXPECT_THAT(err_.text(), HasSubstr("connected to nas01@gold"));
}

TEST_F(TailStreamTest, TimesOutWhenNobodyAnswers) {
  options_.timeout = 50ms;
  options_.once = true;
  EXPECT_EQ(run(), 4);
}

TEST_F(TailStreamTest, StopsWhenItIsAskedTo) {
  RelayedJournal publisher(journal(), endpoint());
  std::stop_source stop;
  int code = -1;
  std::jthread running([&] { code = run(tail, stop.get_token()); });
  publisher.append(1);
  ASSERT_TRUE(eventually([&] { return lines().size() == 1; }));
  stop.request_stop();
  running.join();
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace hookwire::testing
