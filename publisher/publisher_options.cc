#include <algorithm>
#include <utility>

#include "hookwire/publisher/publisher.h"
#include "hookwire/schemas/stream_message.h"

#include "endpoint.h"
#include "secret_key_file.h"

namespace hookwire {

namespace {

constexpr std::size_t kMostRetainFor = 16;
constexpr std::uint64_t kLeastClosedSegment = 256 * 1024;

// The active segment, the one before it, one that is being made, and one to spare.
constexpr std::uint64_t kLeastSegments = 4;

void read_retention(const Options& options, PublisherOptions& read) {
  JournalRetention& keep = read.journal.retention;
  const std::uint64_t least = kLeastSegments * read.journal.segment_bytes;
  constexpr std::uint64_t kMost = 1ull << 60;
  keep.bytes = options.bytes("journal_retain_size", std::max<std::uint64_t>(4ull << 30, least),
                             least, kMost);
  keep.age = options.duration("journal_retain_age", std::chrono::nanoseconds(0),
                              std::chrono::nanoseconds(0), std::chrono::hours(24 * 36500));
  keep.most_bytes = options.bytes(
      "journal_max_size", std::max<std::uint64_t>(16ull << 30, keep.bytes), keep.bytes, kMost);
  keep.low_space_bytes = options.bytes("journal_low_space", least, 0, kMost);
  read.retain_for = options.list("retain_for");
  if (read.retain_for.size() > kMostRetainFor) {
    options.fail("retain_for", "expected at most 16 names");
  }
  for (const std::string& name : read.retain_for) {
    if (name.size() > kMaxNameBytes) {
      options.fail("retain_for", "a subscriber's name has at most 128 bytes: " + name);
    }
  }
  if (!read.retain_for.empty() && read.stream.endpoint.empty()) {
    options.fail("retain_for", "needs a stream_endpoint, through which subscribers acknowledge");
  }
}

// Reads `name` (stream_endpoint), with who may connect; an empty endpoint when it is not given.
EndpointOptions read_endpoint(const Options& options, const char* name) {
  EndpointOptions read{.endpoint = options.text(name).value_or(""),
                       .group = options.text("endpoint_group").value_or(""),
                       .insecure_transport = options.boolean("insecure_transport", false)};
  if (read.endpoint.empty()) return read;
  const std::string given =
      std::exchange(read.endpoint, resolve_endpoint(read.endpoint, options.resolve("")));
  Endpoint parsed;
  try {
    parsed = parse_endpoint(read.endpoint);
  } catch (const Error& error) {
    options.fail(name, error.what());
  }
  if (!parsed.is_ipc() && !parsed.is_loopback() && !read.insecure_transport) {
    options.fail(name, given +
                           " is open to other machines, unencrypted: use ipc, a loopback address, "
                           "or insecure_transport = true");
  }
  return read;
}

void read_key_file(const Options& options, PublisherOptions& read) {
  read.secret_key_file = options.path("secret_key_file").value_or("");
  PosixFileSystem files;
  try {
    check_secret_key(files, read.key_file());
  } catch (const Error& error) {
    options.fail("secret_key_file", error.what());
  }
}

}  // namespace

std::filesystem::path PublisherOptions::key_file() const {
  if (!secret_key_file.empty()) return secret_key_file;
  // Beside the folder and not in it: who copies a journal does not copy the key with it.
  std::filesystem::path folder = journal.folder.lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  return folder += ".key";
}

PublisherOptions PublisherOptions::read(const Options& options, std::string publisher,
                                        std::span<const MethodDescriptor* const> methods) {
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
  if (read.on_journal_error == OnJournalError::fail_closed &&
      read.journal.segment_bytes < kLeastClosedSegment) {
    options.fail("on_journal_error",
                 "fail_closed sets a block aside for each call in flight: it needs a "
                 "journal_segment_bytes of 256K at least");
  }
  read.policy = read_publish_policy(options, methods);
  read.redact = read_redact(options, methods);
  read_key_file(options, read);
  read.stream = read_endpoint(options, "stream_endpoint");
  read.live = read_endpoint(options, "live_endpoint");
  if (!read.live.endpoint.empty() && read.live.endpoint == read.stream.endpoint) {
    options.fail("live_endpoint", "is the stream_endpoint, too; give each its own");
  }
  read_retention(options, read);
  return read;
}

}  // namespace hookwire
