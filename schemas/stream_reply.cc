#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/stream_message.h"
#include "hookwire/schemas/utf8.h"

namespace hookwire {

namespace {

// Every reply begins alike, so that a client finds type and session where it looks first.
template <class Reply>
void begin(const Reply& reply, std::size_t more_fields, std::string_view type, BodyWriter& writer) {
  writer.begin_map(2 + more_fields);
  visit_entry("type", type, writer);
  visit_entry("session", reply.session, writer);
}

// Last in its map, so that the rest is whole however long the text is.
void write_cut(std::string_view key, std::string_view text, BodyWriter& writer) {
  constexpr std::size_t kLongestHeader = 5;
  writer.key(key);
  const std::size_t room = writer.room();
  writer.string(cut_utf8(text, room < kLongestHeader ? 0 : room - kLongestHeader));
}

void write(const StreamPosition& position, BodyWriter& writer) {
  visit_entry("epoch", position.epoch, writer);
  visit_entry("first", position.first, writer);
  visit_entry("last", position.last, writer);
  visit_entry("durable", position.durable, writer);
}

void write(const Welcome& reply, BodyWriter& writer) {
  begin(reply, 9, "welcome", writer);
  visit_entry("version", reply.version, writer);
  visit_entry("publisher", reply.publisher, writer);
  visit_entry("journal", reply.journal_id, writer);
  write(reply.position, writer);
  visit_entry("start", reply.start, writer);
  visit_entry("heartbeat_ms", reply.heartbeat_ms, writer);
}

void write(const Batch& reply, BodyWriter& writer) {
  begin(reply, 4, "batch", writer);
  visit_entry("epoch", reply.epoch, writer);
  visit_entry("first", reply.first, writer);
  visit_entry("last", reply.last, writer);
  visit_entry("count", reply.count, writer);
}

void write(const StreamGap& reply, BodyWriter& writer) {
  begin(reply, 4, "gap", writer);
  visit_entry("epoch", reply.epoch, writer);
  visit_entry("first", reply.first, writer);
  visit_entry("last", reply.last, writer);
  write_cut("reason", reply.reason, writer);
}

void write(const RolledBack& reply, BodyWriter& writer) {
  begin(reply, 3, "rolled_back", writer);
  visit_entry("previous_epoch", reply.previous_epoch, writer);
  visit_entry("epoch", reply.epoch, writer);
  visit_entry("last", reply.last, writer);
}

void write(const Heartbeat& reply, BodyWriter& writer) {
  begin(reply, 4, "heartbeat", writer);
  write(reply.position, writer);
}

void write(const Displaced& reply, BodyWriter& writer) {
  begin(reply, 0, "displaced", writer);
}

void write(const Closing& reply, BodyWriter& writer) {
  begin(reply, 1, "closing", writer);
  visit_entry("last", reply.last, writer);
}

void write(const StreamError& reply, BodyWriter& writer) {
  begin(reply, 2, "error", writer);
  visit_entry("code", to_string(reply.code), writer);
  write_cut("message", reply.message, writer);
}

void write(const StatusPart& reply, BodyWriter& writer) {
  begin(reply, 2, "status", writer);
  visit_entry("part", reply.part, writer);
  visit_entry("parts", reply.parts, writer);
}

}  // namespace

std::span<const std::byte> encode_reply(const StreamReply& reply,
                                        std::span<std::byte> into) noexcept {
  BodyWriter writer(into);
  std::visit([&](const auto& kind) { write(kind, writer); }, reply);
  if (writer.overflowed()) writer.rewind(0);
  return writer.written();
}

}  // namespace hookwire
