#include "live_feed.h"

#include <algorithm>
#include <random>
#include <utility>

#include "hookwire/schemas/topic.h"

namespace hookwire {
namespace {

constexpr std::uint32_t kEpochEnds = 16;  // of the epochs before this one, told in each heartbeat

std::uint64_t draw_feed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32) | random() | 1;  // never 0
}

std::vector<LiveHeartbeat::EpochEnd> read_epoch_ends(JournalReader& reader) {
  std::vector<LiveHeartbeat::EpochEnd> ends;
  const std::uint32_t epoch = reader.epoch();
  for (std::uint32_t before = 1; before <= kEpochEnds && before < epoch; ++before) {
    const std::uint32_t ended = epoch - before;
    if (const auto last = reader.epoch_end(ended)) ends.push_back({ended, *last});
  }
  return ends;
}

}  // namespace

LiveFeed::LiveFeed(FileSystem& file_system, const Clock& clock, Log& log, LiveTransport& transport,
                   LiveFeedOptions options)
    : clock_(clock),
      log_(log),
      transport_(transport),
      options_(std::move(options)),
      heartbeat_topic_(make_topic(Phase::system, kHeartbeatMethod, options_.publisher)),
      reader_(file_system, options_.journal_folder) {
  reader_.seek(reader_.last_sequence() + 1);
  said_.feed = draw_feed();
  said_.heartbeat_ms = static_cast<std::uint64_t>(
      std::chrono::ceil<std::chrono::milliseconds>(options_.heartbeat).count());
  said_.epoch_ends = read_epoch_ends(reader_);
}

bool LiveFeed::step() {
  const std::int64_t now_ns = clock_.steady_ns();
  if (open_at_ns_ != 0 && now_ns >= open_at_ns_) {
    open_at_ns_ = now_ns + kClosedFor.count();  // should it not work now
    transport_.open();
    open_at_ns_ = 0;
  }
  const bool asked = open_at_ns_ == 0 && take_subscriptions(now_ns);
  // Before records: what a new listener hears is counted from there.
  if (now_ns >= heartbeat_due_ns_) tell_heartbeat();
  const bool sent = send_chunk();
  return asked || sent;
}

bool LiveFeed::take_subscriptions(std::int64_t now_ns) {
  for (int n = 0; n < kSubscriptionsPerStep; ++n) {
    const auto subscription = transport_.receive();
    if (!subscription) return n > 0;
    if (!subscription->begins) continue;
    prefixes_.insert(subscription->prefix);
    if (prefixes_.size() > kMaxPrefixes) {
      refuse_flood(now_ns);
      return true;
    }
    // The welcome.
    if (heartbeat_topic_.starts_with(subscription->prefix)) {
      heartbeat_due_ns_ =
          std::min(heartbeat_due_ns_, heartbeat_ns_ + std::int64_t{kWelcomeInterval.count()});
    }
  }
  return true;
}

void LiveFeed::refuse_flood(std::int64_t now_ns) {
  log_.warning("the live feed of " + options_.publisher +
               " disconnected every listener: together they asked for more than " +
               std::to_string(kMaxPrefixes) + " prefixes; look who may open its endpoint");
  transport_.close();
  prefixes_.clear();
  open_at_ns_ = now_ns + kClosedFor.count();
  ++status_.disconnections;
}

bool LiveFeed::send_chunk() {
  const JournalChunk chunk = reader_.next();
  if (chunk.kind == JournalChunk::Kind::end) return false;
  if (chunk.kind == JournalChunk::Kind::gap) {
    said_.unread += chunk.last - chunk.first + 1;
    said_.unread_reason = chunk.reason;
    tell_heartbeat();  // here, where they are missing
    return true;
  }
  for_each_record(chunk.records, [this](const RecordView& record) {
    count(record.topic);
    transport_.send(record.topic, record.bytes);
  });
  return true;
}

void LiveFeed::count(std::string_view topic) {
  ++status_.sent_records;
  const std::string_view name = live_name(topic);
  if (const auto found = counts_.find(name); found != counts_.end()) {
    ++found->second;
  } else if (counts_.size() < kMaxLiveNames && name.size() <= kMaxLiveNameBytes) {
    counts_.emplace(name, 1);
  } else {
    ++said_.others;
  }
}

void LiveFeed::tell_heartbeat() {
  LiveHeartbeat heartbeat = said_;
  heartbeat.durable = reader_.durable_sequence();  // first: it is never above the last
  heartbeat.last = reader_.last_sequence();
  heartbeat.through = through();
  for (const auto& [name, records] : counts_) heartbeat.counts.push_back({name, records});
  transport_.send(heartbeat_topic_,
                  encode_heartbeat(heartbeat, options_.publisher, reader_.journal_id(),
                                   reader_.epoch(), clock_.unix_ns()));
  heartbeat_ns_ = clock_.steady_ns();
  heartbeat_due_ns_ = heartbeat_ns_ + options_.heartbeat.count();
}

LiveStatus LiveFeed::status() const {
  LiveStatus status = status_;
  status.through = through();
  status.unread = said_.unread;
  status.prefixes = prefixes_.size();
  return status;
}

}  // namespace hookwire
