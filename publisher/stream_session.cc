#include "stream_session.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <variant>

namespace hookwire {
namespace {

constexpr std::size_t kReplyBytes = 1024;  // a publisher's name may be long
// A full queue is looked at again after this long: ZeroMQ does not tell when it has room.
constexpr std::int64_t kRetryNs = 1'000'000;

}  // namespace

StreamSession::StreamSession(StreamTransport& transport, StreamBufferPool& buffers,
                             Identity identity, const OpenRequest& open, std::uint64_t start)
    : transport_(transport),
      buffers_(buffers),
      identity_(std::move(identity)),
      name_(open.name),
      instance_(open.instance),
      attempt_(open.attempt),
      prefixes_(open.topics),
      start_(start),
      position_(start),
      told_(start - 1),
      credit_bytes_(open.credit_bytes),
      heard_ns_(identity_.now_ns),
      sent_ns_(identity_.now_ns) {}

SessionStatus StreamSession::status() const {
  return {.session = id(),
          .name = name_,
          .position = position_,
          .acknowledged = acknowledged_,
          .sent_records = sent_records_,
          .sent_bytes = sent_bytes_,
          .gap_records = gap_records_};
}

bool StreamSession::hear(std::int64_t now_ns) noexcept {
  heard_ns_ = now_ns;
  return identity_.rate.take(now_ns);
}

std::optional<std::string> StreamSession::raise_credit(std::uint64_t credit_bytes) {
  if (credit_bytes > sent_bytes_ + kMaxCreditBytes) {
    return "credit_bytes is " + std::to_string(credit_bytes) + ", at most " +
           std::to_string(kMaxCreditBytes) + " more than the " + std::to_string(sent_bytes_) +
           " sent is allowed";
  }
  credit_bytes_ = std::max(credit_bytes_, credit_bytes);
  return std::nullopt;
}

std::optional<std::string> StreamSession::acknowledge(const AckRequest& ack) {
  if (ack.sequence > told_) {
    return "sequence is " + std::to_string(ack.sequence) + ", only " + std::to_string(told_) +
           " was reached in this session";
  }
  const bool told_here = ack.sequence >= start_;
  if (told_here && (ack.epoch == 0 || ack.epoch > epoch_)) {
    return "epoch is " + std::to_string(ack.epoch) + ", this session is at epoch " +
           std::to_string(epoch_);
  }
  if (told_here) acknowledged_ = std::max(acknowledged_, ack.sequence);
  return std::nullopt;
}

bool StreamSession::matches(std::string_view topic) const noexcept {
  return std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const std::string& prefix) { return topic.starts_with(prefix); });
}

bool StreamSession::advance(StreamReader& reader, std::uint64_t before) {
  const JournalChunk& chunk = reader.read(position_);
  if (chunk.kind == JournalChunk::Kind::end) {
    if (reader.next() <= position_) return false;
    queue_gap(epoch_, reader.next() - 1, "retention");
    return true;
  }
  if (chunk.first > position_) {
    queue_gap(chunk.epoch, chunk.first - 1, "retention");
    return true;
  }
  if (chunk.kind == JournalChunk::Kind::gap) {
    queue_gap(chunk.epoch, chunk.last, chunk.reason);
    return true;
  }
  if (chunk.epoch != epoch_) queue_coverage();  // a batch has one epoch
  epoch_ = chunk.epoch;
  return prefixes_.empty() ? send_all(reader, chunk, before) : send_matching(chunk, before);
}

bool StreamSession::send_all(StreamReader& reader, const JournalChunk& chunk,
                             std::uint64_t before) {
  std::size_t begin = 0;
  std::size_t end = chunk.records.size();
  std::uint64_t last = chunk.last;
  const bool whole = chunk.first == position_ && chunk.last < before && end <= credit_left();
  if (!whole) {
    end = 0;
    last = position_ - 1;
    while (end < chunk.records.size()) {
      const RecordView record = decode_record(chunk.records.subspan(end)).record;
      const std::size_t size = record.bytes.size();
      if (record.sequence < position_) begin = end + size;
      if (size == 0 || record.sequence >= before) break;
      if (end + size > begin + credit_left()) break;
      end += size;
      last = record.sequence;
    }
    if (last < position_) return false;
  }
  const std::uint64_t count = last + 1 - position_;
  position_ = last + 1;
  const StreamBufferRef& buffer = reader.shared();
  queue_batch({buffer, buffer->bytes().subspan(begin, end - begin)}, count);
  return true;
}

bool StreamSession::send_matching(const JournalChunk& chunk, std::uint64_t before) {
  StreamBytes matching;
  std::size_t used = 0;
  std::uint64_t count = 0;
  std::uint64_t last = position_ - 1;
  std::span<const std::byte> rest = chunk.records;
  while (!rest.empty()) {
    const RecordView record = decode_record(rest).record;
    const std::size_t size = record.bytes.size();
    if (size == 0 || record.sequence >= before) break;
    rest = rest.subspan(size);
    if (record.sequence < position_) continue;
    if (matches(record.topic)) {
      if (used + size > credit_left()) break;
      if (!matching.buffer) matching.buffer = buffers_.acquire();
      std::memcpy(matching.buffer->bytes().data() + used, record.bytes.data(), size);
      used += size;
      ++count;
    }
    last = record.sequence;
  }
  if (last < position_) return false;
  position_ = last + 1;
  if (count > 0) {
    matching.bytes = matching.buffer->bytes().first(used);
    queue_batch(std::move(matching), count);
  }
  return true;
}

void StreamSession::queue_batch(StreamBytes records, std::uint64_t count) {
  sent_bytes_ += records.bytes.size();
  sent_records_ += count;
  outbox_.push_back({Batch{.session = id(),
                           .epoch = epoch_,
                           .first = told_ + 1,
                           .last = position_ - 1,
                           .count = count},
                     std::move(records)});
  told_ = position_ - 1;
}

void StreamSession::queue_coverage() {
  if (told_ + 1 < position_) queue_batch({}, 0);
}

void StreamSession::queue_gap(std::uint32_t epoch, std::uint64_t last, std::string_view reason) {
  queue_coverage();
  queue(StreamGap{.session = id(),
                  .epoch = epoch,
                  .first = position_,
                  .last = last,
                  .reason = std::string(reason)});
  epoch_ = std::max(epoch_, epoch);
  gap_records_ += last + 1 - position_;
  position_ = last + 1;
  told_ = last;
}

void StreamSession::queue_heartbeat(const StreamPosition& position) {
  queue_coverage();
  queue(Heartbeat{.session = id(), .position = position});
}

void StreamSession::queue_closing() {
  queue_coverage();
  queue(Closing{.session = id(), .last = told_});
}

StreamSend StreamSession::flush(std::int64_t now_ns) {
  if (outbox_.empty()) return StreamSend::sent;
  if (now_ns < retry_ns_) return StreamSend::would_block;
  std::array<std::byte, kReplyBytes> room;
  StreamSend outcome = StreamSend::sent;
  auto next = outbox_.begin();
  for (; next != outbox_.end(); ++next) {
    const bool batch = std::holds_alternative<Batch>(next->reply);
    outcome =
        transport_.send(peer(), encode_reply(next->reply, room), batch ? &next->records : nullptr);
    if (outcome != StreamSend::sent) break;
    sent_ns_ = now_ns;
  }
  outbox_.erase(outbox_.begin(), next);
  if (outcome != StreamSend::sent) retry_ns_ = now_ns + kRetryNs;
  return outcome;
}

}  // namespace hookwire
