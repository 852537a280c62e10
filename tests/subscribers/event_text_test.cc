#include "hookwire/format/event_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "subscribers/sample_event.h"

namespace hookwire::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr TextOptions kUtc{.utc = true};

TEST(EventText, TellsACallThatWentWell) {
  EXPECT_EQ(to_text(sample_event(), kUtc),
            "2026-11-23 08:11:23.123Z post     create_share_instance share:s-1 0a1b2c req-3f1c "
            "success 182.4 ms");
}

TEST(EventText, TellsACallThatBegins) {
  EXPECT_EQ(to_text(sample_pre(), kUtc),
            "2026-11-23 08:11:22.941Z pre      create_share_instance share:s-1 0a1b2c req-3f1c");
}

TEST(EventText, TellsAFailure) {
  EXPECT_THAT(to_text(sample_failure(), kUtc),
              HasSubstr("failure 182.4 ms ShareNotFound: no such share"));
}

TEST(EventText, TellsPeriodicDataAndThePublishersLife) {
  Event event;
  event.phase = Phase::periodic;
  event.topic = "periodic/update/nas01@gold";
  event.tick = 300;
  event.part = 1;
  event.parts = 2;
  event.data = Value(Value::Map{{"used", 7u}});
  EXPECT_EQ(to_text(event, kUtc),
            "1970-01-01 00:00:00.000Z periodic update                tick 300 part 1/2 "
            "{\"used\":7}");
}

TEST(EventText, NamesThePublisherWhenAskedTo) {
  EXPECT_THAT(to_text(sample_event(), kUtc), Not(HasSubstr("nas01@gold")));
  EXPECT_THAT(to_text(sample_event(), {.utc = true, .publisher = true}),
              HasSubstr("123Z nas01@gold post"));
}

TEST(EventText, ColoursOnlyWhenAskedTo) {
  EXPECT_THAT(to_text(sample_failure(), kUtc), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(sample_failure(), {.utc = true, .colour = true}),
              HasSubstr("\x1b[1;31mfailure\x1b[0m"));
}

TEST(EventText, LetsNoEventWriteToTheTerminal) {
  const std::string evil = "\x1b]0;owned\x07\r\n2026 post forged\xc2\x9b\x32J\xe2\x80\xae";
  Event event = sample_failure();
  event.method = event.context.user_id = event.context.request_id = event.outcome = evil;
  event.resource = EventResource{.type = evil, .id = evil};
  event.error = EventError{.type = evil, .message = evil};
  event.publisher = evil;
  event.data = Value(Value::Map{{evil, evil}});
  const Event pre = event;
  for (const std::string& line :
       {to_text(event, {.utc = true, .publisher = true}), call_to_text(&pre, &event, kUtc),
        to_text(EventGap{.publisher = evil, .reason = evil}, kUtc)}) {
    for (const char c : line) {
      EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
      EXPECT_NE(c, 0x7f);
    }
    EXPECT_THAT(line, Not(HasSubstr("\xc2\x9b")));
    EXPECT_THAT(line, Not(HasSubstr("\xe2\x80\xae")));
  }
}

TEST(EventText, ShortensWhatIsLong) {
  Event event = sample_event();
  event.resource->id = std::string(500, 'x');
  EXPECT_LT(to_text(event, kUtc).size(), 160u);
  EXPECT_THAT(to_text(event, kUtc), HasSubstr("xxx…"));
}

TEST(GapText, SaysWhatIsMissing) {
  EXPECT_EQ(to_text(EventGap{.publisher = "nas01@gold",
                             .journal_id = 1,
                             .epoch = 2,
                             .first = 5,
                             .last = 9,
                             .reason = "retention"},
                    kUtc),
            "gap nas01@gold: events 5..9 of epoch 2 are missing: retention");
}

TEST(CallText, TellsACallOnOneLine) {
  const Event pre = sample_pre();
  const Event post = sample_event();
  EXPECT_EQ(call_to_text(&pre, &post, kUtc),
            "2026-11-23 08:11:22.941Z create_share_instance share:s-1 0a1b2c req-3f1c success "
            "182.4 ms");
  EXPECT_THAT(call_to_text(&pre, nullptr, kUtc), HasSubstr("(not ended)"));
  EXPECT_THAT(call_to_text(nullptr, &post, kUtc), HasSubstr("(began before)"));
}

}  // namespace
}  // namespace hookwire::testing
