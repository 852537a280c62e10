#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "hookwire/base/error.h"

#include "stream_server.h"
#include "stream_start.h"

// The half of StreamServer that listens: what each request does, and what it is refused for.

namespace hookwire {

using Code = StreamError::Code;

bool StreamServer::take_requests() {
  int taken = 0;
  while (taken < kRequestsPerStep && transport_.receive(request_)) {
    take(request_);
    ++taken;
  }
  return taken > 0;
}

void StreamServer::take(const IncomingRequest& request) {
  Client* const client = find_peer(request.peer);
  const bool allowed =
      client != nullptr ? client->session.hear(now_ns_) : strangers_.take(request.peer, now_ns_);
  if (!allowed) {
    return refuse(request.peer,
                  {.session = client != nullptr ? client->session.id() : 0,
                   .code = Code::too_many_requests,
                   .message = "more than " + std::to_string(options_.limits.requests_per_second) +
                              " requests a second; wait a second"});
  }
  if (!request.whole) {
    return refuse(request.peer, {.code = Code::malformed, .message = "a request has one frame"});
  }
  const DecodedRequest decoded = decode_request(request.frame);
  if (!decoded.request) return refuse(request.peer, decoded.refusal);
  std::visit([&](const auto& kind) { obey(request.peer, kind); }, *decoded.request);
}

void StreamServer::refuse(const std::string& peer, StreamError error) {
  ++counters_.refused_requests;
  ++counters_.refused_by_code[std::string(to_string(error.code))];
  std::array<std::byte, 512> room;
  // Best effort: who does not read refusals does not get them.
  transport_.send(peer, encode_reply(error, room), nullptr);
}

void StreamServer::obey(const std::string& peer, const OpenRequest& request) {
  if (!may_open(peer, request)) return;
  StreamBeginning beginning;
  try {
    beginning = find_start(journal_, resolve(request));
  } catch (const Error& error) {
    cursors_.release(request.name);
    log_.error(std::string("the relay cannot find where a client starts: ") + error.what());
    return refuse(peer, {.code = Code::bad_value,
                         .message = "start cannot be read in the journal now; try again"});
  }
  // A peer that opens again has no fresh allowance: each open looks up a place in the journal.
  StreamRate rate(options_.limits.requests_per_second, now_ns_);
  if (const Client* const before = find_peer(peer)) rate = before->session.rate();
  if (Client* const before = find_peer(peer)) end(*before);
  if (Client* const before = find_name(request.name)) displace(*before);
  if (!request.name.empty()) reserve(request.name);

  StreamSession::Identity identity{
      .session = new_session_id(), .peer = peer, .now_ns = now_ns_, .rate = rate};
  clients_.push_back(std::make_unique<Client>(
      Client{StreamSession(transport_, buffers_, std::move(identity), request, beginning.sequence),
             nullptr}));
  Client& client = *clients_.back();
  welcome(client, beginning.sequence);
  if (beginning.rolled_back) {
    beginning.rolled_back->session = client.session.id();
    client.session.queue(*beginning.rolled_back);
  }
}

bool StreamServer::may_open(const std::string& peer, const OpenRequest& request) {
  if (const Client* const before = find_name(request.name);
      before != nullptr && before->session.is_later_than(request)) {
    refuse(peer, {.code = Code::bad_value,
                  .message = "open.attempt is " + std::to_string(request.attempt) +
                             ", this client has a session of a later one"});
    return false;
  }
  const auto stays = [&](const auto& client) {
    const StreamSession& session = client->session;
    const bool displaced = !request.name.empty() && session.name() == request.name;
    return !client->over && !displaced && session.peer() != peer;
  };
  const auto staying = std::count_if(clients_.begin(), clients_.end(), stays);
  if (static_cast<std::size_t>(staying) >= options_.limits.sessions) {
    refuse(peer, {.code = Code::too_many_sessions,
                  .message = "there are " + std::to_string(staying) +
                             " sessions already; try again when one is over"});
    return false;
  }
  if (!request.name.empty() && !reserve(request.name)) {
    refuse(peer, {.code = Code::bad_value,
                  .message = "open.name is new, and there are " +
                             std::to_string(StreamCursors::kMaxNames) +
                             " named cursors already; use one of them or none"});
    return false;
  }
  return true;
}

StreamStart StreamServer::resolve(const OpenRequest& request) const {
  if (request.start.from != StreamStart::From::cursor) return request.start;
  const StreamCursor cursor = cursors_.find(request.name);
  if (cursor.sequence == 0) return {.from = StreamStart::From::earliest};
  return {.from = StreamStart::From::sequence,
          .sequence = cursor.sequence + 1,
          .journal_id = journal_.journal_id(),
          .epoch = cursor.epoch};
}

void StreamServer::welcome(Client& client, std::uint64_t start) {
  const auto heartbeat =
      std::chrono::duration_cast<std::chrono::milliseconds>(options_.limits.heartbeat);
  client.session.queue(Welcome{.version = kStreamVersion,
                               .session = client.session.id(),
                               .publisher = options_.publisher,
                               .journal_id = journal_.journal_id(),
                               .position = position(),
                               .start = start,
                               .heartbeat_ms = static_cast<std::uint64_t>(heartbeat.count())});
}

void StreamServer::displace(Client& client) {
  ++counters_.displaced_sessions;
  client.session.queue(Displaced{.session = client.session.id()});
  client.session.flush(now_ns_);  // one that does not take it learns from its next request
  end(client);
}

StreamServer::Client* StreamServer::require(const std::string& peer, std::uint64_t session) {
  Client* const client = find_peer(peer);
  if (client != nullptr && client->session.id() == session) return client;
  refuse(peer, {.session = session,
                .code = Code::unknown_session,
                .message = "there is no such session here any more; open again"});
  return nullptr;
}

void StreamServer::obey(const std::string& peer, const CreditRequest& request) {
  Client* const client = require(peer, request.session);
  if (client == nullptr) return;
  if (const auto refusal = client->session.raise_credit(request.credit_bytes)) {
    refuse(peer,
           {.session = request.session, .code = Code::bad_value, .message = "credit." + *refusal});
  }
}

void StreamServer::obey(const std::string& peer, const AckRequest& request) {
  Client* const client = require(peer, request.session);
  if (client == nullptr) return;
  StreamSession& session = client->session;
  if (const auto refusal = session.acknowledge(request)) {
    return refuse(
        peer, {.session = request.session, .code = Code::bad_value, .message = "ack." + *refusal});
  }
  if (session.name().empty() || !session.has_told(request.sequence)) return;
  cursors_.move(session.name(), {.epoch = request.epoch, .sequence = request.sequence});
}

void StreamServer::obey(const std::string& peer, const PingRequest& request) {
  require(peer, request.session);
}

void StreamServer::obey(const std::string& peer, const CloseRequest& request) {
  if (Client* const client = require(peer, request.session)) end(*client);
}

}  // namespace hookwire
