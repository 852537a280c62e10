#include "stream_server.h"

#include <algorithm>
#include <utility>

#include "hookwire/base/error.h"

#include "stream_start.h"

namespace hookwire {
namespace {

constexpr std::int64_t kServePauseNs = 1'000'000'000;
// Without an event for so long nobody counts as live: there is no latency to keep low.
constexpr std::int64_t kLiveNs = 10'000'000'000;

}  // namespace

StreamServer::StreamServer(FileSystem& file_system, const Clock& clock, Log& log,
                           StreamTransport& transport, StreamBufferPool& buffers,
                           StreamServerOptions options)
    : file_system_(file_system),
      clock_(clock),
      log_(log),
      transport_(transport),
      buffers_(buffers),
      options_(std::move(options)),
      journal_(file_system, options_.journal_folder),
      feed_(file_system, options_.journal_folder, buffers),
      cursors_(file_system, log, options_.journal_folder, journal_.journal_id(),
               options_.retained.names),
      absent_(file_system, log, options_.journal_folder, options_.retained),
      strangers_(options_.limits.requests_per_second, clock.steady_ns()),
      reports_(clock.steady_ns()) {}

bool StreamServer::step() {
  now_ns_ = clock_.steady_ns();
  bool worked = take_requests();
  worked |= serve_all();
  std::erase_if(clients_, [](const auto& client) { return client->over; });
  cursors_.save_when_due(now_ns_);
  absent_.look_when_due(now_ns_, cursors_.all());
  return worked;
}

// Those that keep up come first, chunk by chunk together, since they share what is read. Those
// behind share what a step may spend on them: however many they are, what is appended meanwhile
// waits for a few chunks and not for all of theirs.
bool StreamServer::serve_all() {
  bool worked = serve_front();
  note_live();
  worked |= serve_behind();
  return worked;
}

bool StreamServer::serve_front() {
  const std::size_t turn = turn_++;
  bool worked = false;
  bool more = true;
  for (int n = 0; n < kChunksPerTurn && more; ++n) {
    more = false;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      Client& client = *clients_[(turn + i) % clients_.size()];
      int one = 1;
      if (!is_behind(client)) more |= serve(client, one);
    }
    worked |= more;
  }
  return worked;
}

bool StreamServer::serve_behind() {
  int left = paced_ ? kChunksPaced : kChunksBehind;
  bool worked = false;
  held_back_ = false;
  const std::size_t turn = behind_turn_;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    Client& client = *clients_[(turn + i) % clients_.size()];
    if (!is_behind(client)) continue;
    const bool open = !paced_ || pace_.is_open(now_ns_);
    held_back_ |= !open;
    const int allowed = open ? left : 0;
    const std::uint64_t sent_before = client.session.sent_bytes();
    int unused = allowed;
    worked |= serve(client, unused);
    if (unused == allowed) continue;
    left -= allowed - unused;
    behind_turn_ = (turn + i + 1) % clients_.size();
    // What a filter keeps back was read all the same.
    const std::uint64_t sent = client.session.sent_bytes() - sent_before;
    if (paced_) pace_.spend(sent > 0 ? sent : kBlockBytes);
  }
  return worked;
}

void StreamServer::note_live() {
  const std::uint64_t last = journal_.last_sequence();
  bool any_live = false;
  bool any_behind = false;
  for (const auto& client : clients_) {
    const bool behind = is_behind(*client);
    client->live = !behind && (client->live || client->session.position() > last);
    any_live |= client->live && !client->over;
    any_behind |= behind && !client->over;
  }
  const bool fresh = now_ns_ < new_ns_ + kLiveNs;
  paced_ = any_live && any_behind && fresh && !hurry_;
}

void StreamServer::note_new() {
  new_ns_ = now_ns_;
  const std::span<const std::byte> records = feed_.records();
  if (!paced_ || records.empty()) return;
  pace_.came(clock_.unix_ns() - decode_record(records).record.time_ns);
  const auto behind = std::count_if(clients_.begin(), clients_.end(), [&](const auto& client) {
    return !client->over && is_behind(*client);
  });
  pace_.add(records.size() * static_cast<std::size_t>(behind));
}

void StreamServer::woke(std::int64_t late_ns) noexcept {
  if (held_back_ && late_ns >= 0) pace_.came(late_ns);
}

bool StreamServer::is_behind(const Client& client) const noexcept {
  return client.session.position() < feed_.first();
}

bool StreamServer::serve(Client& client, int& chunks) {
  if (client.over) return false;
  StreamSession& session = client.session;
  if (now_ns_ - session.heard_ns() > options_.limits.silence.count()) {
    ++counters_.expired_sessions;
    end(client);
    return true;
  }
  bool worked = false;
  StreamSend sent = StreamSend::sent;
  for (;; --chunks) {
    sent = session.flush(now_ns_);
    if (sent != StreamSend::sent || chunks == 0 || !advance(client)) break;
    worked = true;
  }
  const bool quiet = now_ns_ - session.sent_ns() >= options_.limits.heartbeat.count();
  if (sent == StreamSend::sent && quiet) {
    session.queue_heartbeat(position());
    sent = session.flush(now_ns_);
    worked = true;
  }
  if (sent != StreamSend::gone) return worked;
  end(client);
  return true;
}

