#include "stream_client.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

namespace hookwire {
namespace {

constexpr std::int64_t kMinHeartbeatNs = 10'000'000;
constexpr std::int64_t kMaxHeartbeatNs = 10'000'000'000;
// Heartbeats at one place that say there is more, until a lost batch is taken for granted.
constexpr int kMaxBehindBeats = 2;

std::int64_t heartbeat_of(const Welcome& welcome) {
  const std::uint64_t most = kMaxHeartbeatNs / 1'000'000;
  const auto ms = static_cast<std::int64_t>(std::min(welcome.heartbeat_ms, most));
  return std::max(ms * 1'000'000, kMinHeartbeatNs);
}

}  // namespace

StreamClient::StreamClient(std::string endpoint, const ClientParts& parts, std::uint64_t instance)
    : parts_(parts),
      endpoint_(std::move(endpoint)),
      instance_(instance),
      feed_({.endpoint = endpoint_,
             .start = parts.options.start,
             .complete = parts.options.topics.empty()},
            parts.sink, parts.cursors, parts.counters),
      backoff_(parts.options.backoff_least, parts.options.backoff_most,
               static_cast<std::uint32_t>(instance)) {}

std::uint64_t StreamClient::attempt() const noexcept {
  return state_ == State::backoff || state_ == State::ended ? 0 : attempt_;
}

std::int64_t StreamClient::silence_ns() const noexcept {
  return std::max(parts_.options.silence.count(), 3 * heartbeat_ns_);
}

void StreamClient::turn(std::int64_t now_ns) {
  // Without a turn for so long this process did not run: the silence was its own, and what came
  // meanwhile is still to be read.
  if (now_ns - std::exchange(now_ns_, now_ns) >= silence_ns()) heard_ns_ = now_ns;
  if (state_ == State::ended) return;
  if (state_ == State::backoff) {
    if (now_ns < retry_ns_) return;
    state_ = State::connecting;
    heartbeat_ns_ = 0;
    heard_ns_ = now_ns;
    if (++attempt_ > 1) ++parts_.counters.reconnects;
    return;
  }
  if (now_ns - heard_ns_ >= silence_ns()) {
    return lose("nothing came for " + std::to_string(silence_ns() / 1'000'000) + " ms");
  }
  if (state_ == State::streaming) send_due();
}

std::int64_t StreamClient::next_turn_ns() const noexcept {
  if (state_ == State::ended) return std::numeric_limits<std::int64_t>::max();
  if (state_ == State::backoff) return retry_ns_;
  std::int64_t due = std::min(heard_ns_ + silence_ns(), now_ns_ + silence_ns() / 2);
  if (state_ == State::streaming) due = std::min(due, duties_.due_ns());
  return due;
}

void StreamClient::link_up(std::int64_t now_ns) {
  now_ns_ = now_ns;
  if (state_ != State::connecting) return;
  heard_ns_ = now_ns;
  state_ = State::opening;
  send(OpenRequest{.version = kStreamVersion,
                   .name = parts_.options.name,
                   .start = feed_.next_start(),
                   .topics = parts_.options.topics,
                   .credit_bytes = parts_.options.credit_bytes,
                   .instance = instance_,
                   .attempt = attempt_});
}

void StreamClient::link_down(std::int64_t now_ns, const std::string& reason) {
  now_ns_ = now_ns;
  if (attempt() != 0) lose(reason);
}

void StreamClient::receive(std::int64_t now_ns, std::span<const Frame> frames) {
  now_ns_ = now_ns;
  if (frames.empty() || (state_ != State::opening && state_ != State::streaming)) return;
  const DecodedReply decoded = decode_reply(frames[0]);
  if (!decoded.reply) return bad_reply(decoded.fault);
  const bool has_records = std::holds_alternative<Batch>(*decoded.reply);
  if (frames.size() != (has_records ? 2u : 1u)) {
    return bad_reply("a reply of " + std::to_string(frames.size()) + " frames");
  }
  if (session_of(*decoded.reply) != session_) return;  // of a session that is over
  heard_ns_ = now_ns;
  frames_ = frames;
  std::visit([this](const auto& reply) { take(reply); }, *decoded.reply);
  frames_ = {};
  if (state_ == State::streaming) send_due();
}

// A welcome is what makes a session, and an error about none is about ours: both pass.
std::uint64_t StreamClient::session_of(const StreamReply& reply) const {
  if (const auto* error = std::get_if<StreamError>(&reply); error != nullptr) {
    return error->session == 0 || state_ == State::opening ? session_ : error->session;
  }
  if (std::holds_alternative<Welcome>(reply)) return session_;
  // While opening session_ is 0, which is no session's number.
  const std::uint64_t named = std::visit([](const auto& kind) { return kind.session; }, reply);
  return state_ == State::opening ? ~std::uint64_t{0} : named;
}

void StreamClient::take(const Welcome& welcome) {
  if (state_ != State::opening) return bad_reply("a second welcome");
  if (welcome.session == 0 || welcome.journal_id == 0 || welcome.start == 0) {
    return bad_reply("a welcome without session, journal or start");
  }
  if (!claim_journal(welcome.journal_id)) {
    return end("this is the journal that " + parts_.journals[welcome.journal_id] +
               " serves already; give each publisher once");
  }
  if (!feed_.welcome(welcome)) {
    return lose("the journal was replaced by one that is known; going on behind its cursor");
  }
  state_ = State::streaming;
  session_ = welcome.session;
  heartbeat_ns_ = heartbeat_of(welcome);
  target_ = welcome.position.last;
  start_pending_ = welcome.start != feed_.expected() || feed_.expected() > target_ + 1;
  told_caught_up_ = false;
  duties_.begin(session_, parts_.options.credit_bytes, heartbeat_ns_, now_ns_);
  behind_beats_ = 0;
  told_connected_ = true;
  told_reason_.clear();
  parts_.log.info(endpoint_ + ": connected to " + welcome.publisher);
  parts_.sink.connected(feed_.source());
  if (!feed_.uncommitted()) tell_caught_up();
}

void StreamClient::take(const Batch& batch) {
  duties_.received(frames_[1].size());
  const std::string wrong = feed_.batch(batch, frames_[1]);
  wrong.empty() ? progressed() : bad_reply(wrong);
}

void StreamClient::take(const StreamGap& gap) {
  const std::string wrong = feed_.gap(gap);
  wrong.empty() ? progressed() : bad_reply(wrong);
}

void StreamClient::take(const RolledBack& rolled_back) {
  feed_.rolled_back(rolled_back);
  progressed();
}

void StreamClient::take(const Heartbeat& heartbeat) {
  if (heartbeat.position.last < feed_.expected()) {
    progressed();
    if (!feed_.uncommitted()) tell_caught_up();
    return;
  }
  if (behind_beats_ == 0 || behind_at_ != feed_.expected()) {
    behind_at_ = feed_.expected();
    behind_beats_ = 0;
  }
  // Those that waited for us together, while we had no credit left, say it once.
  if (behind_beats_ > 0 && now_ns_ - behind_ns_ < heartbeat_ns_ / 2) return;
  behind_ns_ = now_ns_;
  if (++behind_beats_ < kMaxBehindBeats) return;
  lose("the publisher has events through " + std::to_string(heartbeat.position.last) +
       " and sends none behind " + std::to_string(feed_.expected() - 1));
}

void StreamClient::take(const Displaced& /*displaced*/) {
  end("another subscriber opened a session under the name \"" + parts_.options.name + "\"");
}

void StreamClient::take(const Closing& /*closing*/) {
  lose("publisher stopped");
}

void StreamClient::take(const StatusPart& /*part*/) {
  bad_reply("a status that was not asked for");
}

void StreamClient::take(const StreamError& error) {
  const std::string what =
      "the publisher refused: " + std::string(to_string(error.code)) + ": " + error.message;
  if (state_ == State::opening || error.code == StreamError::Code::unknown_session) {
    return lose(what);
  }
  parts_.log.warning(endpoint_ + ": " + what);
  duties_.refused(now_ns_);
}

void StreamClient::progressed() {
  behind_beats_ = 0;
  start_pending_ = false;
  backoff_.reset();
}

void StreamClient::send(const StreamRequest& request) {
  requests_.push_back(encode_request(request));
}

void StreamClient::send_due(bool all) {
  for (const StreamRequest& request : duties_.due(now_ns_, all)) send(request);
}

std::vector<std::vector<std::byte>> StreamClient::take_requests() {
  return std::exchange(requests_, {});
}

void StreamClient::committed(std::int64_t now_ns) {
  now_ns_ = now_ns;
  const std::optional<Cursor> cursor = feed_.commit();
  if (state_ != State::streaming) return;
  if (cursor && cursor->epoch != 0 && !parts_.options.name.empty()) {
    duties_.acknowledge(*cursor);
  }
  send_due();
  tell_caught_up();
}

void StreamClient::tell_caught_up() {
  if (told_caught_up_ || start_pending_ || feed_.expected() <= target_) return;
  told_caught_up_ = true;
  was_caught_up_ = true;
  parts_.sink.caught_up(feed_.source());
}

void StreamClient::forget_uncommitted(std::int64_t now_ns) {
  now_ns_ = now_ns;
  frames_ = {};
  if (!feed_.uncommitted()) return;
  feed_.forget_uncommitted();
  if (attempt() == 0) return;
  state_ = State::backoff;
  session_ = 0;
  requests_.clear();
  retry_ns_ = now_ns + backoff_.next_ns();
}

void StreamClient::close() {
  if (state_ != State::streaming) return;
  send_due(true);
  send(CloseRequest{.session = session_});
}

bool StreamClient::claim_journal(std::uint64_t journal_id) {
  const auto found = parts_.journals.find(journal_id);
  if (found != parts_.journals.end()) return found->second == endpoint_;
  std::erase_if(parts_.journals, [&](const auto& claim) { return claim.second == endpoint_; });
  parts_.journals.emplace(journal_id, endpoint_);
  return true;
}

void StreamClient::bad_reply(const std::string& what) {
  ++parts_.counters.bad_replies;
  parts_.log.warning(endpoint_ + ": a bad reply: " + what);
  lose("a bad reply: " + what);
}

void StreamClient::lose(const std::string& reason) {
  retry_ns_ = now_ns_ + backoff_.next_ns();
  leave(State::backoff, reason);
}

void StreamClient::end(const std::string& reason) {
  parts_.log.error(endpoint_ + ": not followed any more: " + reason);
  leave(State::ended, reason);
}

void StreamClient::leave(State state, const std::string& reason) {
  state_ = state;
  session_ = 0;
  requests_.clear();
  // An endpoint that stays away would say the same with each attempt.
  if (!std::exchange(told_connected_, false) && reason == told_reason_) return;
  told_reason_ = reason;
  parts_.log.info(endpoint_ + ": " + reason);
  parts_.sink.disconnected(endpoint_, reason);
}

}  // namespace hookwire
