#include "hookwire/schemas/stream_message.h"

#include "message_map.h"

namespace hookwire {

namespace {

constexpr DecodeLimits kReplyLimits{.depth = 8, .elements = 1024};

// Every field of a reply must be there.
template <class T>
void take(MessageMap& map, std::string_view key, T& into) {
  map.require(key);
  map.read(key, into);
}

void read(MessageMap& map, StreamPosition& position) {
  take(map, "epoch", position.epoch);
  take(map, "first", position.first);
  take(map, "last", position.last);
  take(map, "durable", position.durable);
}

void read(MessageMap& map, Welcome& reply) {
  take(map, "version", reply.version);
  if (reply.version != kStreamVersion) {
    map.refuse("version", std::to_string(reply.version), "only 1 is spoken here");
  }
  take(map, "publisher", reply.publisher);
  take(map, "journal", reply.journal_id);
  read(map, reply.position);
  take(map, "start", reply.start);
  take(map, "heartbeat_ms", reply.heartbeat_ms);
}

template <class Range>
void read_range(MessageMap& map, Range& range) {
  take(map, "epoch", range.epoch);
  take(map, "first", range.first);
  take(map, "last", range.last);
  if (range.first == 0) map.refuse("first", "0", "sequences begin at 1");
  if (range.last < range.first) {
    map.refuse("last", std::to_string(range.last), "not less than first is allowed");
  }
}

void read(MessageMap& map, Batch& reply) {
  read_range(map, reply);
  take(map, "count", reply.count);
  if (reply.count > 0 && reply.count - 1 > reply.last - reply.first) {
    map.refuse("count", std::to_string(reply.count), "more than the sequences covered");
  }
}

void read(MessageMap& map, StreamGap& reply) {
  read_range(map, reply);
  take(map, "reason", reply.reason);
}

void read(MessageMap& map, RolledBack& reply) {
  take(map, "previous_epoch", reply.previous_epoch);
  take(map, "epoch", reply.epoch);
  take(map, "last", reply.last);
}

void read(MessageMap& map, Heartbeat& reply) {
  read(map, reply.position);
}

void read(MessageMap& /*map*/, Displaced& /*reply*/) {}

void read(MessageMap& map, Closing& reply) {
  take(map, "last", reply.last);
}

void read(MessageMap& map, StreamError& reply) {
  using Code = StreamError::Code;
  std::string word;
  take(map, "code", word);
  bool known = false;
  for (const Code code :
       {Code::malformed, Code::too_large, Code::unknown_type, Code::unknown_session,
        Code::bad_value, Code::version, Code::too_many_sessions, Code::too_many_requests}) {
    if (to_string(code) != word) continue;
    reply.code = code;
    known = true;
  }
  if (!known) map.refuse("code", "no word of the protocol", "see the list of codes");
  take(map, "message", reply.message);
}

void read(MessageMap& map, StatusPart& reply) {
  take(map, "part", reply.part);
  take(map, "parts", reply.parts);
  if (reply.part == 0 || reply.part > reply.parts) {
    map.refuse("part", std::to_string(reply.part), "1 to parts is allowed");
  }
}

DecodedReply refuse(std::string fault) {
  return {.reply = std::nullopt, .fault = std::move(fault)};
}

template <class Reply>
DecodedReply decode_reply_as(const MessageTree& tree, std::string_view type) {
  MessageFault fault;
  MessageMap map(tree, 0, type, fault);
  Reply reply;
  take(map, "session", reply.session);
  read(map, reply);
  if (fault.found()) return refuse(std::move(fault.text));
  return {.reply = std::move(reply), .fault = {}};
}

}  // namespace

DecodedReply decode_reply(std::span<const std::byte> frame) {
  const MessageTree tree(frame, kReplyLimits);
  if (!tree.fault().empty()) return refuse(tree.fault());
  MessageFault fault;
  MessageMap map(tree, 0, "", fault);
  std::string type;
  take(map, "type", type);
  if (fault.found()) return refuse(std::move(fault.text));
  if (type == "welcome") return decode_reply_as<Welcome>(tree, type);
  if (type == "batch") return decode_reply_as<Batch>(tree, type);
  if (type == "gap") return decode_reply_as<StreamGap>(tree, type);
  if (type == "rolled_back") return decode_reply_as<RolledBack>(tree, type);
  if (type == "heartbeat") return decode_reply_as<Heartbeat>(tree, type);
  if (type == "displaced") return decode_reply_as<Displaced>(tree, type);
  if (type == "closing") return decode_reply_as<Closing>(tree, type);
  if (type == "error") return decode_reply_as<StreamError>(tree, type);
  if (type == "status") return decode_reply_as<StatusPart>(tree, type);
  return refuse("the reply's type is not known");
}

}  // namespace hookwire
