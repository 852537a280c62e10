#include "hookwire/publisher/publisher.h"

#include "endpoint.h"

namespace hookwire {

PublisherOptions PublisherOptions::read(const Options& options, std::string publisher) {
  PublisherOptions read;
  read.publisher = std::move(publisher);
  static_cast<void>(options.required_text("journal_dir"));
  read.journal.folder = *options.path("journal_dir");
  const bool disk = options.choice("journal_sync", "os", {"os", "disk"}) == "disk";
  read.journal.sync = disk ? JournalSync::disk : JournalSync::os;
  read.journal.sync_interval = options.duration("journal_sync_interval", read.journal.sync_interval,
                                                std::chrono::nanoseconds(0), std::chrono::hours(1));
  if (disk && read.journal.sync_interval.count() > 0) {
    options.fail("journal_sync_interval", "is for journal_sync = os: disk syncs with each event");
  }
  constexpr std::uint64_t kBlock = 64 * 1024;
  read.journal.segment_bytes =
      options.bytes("journal_segment_bytes", read.journal.segment_bytes, 2 * kBlock, 4ull << 30);
  if (read.journal.segment_bytes % kBlock != 0) {
    options.fail("journal_segment_bytes", "expected a multiple of 64K");
  }
  read.journal.append_wait =
      options.duration("append_wait", read.journal.append_wait, std::chrono::nanoseconds(0),
                       std::chrono::seconds(60));
  read.on_journal_error =
      options.choice("on_journal_error", "fail_open", {"fail_open", "fail_closed"}) == "fail_closed"
          ? OnJournalError::fail_closed
          : OnJournalError::fail_open;
  const std::optional<std::string> endpoint = options.text("stream_endpoint");
  read.stream.group = options.text("endpoint_group").value_or("");
  read.stream.insecure_transport = options.boolean("insecure_transport", false);
  if (!endpoint || endpoint->empty()) return read;
  read.stream.endpoint = resolve_endpoint(*endpoint, options.resolve(""));
  Endpoint parsed;
  try {
    parsed = parse_endpoint(read.stream.endpoint);
  } catch (const Error& error) {
    options.fail("stream_endpoint", error.what());
  }
  if (!parsed.is_ipc() && !parsed.is_loopback() && !read.stream.insecure_transport) {
    options.fail("stream_endpoint", *endpoint +
                                        " is open to other machines, unencrypted: use ipc, a "
                                        "loopback address, or insecure_transport = true");
  }
  return read;
}

}  // namespace hookwire
