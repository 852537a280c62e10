#include <atomic>
#include <thread>

#include "hookwire/base/error.h"

#include "subscribers/live_journal.h"
#include "subscribers/tail_fixture.h"
#include "support/eventually.h"

// The tail commands on a real live feed.

namespace hookwire::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class TailLiveTest : public TailTest {
 protected:
  TailLiveTest() {
    options_.live = {endpoint()};
    options_.start = {};
  }
};

TEST_F(TailLiveTest, PrintsWhatMatchesUntilItIsEnough) {
  LiveJournal publisher(journal(), endpoint());
  options_.count = 2;
  options_.timeout = 60s;
  options_.filter.failed = true;
  options_.filter.users = {"bob"};
  std::atomic<int> code{-1};
  std::jthread running([&] { code = run(); });
  ASSERT_TRUE(eventually([&] {
    publisher.append(1);
    publisher.append(1, {.phase = Phase::failure, .user = "alice"});
    publisher.append(1, {.phase = Phase::failure, .user = "bob"});
    return code == 0;
  }));
  EXPECT_THAT(lines(), SizeIs(2));
  EXPECT_THAT(lines()[0], HasSubstr("bob"));
}

TEST_F(TailLiveTest, TimesOutWhenNothingComes) {
  options_.count = 1;
  options_.timeout = 50ms;
  EXPECT_EQ(run(wait_for_event), 4);
}

TEST_F(TailLiveTest, RefusesAnEndAndASecondSource) {
  options_.once = true;
  EXPECT_THROW(run(), Error);
  options_.once = false;
  options_.journal = journal();
  EXPECT_THROW(run(), Error);
}

}  // namespace
}  // namespace hookwire::testing
