#include "session_duties.h"

#include <algorithm>

namespace hookwire {
namespace {

// The publisher takes 100 requests a second from a session: at most 50 of them are for credit and
// 10 are acknowledgements.
constexpr std::int64_t kCreditPauseNs = 20'000'000;
constexpr std::int64_t kAckPauseNs = 100'000'000;
constexpr std::int64_t kRefusedPauseNs = 1'000'000'000;

}  // namespace

void SessionDuties::begin(std::uint64_t session, std::uint64_t credit_bytes,
                          std::int64_t heartbeat_ns, std::int64_t now_ns) {
  *this = {};
  session_ = session;
  credit_bytes_ = granted_bytes_ = credit_bytes;
  heartbeat_ns_ = heartbeat_ns;
  credit_due_ns_ = ack_due_ns_ = sent_ns_ = now_ns;
}

void SessionDuties::refused(std::int64_t now_ns) noexcept {
  granted_bytes_ = std::min(granted_bytes_, received_bytes_);
  credit_due_ns_ = ack_due_ns_ = now_ns + kRefusedPauseNs;
}

std::int64_t SessionDuties::due_ns() const noexcept {
  std::int64_t due = sent_ns_ + heartbeat_ns_;
  if (acknowledge_.sequence != 0) due = std::min(due, ack_due_ns_);
  if (wants_credit()) due = std::min(due, credit_due_ns_);
  return due;
}

std::vector<StreamRequest> SessionDuties::due(std::int64_t now_ns, bool all) {
  std::vector<StreamRequest> requests;
  if (wants_credit() && now_ns >= credit_due_ns_) {
    granted_bytes_ = received_bytes_ + credit_bytes_;
    credit_due_ns_ = now_ns + kCreditPauseNs;
    requests.push_back(CreditRequest{.session = session_, .credit_bytes = granted_bytes_});
  }
  if (acknowledge_.sequence != 0 && (all || now_ns >= ack_due_ns_)) {
    ack_due_ns_ = now_ns + kAckPauseNs;
    requests.push_back(AckRequest{
        .session = session_, .epoch = acknowledge_.epoch, .sequence = acknowledge_.sequence});
    acknowledge_ = {};
  }
  if (requests.empty() && now_ns - sent_ns_ >= heartbeat_ns_) {
    requests.push_back(PingRequest{.session = session_});
  }
  if (!requests.empty()) sent_ns_ = now_ns;
  return requests;
}

}  // namespace hookwire
