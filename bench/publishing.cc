#include "publishing.h"

#include "hookwire/base/error.h"
#include "hookwire/hooks/spdlog_log.h"
#include "hookwire/journal/journal_reader.h"
#include "hookwire/schemas/phase.h"

namespace hookwire::bench {

namespace {

constexpr auto kMethods = method_descriptors<Volume>();

PublisherOptions publisher_options(const EventFile& event, const std::filesystem::path& journal,
                                   const std::string& endpoint, OnJournalError on_journal_error) {
  PublisherOptions options;
  options.on_journal_error = on_journal_error;
  options.publisher = event.publisher;
  options.journal.folder = journal;
  options.stream.endpoint = endpoint;
  return options;
}

}  // namespace

Publishing::Publishing(const EventFile& event, const std::filesystem::path& journal,
                       const std::string& endpoint, OnJournalError on_journal_error)
    : log_(make_stderr_log(LogLevel::warning)),
      publisher_(std::make_unique<Publisher>(
          files_, clock_, *log_, publisher_options(event, journal, endpoint, on_journal_error),
          kMethods)),
      chain_(clock_, *log_) {
  chain_.replace({{.name = "notify",
                   .class_name = "hookwire:NotificationHook",
                   .hook = publisher_->make_notification_hook()}});
  publisher_->start();
}

Publishing::~Publishing() {
  publisher_->stop(std::chrono::nanoseconds(0));
}

void Publishing::check_complete() const {
  const PublisherStatus status = publisher_->status();
  if (status.lost_events > 0 || status.cut_events > 0) {
    throw Error(ErrorCode::damaged, "the journal lost " + std::to_string(status.lost_events) +
                                        " events and cut " + std::to_string(status.cut_events));
  }
}

RecordSizes record_sizes(const EventFile& event, const std::filesystem::path& journal) {
  {
    Publishing publishing(event, journal, "");
    call(publishing.volume(), event);
  }
  RecordSizes sizes;
  PosixFileSystem files;
  JournalReader reader(files, journal);
  while (true) {
    const JournalChunk chunk = reader.next();
    if (chunk.kind != JournalChunk::Kind::records) return sizes;
    for_each_record(chunk.records, [&](const RecordView& record) {
      if (phase_of(record.kind) == Phase::pre) sizes.pre = record.bytes.size();
      if (phase_of(record.kind) == Phase::post) sizes.post = record.bytes.size();
    });
  }
}

}  // namespace hookwire::bench
