#include "notification_hook.h"

#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hookwire/base/error.h"
#include "hookwire/base/type_name.h"
#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/topic.h"

#include "event_bodies.h"
#include "periodic_parts.h"
#include "redacted_value.h"

namespace hookwire {

namespace {

struct RoomRelease {
  void operator()(EventJournal* journal) const noexcept { journal->release_room(); }
};

constexpr std::size_t kMaxPrefixBytes = 40;

// A call's id as text: the prefix, a dash, the number.
class CallId {
 public:
  CallId(const std::string& prefix, std::uint64_t number) noexcept {
    std::memcpy(text_.data(), prefix.data(), prefix.size());
    char* at = text_.data() + prefix.size();
    *at++ = '-';
    end_ = std::to_chars(at, text_.data() + text_.size(), number).ptr;
  }
  std::string_view view() const noexcept {
    return {text_.data(), static_cast<std::size_t>(end_ - text_.data())};
  }

 private:
  std::array<char, kMaxPrefixBytes + 1 + 20> text_;  // 20 digits are the longest number
  char* end_;
};

ErrorCode code_of(const std::exception& error) noexcept {
  const Error* const ours = dynamic_cast<const Error*>(&error);
  return ours == nullptr ? ErrorCode::io : ours->code();
}

// Of an event's data, for the entries around it: schema, publisher, tick, part, parts.
constexpr std::size_t kPeriodicOverhead = 1024;

}  // namespace

// A call that has its pre and no end yet. When it goes without one, since its thread is cancelled,
// that is told.
struct NotificationHook::EndIsLost {
  const NotificationHook* hook = nullptr;
  std::uint64_t number = 0;
  void operator()(const MethodDescriptor* method) const noexcept {
    hook->journal_.lose_end(CallId(hook->call_prefix_, number).view(), method->name);
  }
};

// What pre hands to post or failure. Under fail_closed it holds the room for the call's end, which
// goes back when no end is recorded, also when the thread is cancelled.
struct NotificationHook::OpenCall {
  CallLevels levels{};
  std::unique_ptr<EventJournal, RoomRelease> room{};
  SecretsPool::Taken secrets{};  // those of the arguments as they were before the driver ran
  std::unique_ptr<const MethodDescriptor, EndIsLost> method{};