bool StreamServer::advance(Client& client) {
  if (now_ns_ < resume_ns_) return false;
  try {
    StreamSession& session = client.session;
    if (!is_behind(client)) {
      client.reader.reset();
      const std::uint64_t next = feed_.next();
      const bool advanced = session.advance(feed_);
      if (feed_.next() != next && client.live) note_new();
      return advanced;
    }
    if (!client.reader) {
      client.reader =
          std::make_unique<StreamReader>(file_system_, options_.journal_folder, buffers_);
    }
    // No further than the feed's chunk begins, so that one who catches up comes to share it.
    return session.advance(*client.reader, feed_.first());
  } catch (const Error& error) {
    client.reader.reset();
    resume_ns_ = now_ns_ + kServePauseNs;
    log_.error(std::string("the relay cannot read the journal and will try again: ") +
               error.what());
    return false;
  }
}

std::chrono::nanoseconds StreamServer::idle_for() const {
  const std::int64_t now_ns = clock_.steady_ns();
  std::int64_t due_ns = std::min(cursors_.due_ns(), now_ns + kServePauseNs);
  if (held_back_) due_ns = std::min(due_ns, pace_.due_ns());
  for (const auto& client : clients_) {
    const StreamSession& session = client->session;
    due_ns = std::min(due_ns, session.heard_ns() + options_.limits.silence.count() + 1);
    due_ns =
        std::min(due_ns, session.waiting() ? session.retry_ns()
                                           : session.sent_ns() + options_.limits.heartbeat.count());
  }
  return std::chrono::nanoseconds(std::max<std::int64_t>(due_ns - now_ns, 0));
}

bool StreamServer::drained() {
  const std::uint64_t last = journal_.last_sequence();
  return std::all_of(clients_.begin(), clients_.end(), [&](const auto& client) {
    return client->over || (!client->session.waiting() && client->session.position() > last);
  });
}

void StreamServer::close() {
  now_ns_ = clock_.steady_ns();
  for (const auto& client : clients_) {
    if (client->over || client->session.flush(now_ns_) != StreamSend::sent) continue;
    client->session.queue_closing();
    client->session.flush(now_ns_);
  }
  clients_.clear();
  cursors_.save();
}

RelayStatus StreamServer::status() {
  RelayStatus status = counters_;
  status.first_sequence = journal_.first_sequence();
  status.last_sequence = journal_.last_sequence();
  for (const auto& client : clients_) {
    if (client->over) continue;
    SessionStatus& session = status.sessions.emplace_back(client->session.status());
    session.lag = status.last_sequence + 1 - std::min(session.position, status.last_sequence + 1);
  }
  for (const auto& [name, cursor] : cursors_.all()) {
    const std::uint64_t kept = kept_of(cursor);
    status.cursors.push_back({.name = name,
                              .epoch = cursor.epoch,
                              .sequence = cursor.sequence,
                              .lag = status.last_sequence - std::min(kept, status.last_sequence),
                              .connected = find_name(name) != nullptr,
                              .passed = cursor.sequence > 0 && kept + 1 < status.first_sequence});
  }
  return status;
}

bool StreamServer::reserve(const std::string& name) {
  return cursors_.reserve(name, journal_.first_sequence(),
                          [this](const std::string& other) { return find_name(other) != nullptr; });
}

// The status is asked for often, and what an older epoch kept does not change.
std::uint64_t StreamServer::kept_of(const StreamCursor& cursor) {
  const std::uint32_t epoch = journal_.epoch();
  if (cursor.epoch >= epoch) return cursor.sequence;
  if (std::exchange(kept_epoch_, epoch) != epoch || kept_.size() > StreamCursors::kMaxNames) {
    kept_.clear();
  }
  const auto [found, fresh] = kept_.try_emplace(cursor, 0);
  if (fresh) found->second = last_survivor(journal_, cursor.sequence, cursor.epoch);
  return found->second;
}

StreamPosition StreamServer::position() {
  return {.epoch = journal_.epoch(),
          .first = journal_.first_sequence(),
          .last = journal_.last_sequence(),
          .durable = journal_.durable_sequence()};
}

std::uint64_t StreamServer::new_session_id() {
  std::uint64_t id = 0;
  while (id == 0) id = (std::uint64_t{random_()} << 32) | random_();
  return id;
}

void StreamServer::end(Client& client) {
  client.over = true;
  client.reader.reset();
  if (!client.session.name().empty()) cursors_.release(client.session.name());
}

StreamServer::Client* StreamServer::find_peer(std::string_view peer) {
  for (const auto& client : clients_) {
    if (!client->over && client->session.peer() == peer) return client.get();
  }
  return nullptr;
}

StreamServer::Client* StreamServer::find_name(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const auto& client : clients_) {
    if (!client->over && client->session.name() == name) return client.get();
  }
  return nullptr;
}

}  // namespace hookwire
