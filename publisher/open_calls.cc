#include "open_calls.h"

#include <algorithm>
#include <optional>

#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/event_decoder.h"
#include "hookwire/schemas/phase.h"
#include "hookwire/schemas/topic.h"

namespace hookwire {

void OpenCalls::see(const RecordView& record) {
  const std::optional<Phase> phase = phase_of(record.kind);
  const bool of_call = phase == Phase::pre || phase == Phase::post || phase == Phase::failure;
  const std::optional<std::string_view> call_id =
      of_call ? peek_string(record.body, body_keys::kCallId) : std::nullopt;
  if (call_id && phase != Phase::pre) {
    const auto call = calls_.find(*call_id);
    if (call != calls_.end()) calls_.erase(call);
  } else if (call_id && calls_.size() < kMaxCalls) {
    const std::optional<TopicParts> topic = parse_topic(record.topic);
    calls_.emplace(*call_id,
                   Pre{record.sequence, std::string(topic ? topic->method : std::string_view())});
  } else if (call_id) {
    ++overlooked_;
  }
  as_of_ = record.sequence;  // last: without memory for a call, it is seen again
}

bool OpenCalls::add_listed(const Value& data) {
  const Value* as_of = data.find("as_of");
  const Value* calls = data.find("calls");
  if (as_of == nullptr || as_of->unsigned_integer() == nullptr || calls == nullptr ||
      calls->list() == nullptr) {
    return false;
  }
  // Lists of earlier versions have no methods.
  const Value* const methods = data.find("methods");
  const Value::List* const names = methods == nullptr ? nullptr : methods->list();
  if (methods != nullptr && (names == nullptr || names->size() != calls->list()->size())) {
    return false;
  }
  as_of_ = *as_of->unsigned_integer();
  for (std::size_t i = 0; i < calls->list()->size(); ++i) {
    const Value::List* pair = (*calls->list())[i].list();
    if (pair == nullptr || pair->size() != 2 || (*pair)[0].string() == nullptr ||
        (*pair)[1].unsigned_integer() == nullptr || calls_.size() >= kMaxCalls) {
      return false;
    }
    if (names != nullptr && (*names)[i].string() == nullptr) return false;
    calls_.emplace(*(*pair)[0].string(),
                   Pre{*(*pair)[1].unsigned_integer(),
                       names == nullptr ? std::string() : *(*names)[i].string()});
  }
  return true;
}

std::vector<OpenCalls::Call> OpenCalls::list() const {
  std::vector<Call> calls;
  calls.reserve(calls_.size());
  for (const auto& [call_id, pre] : calls_) calls.push_back({call_id, pre.sequence, pre.method});
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
    Value::List methods;
    for (std::size_t bytes = 0;
         next < calls.size() && listed.size() < kCallsPerPart && bytes < kBytesPerPart; ++next) {
      const Call& call = calls[next];
      listed.emplace_back(Value::List{call.call_id, call.pre_sequence});
      methods.emplace_back(call.method);
      bytes += call.call_id.size() + call.method.size();
    }
    parts.emplace_back(Value::Map{
        {"as_of", as_of_}, {"calls", std::move(listed)}, {"methods", std::move(methods)}});
  } while (next < calls.size());
  return parts;
}

}  // namespace hookwire
