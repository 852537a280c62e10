#include "hookwire/schemas/stream_message.h"

#include "message_map.h"
#include "stream_limits.h"

namespace hookwire {

namespace {

using Code = StreamError::Code;

constexpr DecodeLimits kRequestLimits{.depth = 8, .elements = 1024};

void read(MessageMap& map, StreamStart& start) {
  using From = StreamStart::From;
  std::string word;
  map.require("from");
  map.read("from", word);
  bool known = false;
  for (const From from : {From::earliest, From::latest, From::sequence, From::time, From::cursor}) {
    if (to_string(from) != word) continue;
    start.from = from;
    known = true;
  }
  if (!known) {
    map.refuse("from", "no word of the protocol",
               "earliest, latest, sequence, time or cursor is allowed");
  }
  map.read("sequence", start.sequence);
  map.read("journal", start.journal_id);
  map.read("epoch", start.epoch);
  map.read("time_ns", start.time_ns);
}

void read(MessageMap& map, OpenRequest& request) {
  map.read("name", request.name);
  if (std::optional<MessageMap> start = map.map("start")) read(*start, request.start);
  map.read("topics", request.topics);
  map.require("credit_bytes");
  map.read("credit_bytes", request.credit_bytes);
  map.read("instance", request.instance);
  map.read("attempt", request.attempt);
  if (const std::optional<LimitBreach> breach = find_breach(request)) {
    map.refuse(breach->field, breach->is, breach->allowed);
  }
}

void read_session(MessageMap& map, std::uint64_t& session) {
  map.require("session");
  map.read("session", session);
}

void read(MessageMap& map, CreditRequest& request) {
  read_session(map, request.session);
  map.require("credit_bytes");
  map.read("credit_bytes", request.credit_bytes);
}

void read(MessageMap& map, AckRequest& request) {
  read_session(map, request.session);
  map.require("epoch");
  map.read("epoch", request.epoch);
  map.require("sequence");
  map.read("sequence", request.sequence);
}

void read(MessageMap& map, PingRequest& request) {
  read_session(map, request.session);
}

void read(MessageMap& map, CloseRequest& request) {
  read_session(map, request.session);
}

void read(MessageMap& /*map*/, StatusRequest& /*request*/) {}

DecodedRequest refuse(Code code, std::string message, std::uint64_t session = 0) {
  return {.request = std::nullopt,
          .refusal = {.session = session, .code = code, .message = std::move(message)}};
}

template <class Request>
DecodedRequest decode_request_as(const MessageTree& tree, std::string_view type) {
  MessageFault fault;
  MessageMap map(tree, 0, type, fault);
  Request request;
  read(map, request);
  if (!fault.found()) return {.request = std::move(request), .refusal = {}};
  std::uint64_t session = 0;
  if constexpr (requires { request.session; }) session = request.session;
  return refuse(fault.out_of_range ? Code::bad_value : Code::malformed, std::move(fault.text),
                session);
}

DecodedRequest decode_open(const MessageTree& tree) {
  // Before all else: another version may give the other fields another shape.
  MessageFault fault;
  MessageMap map(tree, 0, "open", fault);
  std::uint64_t version = 0;
  map.require("version");
  map.read("version", version);
  if (fault.found()) return refuse(Code::malformed, std::move(fault.text));
  if (version != kStreamVersion) {
    return refuse(Code::version, "open.version is " + std::to_string(version) + ", only " +
                                     std::to_string(kStreamVersion) + " is spoken here");
  }
  return decode_request_as<OpenRequest>(tree, "open");
}

}  // namespace

DecodedRequest decode_request(std::span<const std::byte> frame) {
  if (frame.size() > kMaxRequestBytes) {
    return refuse(Code::too_large, "the request is of " + std::to_string(frame.size()) +
                                       " bytes, at most " + std::to_string(kMaxRequestBytes) +
                                       " are allowed");
  }
  const MessageTree tree(frame, kRequestLimits);
  if (!tree.fault().empty()) return refuse(Code::malformed, tree.fault());
  MessageFault fault;
  MessageMap map(tree, 0, "", fault);
  std::string type;
  map.require("type");
  map.read("type", type);
  if (fault.found()) return refuse(Code::malformed, std::move(fault.text));
  if (type == "open") return decode_open(tree);
  if (type == "credit") return decode_request_as<CreditRequest>(tree, type);
  if (type == "ack") return decode_request_as<AckRequest>(tree, type);
  if (type == "ping") return decode_request_as<PingRequest>(tree, type);
  if (type == "close") return decode_request_as<CloseRequest>(tree, type);
  if (type == "status") return decode_request_as<StatusRequest>(tree, type);
  return refuse(Code::unknown_type,
                "the request's type is none of open, credit, ack, ping, close, status");
}

}  // namespace hookwire