  std::uint64_t number() const noexcept { return method.get_deleter().number; }
};

NotificationHook::NotificationHook(std::shared_ptr<const EventEncoder> encoder,
                                   EventJournal& journal, std::string call_prefix)
    : encoder_(std::move(encoder)),
      journal_(journal),
      call_prefix_(std::move(call_prefix)),
      periodic_topic_(make_topic(Phase::periodic, "tick", encoder_->publisher())) {
  static_assert(sizeof(OpenCall) <= HookData::kInlineBytes, "a call would allocate");
  if (call_prefix_.size() > kMaxPrefixBytes) {
    throw Error(ErrorCode::bad_input, "a call id's prefix has 40 bytes at most: " + call_prefix_);
  }
}

// Throws for a method that nobody prepared and that cannot stand in a topic.
const MethodTemplate& NotificationHook::template_of(const Call& call,
                                                    std::optional<MethodTemplate>& made) const {
  const MethodTemplate* method = encoder_->find(call.descriptor());
  return method != nullptr ? *method : made.emplace(encoder_->make_template(call.descriptor()));
}

// Throws what kept the event from being recorded, with account taken.
void NotificationHook::publish(Phase phase, const OpenCall& open, const MethodTemplate& method,
                               const Call& call, const CallEnd* end) {
  std::array<std::byte, kMaxBodyBytes> buffer;  // not initialised: only what is used is touched
  EncodedBody body;
  try {
    if (open.secrets) {
      collect_secrets(call, end == nullptr ? nullptr : end->result, method.secrets,
                      encoder_->redaction().mark(), *open.secrets);
    }
    body = encoder_->encode(buffer, method, CallId(call_prefix_, open.number()).view(), call, end,
                            open.levels.of(phase), open.secrets.get());
  } catch (const std::exception& error) {
    journal_.lose(phase, error.what(), ErrorCode::io);
    throw;
  }
  journal_.record(phase, method.topic(phase), body);
}

HookData NotificationHook::pre(const Call& call) {
  OpenCall open;
  try {
    std::optional<MethodTemplate> made;
    const MethodTemplate* method = nullptr;
    try {
      method = &template_of(call, made);
      open.levels = method->policy.decide(call.context());
      if (open.levels.drop) return nullptr;
      if (!method->secrets.empty()) open.secrets = secrets_.take();
    } catch (const std::exception& error) {
      journal_.lose(Phase::pre, error.what(), ErrorCode::bad_input);
      throw;
    }
    open.method.get_deleter() = {this, calls_.fetch_add(1, std::memory_order_relaxed) + 1};
    publish(Phase::pre, open, *method, call, nullptr);
  } catch (const std::exception& error) {
    if (!journal_.fail_closed()) return nullptr;
    throw Error(code_of(error), std::string("the call is refused, since its begin could not be "
                                            "recorded (on_journal_error = fail_closed): ") +
                                    error.what());
  }
  open.method.reset(&call.descriptor());
  if (journal_.fail_closed()) open.room.reset(&journal_);
  return HookData(std::move(open));
}

void NotificationHook::publish_end(Phase phase, HookData& data, const Call& call,
                                   const CallEnd& end) {
  OpenCall* open = data.get_if<OpenCall>();
  if (open == nullptr) return;  // no pre: no end
  try {
    std::optional<MethodTemplate> made;
    publish(phase, *open, template_of(call, made), call, &end);
    static_cast<void>(open->room.release());  // used
    static_cast<void>(open->method.release());
  } catch (const std::exception& error) {
    open->room.reset();
    open->method.reset();
    const ErrorCode code = code_of(error);
    // In a forked child the end is the parent's to record.
    if (!journal_.fail_closed() || code == ErrorCode::closed) return;
    throw Error(code, std::string("the call's end could not be recorded; its events will say "
                                  "'aborted' (on_journal_error = fail_closed): ") +
                          error.what());
  }
}

void NotificationHook::post(const Call& call, Outcome& outcome, HookData& data) {
  publish_end(Phase::post, data, call,
              {.outcome = "success", .duration_ns = outcome.duration_ns(), .result = &outcome});
}

void NotificationHook::failure(const Call& call, const Failure& failure, HookData& data) {
  ErrorText text{.type = "unknown", .message = {}};
  try {
    text = describe_exception(failure.error);
  } catch (const std::exception&) {
    // Without memory for the words, the call still gets its end.
  }
  const bool vetoed = failure.reason == Failure::Reason::vetoed;
  publish_end(Phase::failure, data, call,
              {.outcome = vetoed ? "vetoed" : "failure",
               .duration_ns = failure.duration_ns,
               .error_type = text.type,
               .error_message = text.message});
}

void NotificationHook::periodic(const PeriodicData& data) {
  const std::optional<PublishLevel> level = encoder_->periodic_level();
  if (!level) return;
  std::vector<std::byte> buffer(kMaxBodyBytes);
  const auto publish_part = [&](const DataPart* part, std::size_t number, std::size_t count) {
    const bool several = count > 1;
    const std::optional<EncodedBody> body = encode_periodic(
        buffer, *encoder_, data.tick, part, several ? number : 0, several ? count : 0);
    if (!body) throw Error(ErrorCode::bad_input, "a part of the periodic data does not fit");
    journal_.append(Phase::periodic, periodic_topic_, *body);
  };
  if (*level != PublishLevel::full) return publish_part(nullptr, 1, 1);

  const std::vector<DataPart> parts =
      split_into_parts(redacted_value(data.data, body_keys::kResult, encoder_->redaction()),
                       kMaxBodyBytes - kPeriodicOverhead);
  for (std::size_t i = 0; i < parts.size(); ++i) publish_part(&parts[i], i + 1, parts.size());
}

}  // namespace hookwire
