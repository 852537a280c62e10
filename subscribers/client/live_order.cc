#include "live_order.h"

#include <algorithm>
#include <utility>

#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/topic.h"

namespace hookwire {
namespace {

constexpr char kLost[] = "lost on the way: this listener was too slow, or away";

}  // namespace

LiveOrder::LiveOrder(std::string endpoint, const std::vector<std::string>& topics, Sink& sink,
                     LiveSubscriber::Counters& counters)
    : topics_(topics), sink_(sink), counters_(counters) {
  source_.endpoint = std::move(endpoint);
}

bool LiveOrder::take_uncommitted() noexcept {
  return std::exchange(uncommitted_, false);
}

void LiveOrder::away(const std::string& reason) {
  connected_ = false;
  sink_.disconnected(source_.endpoint, reason);
}

bool LiveOrder::wanted(std::string_view topic) const {
  return topics_.empty() || std::any_of(topics_.begin(), topics_.end(), [&](const auto& prefix) {
           return topic.starts_with(prefix);
         });
}

void LiveOrder::message(std::string_view topic, std::span<const std::byte> record) {
  const DecodedRecord decoded = decode_record(record);
  const bool sound = decoded.fault == RecordFault::none &&
                     decoded.record.bytes.size() == record.size() && decoded.record.topic == topic;
  if (!sound) return bad_message();
  if (decoded.record.sequence == 0) return heartbeat(decoded.record);
  this->record(decoded.record);
}

void LiveOrder::enter(const RecordView& record, const LiveHeartbeat* heartbeat) {
  if (record.journal_id != source_.journal_id) {
    source_.journal_id = record.journal_id;
    source_.epoch = record.epoch;
    had_ = since_ = 0;
    heard_.reset();
    connected_ = false;
  }
  if (record.epoch <= source_.epoch) return;
  if (heartbeat != nullptr) {
    std::uint64_t last = heartbeat->through;
    for (const LiveHeartbeat::EpochEnd& end : heartbeat->epoch_ends) {
      if (end.epoch == source_.epoch) last = std::min(last, end.last);
    }
    roll_back_to(last);
  }
  source_.epoch = record.epoch;
}

bool LiveOrder::too_early(const RecordView& record) const noexcept {
  return record.journal_id == source_.journal_id && record.epoch > source_.epoch &&
         (had_ != 0 || heard_);
}

void LiveOrder::roll_back_to(std::uint64_t last) {
  if (heard_) heard_->through = std::min(heard_->through, last);
  if (had_ <= last) return;
  tell_gap(last + 1, had_, "rolled back: lost in a crash after they had been sent");
  had_ = last;
}

void LiveOrder::record(const RecordView& record) {
  if (!wanted(record.topic)) return;
  // The heartbeat that is to come counts it.
  if (too_early(record)) return bad_message();
  enter(record, nullptr);
  if (record.epoch < source_.epoch || record.sequence <= had_) return bad_message();
  if (source_.publisher.empty()) {
    if (const auto topic = parse_topic(record.topic)) source_.publisher = topic->publisher;
  }
  if (topics_.empty() && had_ != 0 && record.sequence != had_ + 1) {
    tell_gap(had_ + 1, record.sequence - 1, kLost);
  }
  had_ = record.sequence;
  ++since_;
  ++counters_.records;
  uncommitted_ = true;  // first: when the sink throws, it may have taken some of it
  sink_.records(source_, std::span(&record, 1));
}

void LiveOrder::heartbeat(const RecordView& record) {
  const DecodedEvent decoded = decode_event(record);
  const auto heartbeat = decoded.event ? decode_heartbeat(*decoded.event) : std::nullopt;
  if (!heartbeat) return bad_message();
  enter(record, &*heartbeat);
  if (record.epoch < source_.epoch) return bad_message();
  source_.publisher = decoded.event->publisher;
  look_for_loss(*heartbeat);
  heard_ = *heartbeat;
  since_ = 0;
  if (std::exchange(connected_, true)) return;
  sink_.connected(source_);
}

void LiveOrder::look_for_loss(const LiveHeartbeat& now) {
  const std::uint64_t unread = heard_ && heard_->feed == now.feed ? heard_->unread : 0;
  const std::string reason =
      now.unread > unread ? "the publisher could not read them: " + now.unread_reason : "";
  if (topics_.empty()) {
    if (had_ != 0 && now.through > had_) {
      tell_gap(had_ + 1, now.through, reason.empty() ? kLost : reason);
    }
    had_ = std::max(had_, now.through);
    return;
  }
  if (!heard_ || now.through <= heard_->through) return;
  const std::uint64_t first = heard_->through + 1;
  if (heard_->feed != now.feed) {
    return tell_gap(first, now.through,
                    "the publisher was restarted: what it said meanwhile may be missing");
  }
  const std::uint64_t sent = now.sent(topics_, source_.publisher);
  const std::uint64_t had = heard_->sent(topics_, source_.publisher) + since_;
  if (sent > had) {
    tell_gap(first, now.through,
             std::to_string(sent - had) + " events of these topics were " + kLost);
  }
  if (!reason.empty()) tell_gap(first, now.through, "some of these are missing: " + reason);
}

void LiveOrder::tell_gap(std::uint64_t first, std::uint64_t last, std::string reason) {
  uncommitted_ = true;
  ++counters_.gaps;
  sink_.gap(source_,
            {.epoch = source_.epoch, .first = first, .last = last, .reason = std::move(reason)});
}

}  // namespace hookwire
