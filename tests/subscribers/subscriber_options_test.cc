#include "hookwire/base/error.h"

#include "subscribers/running_subscriber.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;

class SubscriberOptionsTest : public SubscriberTest {
 protected:
  std::string refusal() {
    try {
      Subscriber subscriber(clock_, log_, options_, sink_);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::configuration);
      return error.what();
    }
    return "none";
  }
};

TEST_F(SubscriberOptionsTest, RefusesAnEndpointThatIsMalformed) {
  for (const char* endpoint :
       {"", "gold", "ipc://", "udp://127.0.0.1:1", "tcp://127.0.0.1", "tcp://:5", "tcp://host:port",
        "tcp://host:0", "tcp://host:65536", "ipc:///a b", "inproc://x"}) {
    options_.endpoints = {endpoint};
    EXPECT_THAT(refusal(), HasSubstr("expected ipc://PATH or tcp://HOST:PORT")) << endpoint;
  }
  options_.endpoints = {"ipc://" + std::string(108, 'x')};
  EXPECT_THAT(refusal(), HasSubstr("107"));
}

TEST_F(SubscriberOptionsTest, TakesIpcAndTcp) {
  options_.endpoints = {"ipc:///run/gold", "ipc://relative", "tcp://127.0.0.1:5", "tcp://[::1]:5"};
  EXPECT_EQ(refusal(), "none");
}

TEST_F(SubscriberOptionsTest, RefusesNoEndpointAndOneTwice) {
  options_.endpoints = {};
  EXPECT_THAT(refusal(), HasSubstr("no stream endpoint"));
  options_.endpoints = {"ipc:///a", "ipc:///a"};
  EXPECT_THAT(refusal(), HasSubstr("twice"));
}

TEST_F(SubscriberOptionsTest, RefusesWhatThePublisherWouldRefuse) {
  options_.credit_bytes = kMinCreditBytes - 1;
  EXPECT_THAT(refusal(), HasSubstr("credit_bytes"));
  options_.credit_bytes = kMaxCreditBytes + 1;
  EXPECT_THAT(refusal(), HasSubstr("credit_bytes"));
  options_.credit_bytes = kMaxCreditBytes;
  options_.name = std::string(kMaxNameBytes + 1, 'x');
  EXPECT_THAT(refusal(), HasSubstr("name"));
  options_.name = "audit";
  options_.topics = std::vector<std::string>(kMaxTopicPrefixes + 1, "x");
  EXPECT_THAT(refusal(), HasSubstr("topics"));
}

}  // namespace
}  // namespace hookwire::testing
