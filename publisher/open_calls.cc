#include "open_calls.h"

#include <algorithm>
#include <optional>

#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/phase.h"

namespace hookwire {

void OpenCalls::see(const RecordView& record) {
  as_of_ = record.sequence;
  const std::optional<Phase> phase = phase_of(record.kind);
  if (phase != Phase::pre && phase != Phase::post && phase != Phase::failure) return;
  const std::optional<std::string_view> call_id = peek_string(record.body, body_keys::kCallId);
  if (!call_id) return;
  if (phase != Phase::pre) {
    const auto call = calls_.find(*call_id);
    if (call != calls_.end()) calls_.erase(call);
  } else if (calls_.size() < kMaxCalls) {
    calls_.emplace(*call_id, record.sequence);
  } else {
    ++overlooked_;
  }
}

bool OpenCalls::add_listed(const Value& data) {
  const Value* as_of = data.find("as_of");
  const Value* calls = data.find("calls");
  if (as_of == nullptr || as_of->unsigned_integer() == nullptr || calls == nullptr ||
      calls->list() == nullptr) {
    return false;
  }
  as_of_ = *as_of->unsigned_integer();
  for (const Value& call : *calls->list()) {
    const Value::List* pair = call.list();
    if (pair == nullptr || pair->size() != 2 || (*pair)[0].string() == nullptr ||
        (*pair)[1].unsigned_integer() == nullptr || calls_.size() >= kMaxCalls) {
      return false;
    }
    calls_.emplace(*(*pair)[0].string(), *(*pair)[1].unsigned_integer());
  }
  return true;
}

std::vector<OpenCalls::Call> OpenCalls::list() const {
  std::vector<Call> calls;
  calls.reserve(calls_.size());
  for (const auto& [call_id, sequence] : calls_) calls.push_back({call_id, sequence});
  std::sort(calls.begin(), calls.end(),
            [](const Call& a, const Call& b) { return a.pre_sequence < b.pre_sequence; });
  return calls;
}

std::vector<Value> OpenCalls::parts() const {
  const std::vector<Call> calls = list();
  std::vector<Value> parts;
  std::size_t next = 0;
  do {
    Value::List listed;
    for (; next < calls.size() && listed.size() < kCallsPerPart; ++next) {
      listed.emplace_back(Value::List{calls[next].call_id, calls[next].pre_sequence});
    }
    parts.emplace_back(Value::Map{{"as_of", as_of_}, {"calls", std::move(listed)}});
  } while (next < calls.size());
  return parts;
}

}  // namespace hookwire
