#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hookwire/base/clock.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/publisher/publisher.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "lamp.h"

namespace hookwire::testing {

inline constexpr auto kLampMethods = method_descriptors<Lamp>();

/// A lamp whose calls are published to a journal in a folder of its own, without a relay.
class EventsTest : public ::testing::Test {
 protected:
  std::filesystem::path folder() const { return temp_.path() / "journal"; }

  PublisherOptions options() const {
    PublisherOptions options;
    options.publisher = "nas01@gold";
    options.journal.folder = folder();
    options.journal.segment_bytes = 1024 * 1024;
    // A loaded machine may take its time to make a segment: no event is to be lost for that.
    options.journal.append_wait = std::chrono::seconds(30);
    return options;
  }

  void open() {
    publisher_ = std::make_unique<Publisher>(files_, clock_, log_, options(), kLampMethods);
    chain_ = std::make_unique<HookChain>(clock_, log_);
    notification_ = publisher_->make_notification_hook();
    use_hooks({});
  }
  /// The notification hook first, then `others`.
  void use_hooks(std::vector<HookInstance> others) {
    others.insert(others.begin(), {.name = "notify", .hook = notification_});
    chain_->replace(std::move(others));
  }
  void close() {
    publisher_->stop(std::chrono::nanoseconds(0));
    chain_.reset();
    notification_.reset();
    publisher_.reset();
  }
  Hooked<Lamp> lamp() { return {lamp_, *chain_}; }

  /// Every event of the journal, decoded; sequences are checked on the way.
  std::vector<Event> all_events() {
    JournalReader reader(files_, folder());
    std::vector<Event> events;
    while (true) {
      const JournalChunk chunk = reader.next();
      if (chunk.kind == JournalChunk::Kind::end) return events;
      EXPECT_EQ(chunk.kind, JournalChunk::Kind::records) << chunk.reason;
      for_each_record(chunk.records, [&](const RecordView& record) {
        DecodedEvent decoded = decode_event(record);
        ASSERT_TRUE(decoded.event) << decoded.fault;
        EXPECT_EQ(record.sequence, events.size() + 1);
        events.push_back(std::move(*decoded.event));
      });
    }
  }
  /// Those of calls: no system, no periodic events.
  std::vector<Event> call_events() {
    std::vector<Event> events = all_events();
    std::erase_if(events, [](const Event& event) {
      return event.phase == Phase::system || event.phase == Phase::periodic;
    });
    return events;
  }

  TempFolder temp_;
  PosixFileSystem files_;
  SystemClock clock_;
  CapturingLog log_;
  Lamp lamp_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<HookChain> chain_;
  std::shared_ptr<Hook> notification_;
  Context context_{
      .request_id = "req-1", .user_id = "alice", .project_id = "p-7", .roles = {"admin", "member"}};
};

}  // namespace hookwire::testing
