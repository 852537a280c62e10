#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/base/error.h"
#include "hookwire/publisher/publisher.h"

namespace hookwire::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

PublisherOptions read(const std::string& lines) {
  const ConfigFile file = ConfigFile::parse("[gold]\n" + lines, "/etc/hookwire/nas.conf");
  return PublisherOptions::read(Options(file, {"gold"}), "nas01@gold");
}
std::string options_refusal(const std::string& lines) {
  try {
    read(lines);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::configuration);
    return error.what();
  }
  ADD_FAILURE() << "it was taken: " << lines;
  return {};
}

const std::string kJournal = "journal_dir = var/journal\n";

TEST(PublisherOptionsTest, NeedAJournalAndNothingElse) {
  const PublisherOptions options = read(kJournal);
  EXPECT_EQ(options.publisher, "nas01@gold");
  EXPECT_EQ(options.journal.folder, "/etc/hookwire/var/journal");
  EXPECT_EQ(options.journal.segment_bytes, JournalOptions().segment_bytes);
  EXPECT_EQ(options.stream.endpoint, "");
  EXPECT_THAT(options_refusal(""), HasSubstr("journal_dir"));
}

TEST(PublisherOptionsTest, ReadEverythingThatCanBeSet) {
  const PublisherOptions options = read(kJournal +
                                        "journal_sync = os\n"
                                        "journal_segment_bytes = 1M\n"
                                        "append_wait = 50ms\n"
                                        "stream_endpoint = ipc://var/gold.stream\n"
                                        "endpoint_group = audit\n");
  EXPECT_EQ(options.journal.segment_bytes, 1U << 20);
  EXPECT_EQ(options.journal.append_wait, std::chrono::milliseconds(50));
  EXPECT_EQ(options.stream.endpoint, "ipc:///etc/hookwire/var/gold.stream");
  EXPECT_EQ(options.stream.group, "audit");
  EXPECT_FALSE(options.stream.insecure_transport);
}

TEST(PublisherOptionsTest, SayWhereTheLiveFeedIsAsTheySayItOfTheStream) {
  const PublisherOptions options = read(kJournal +
                                        "live_endpoint = ipc://var/gold.live\n"
                                        "endpoint_group = audit\n");
  EXPECT_EQ(options.live.endpoint, "ipc:///etc/hookwire/var/gold.live");
  EXPECT_EQ(options.live.group, "audit");
  EXPECT_EQ(options.stream.endpoint, "");
  EXPECT_EQ(read(kJournal).live.endpoint, "");
  EXPECT_THAT(options_refusal(kJournal + "live_endpoint = tcp://10.0.0.1:5555\n"),
              AllOf(HasSubstr("nas.conf:3"), HasSubstr("insecure_transport")));
  EXPECT_THAT(options_refusal(kJournal + "live_endpoint = carrier://pigeon\n"),
              HasSubstr("live_endpoint"));
  EXPECT_THAT(
      options_refusal(kJournal +
                      "stream_endpoint = ipc://var/gold\nlive_endpoint = ipc://var/./gold\n"),
      HasSubstr("live_endpoint"));
}

TEST(PublisherOptionsTest, SayHowTheJournalIsSynced) {
  EXPECT_THAT(options_refusal(kJournal + "journal_sync = never\n"), HasSubstr("journal_sync"));
  EXPECT_THAT(options_refusal(kJournal + "journal_sync = disk\njournal_sync_interval = 5\n"),
              AllOf(HasSubstr("nas.conf:4"), HasSubstr("journal_sync_interval")));
}

TEST(PublisherOptionsTest, SayHowMuchHistoryIsKeptAndForWhom) {
  const std::string stream = kJournal + "stream_endpoint = ipc://var/gold.stream\n";
  const PublisherOptions options = read(stream +
                                        "journal_retain_size = 1G\n"
                                        "journal_retain_age = 7d\n"
                                        "journal_max_size = 8G\n"
                                        "journal_low_space = 1G\n"
                                        "retain_for = audit, siem\n");
  EXPECT_EQ(options.journal.retention.bytes, 1ull << 30);
  EXPECT_EQ(options.journal.retention.age, std::chrono::hours(7 * 24));
  EXPECT_EQ(options.journal.retention.most_bytes, 8ull << 30);
  EXPECT_EQ(options.journal.retention.low_space_bytes, 1ull << 30);
  EXPECT_EQ(options.retain_for, (std::vector<std::string>{"audit", "siem"}));
}

TEST(PublisherOptionsTest, BoundTheHistoryUnlessToldOtherwise) {
  const JournalRetention keep = read(kJournal).journal.retention;
  EXPECT_EQ(keep.bytes, 4ull << 30);
  EXPECT_EQ(keep.most_bytes, 16ull << 30);
  EXPECT_EQ(keep.low_space_bytes, 256ull << 20) << "four segments";
  EXPECT_EQ(read(kJournal + "journal_segment_bytes = 4G\n").journal.retention.bytes, 16ull << 30);
}

TEST(PublisherOptionsTest, RefuseToKeepLessThanTheJournalNeeds) {
  EXPECT_THAT(options_refusal(kJournal + "journal_retain_size = 100M\n"),
              AllOf(HasSubstr("nas.conf:3"), HasSubstr("journal_retain_size")));
  EXPECT_THAT(options_refusal(kJournal + "journal_max_size = 1G\n"), HasSubstr("journal_max_size"));
  EXPECT_THAT(options_refusal(kJournal + "retain_for = audit\n"), HasSubstr("stream_endpoint"));
}

TEST(PublisherOptionsTest, SayWhatBecomesOfCallsThatCannotBeRecorded) {
  EXPECT_EQ(read(kJournal).on_journal_error, OnJournalError::fail_open);
  EXPECT_EQ(read(kJournal + "on_journal_error = fail_open\n").on_journal_error,
            OnJournalError::fail_open);
  EXPECT_EQ(read(kJournal + "on_journal_error = fail_closed\n").on_journal_error,
            OnJournalError::fail_closed);
  EXPECT_THAT(
      options_refusal(kJournal + "journal_segment_bytes = 128K\non_journal_error = fail_closed\n"),
      AllOf(HasSubstr("on_journal_error"), HasSubstr("256K at least")));
  EXPECT_THAT(options_refusal(kJournal + "on_journal_error = ignore\n"),
              AllOf(HasSubstr("nas.conf:3"), HasSubstr("fail_open"), HasSubstr("fail_closed")));
}

TEST(PublisherOptionsTest, RefuseSegmentsOfTheWrongSize) {
  for (const char* size : {"100", "64K", "8G", "1000000", "-1"}) {
    EXPECT_THAT(options_refusal(kJournal + "journal_segment_bytes = " + size + "\n"),
                HasSubstr("journal_segment_bytes"));
  }
}

TEST(PublisherOptionsTest, RefuseAnEndpointThatOthersReachUnlessToldSo) {
  EXPECT_THAT(options_refusal(kJournal + "stream_endpoint = tcp://10.0.0.1:5555\n"),
              HasSubstr("insecure_transport = true"));
  EXPECT_THAT(options_refusal(kJournal + "stream_endpoint = carrier://pigeon\n"),
              HasSubstr("stream_endpoint"));
  EXPECT_EQ(read(kJournal + "stream_endpoint = tcp://127.0.0.1:5555\n").stream.endpoint,
            "tcp://127.0.0.1:5555");
  EXPECT_TRUE(read(kJournal + "stream_endpoint = tcp://10.0.0.1:5555\n"
                              "insecure_transport = true\n")
                  .stream.insecure_transport);
}

}  // namespace
}  // namespace hookwire::testing
