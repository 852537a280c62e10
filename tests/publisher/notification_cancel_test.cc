#include "publisher_test.h"
#include "support/cancelled_thread.h"
#include "support/eventually.h"

namespace hookwire::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class NotificationCancel : public PublisherTest {
 protected:
  void cancel_a_call() {
    store_.on_call = [] {
      ::pthread_cancel(::pthread_self());
      ::pthread_testcancel();
    };
    CancelledThread thread([this] { hooked_.call<&Store::drop>(context_, "s-1"); });
    EXPECT_TRUE(thread.join());
    store_.on_call = nullptr;
  }
};

TEST_F(NotificationCancel, ACallWhoseThreadIsCancelledHasAnEndSoon) {
  open();
  publisher_->start();
  cancel_a_call();
  ASSERT_TRUE(eventually([&] { return call_events().size() == 2; }));
  const Event end = call_events().back();
  EXPECT_EQ(end.topic, "failure/drop/nas01@gold");
  EXPECT_EQ(end.outcome, "aborted");
  EXPECT_EQ(end.call_id, call_events().front().call_id);
  EXPECT_EQ(publisher_->status().lost_events, 0U);
  EXPECT_THAT(told("gap"), IsEmpty());
}

TEST_F(NotificationCancel, AnEndThatIsThereIsNotToldAgain) {
  open();
  publisher_->start();
  hooked_.call<&Store::drop>(context_, "s-1");
  cancel_a_call();
  ASSERT_TRUE(eventually([&] { return call_events().size() >= 4; }));
  close();
  EXPECT_THAT(call_events(), SizeIs(4));
}

}  // namespace
}  // namespace hookwire::testing
