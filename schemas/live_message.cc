#include "hookwire/schemas/live_message.h"

#include <algorithm>

#include "hookwire/base/error.h"
#include "hookwire/base/from_value.h"
#include "hookwire/base/value.h"
#include "hookwire/record/record.h"
#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/body_schema.h"
#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/topic.h"

namespace hookwire {
namespace {

namespace keys = body_keys;

Value value_of(const LiveHeartbeat& heartbeat) {
  Value::Map counts;
  for (const LiveHeartbeat::Count& count : heartbeat.counts) {
    counts.emplace_back(count.name, count.records);
  }
  Value::List ends;
  for (const LiveHeartbeat::EpochEnd& end : heartbeat.epoch_ends) {
    ends.emplace_back(Value::Map{{"epoch", end.epoch}, {"last", end.last}});
  }
  return Value::Map{{"feed", heartbeat.feed},
                    {"last", heartbeat.last},
                    {"durable", heartbeat.durable},
                    {"through", heartbeat.through},
                    {"heartbeat_ms", heartbeat.heartbeat_ms},
                    {"unread", heartbeat.unread},
                    {"unread_reason", heartbeat.unread_reason},
                    {"counts", std::move(counts)},
                    {"others", heartbeat.others},
                    {"epoch_ends", std::move(ends)}};
}

template <class T>
void read(const Value& data, std::string_view key, T& out) {
  const Value* value = data.find(key);
  if (value == nullptr) throw Error(ErrorCode::bad_input, "no " + std::string(key));
  from_value(*value, key, out);
}

LiveHeartbeat heartbeat_of(const Value& data) {
  LiveHeartbeat heartbeat;
  read(data, "feed", heartbeat.feed);
  read(data, "last", heartbeat.last);
  read(data, "durable", heartbeat.durable);
  read(data, "through", heartbeat.through);
  read(data, "heartbeat_ms", heartbeat.heartbeat_ms);
  read(data, "unread", heartbeat.unread);
  read(data, "unread_reason", heartbeat.unread_reason);
  read(data, "others", heartbeat.others);
  std::map<std::string, std::uint64_t> counts;
  read(data, "counts", counts);
  for (const auto& [name, records] : counts) heartbeat.counts.push_back({name, records});
  std::vector<Value> ends;
  read(data, "epoch_ends", ends);
  for (const Value& end : ends) {
    LiveHeartbeat::EpochEnd& made = heartbeat.epoch_ends.emplace_back();
    read(end, "epoch", made.epoch);
    read(end, "last", made.last);
  }
  return heartbeat;
}

}  // namespace

std::uint64_t LiveHeartbeat::sent(const std::vector<std::string>& prefixes,
                                  std::string_view publisher) const {
  std::uint64_t sum = prefixes.empty() ? others : 0;
  for (const Count& count : counts) {
    const std::string topic = count.name + "/" + std::string(publisher);
    const bool wanted = prefixes.empty() || std::any_of(prefixes.begin(), prefixes.end(),
                                                        [&](const std::string& prefix) {
                                                          return topic.starts_with(prefix);
                                                        });
    if (wanted) sum += count.records;
  }
  return sum;
}

std::string_view live_name(std::string_view topic) noexcept {
  const std::size_t first = topic.find('/');
  if (first == std::string_view::npos) return topic;
  return topic.substr(0, topic.find('/', first + 1));
}

std::vector<std::byte> encode_heartbeat(const LiveHeartbeat& heartbeat, std::string_view publisher,
                                        std::uint64_t journal_id, std::uint32_t epoch,
                                        std::int64_t time_ns) {
  const std::string topic = make_topic(Phase::system, kHeartbeatMethod, publisher);
  std::vector<std::byte> body(kMaxRecordBytes - kRecordHeaderBytes - topic.size());
  BodyWriter writer(body);
  writer.begin_map(4);
  visit_entry(keys::kSchema, kBodySchemaVersion, writer);
  visit_entry(keys::kPublisher, publisher, writer);
  visit_entry(keys::kMethod, kHeartbeatMethod, writer);
  visit_entry(keys::kData, value_of(heartbeat), writer);
  if (writer.overflowed()) {
    throw Error(ErrorCode::bad_input, "a heartbeat of " + std::string(publisher) +
                                          " does not fit a record: it has too many counts");
  }
  std::vector<std::byte> record(record_size(topic.size(), writer.size()));
  encode_record({.sequence = 0,
                 .journal_id = journal_id,
                 .time_ns = time_ns,
                 .epoch = epoch,
                 .kind = static_cast<std::uint8_t>(Phase::system),
                 .flags = 0,
                 .topic = topic,
                 .body = writer.written(),
                 .bytes = {}},
                record);
  return record;
}

std::optional<LiveHeartbeat> decode_heartbeat(const Event& event) {
  const bool is_one = event.identity.sequence == 0 && event.phase == Phase::system &&
                      event.method == kHeartbeatMethod && event.data;
  if (!is_one) return std::nullopt;
  try {
    return heartbeat_of(*event.data);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace hookwire
