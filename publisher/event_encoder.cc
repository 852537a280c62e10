#include "event_encoder.h"

#include <algorithm>
#include <functional>

#include "hookwire/record/record.h"
#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/body_schema.h"
#include "hookwire/schemas/topic.h"
#include "hookwire/schemas/utf8.h"

#include "guarded_visitor.h"
#include "packed_size.h"

namespace hookwire {

namespace {

namespace keys = body_keys;

// Texts of a call that would not fit otherwise are cut to this, and end with the mark.
constexpr std::size_t kCutTextBytes = 256;
constexpr std::string_view kCutMark = " [cut]";
constexpr std::size_t kMaxRoles = 32;

struct ContextField {
  std::string_view key;
  std::string Context::*member;
};
constexpr std::array kContextFields{
    ContextField{keys::kRequestId, &Context::request_id},
    ContextField{keys::kGlobalRequestId, &Context::global_request_id},
    ContextField{keys::kUserId, &Context::user_id},
    ContextField{keys::kProjectId, &Context::project_id},
    ContextField{keys::kRemoteAddress, &Context::remote_address},
    ContextField{keys::kTraceparent, &Context::traceparent}};

template <class F>
std::vector<std::byte> packed(F&& write) {
  std::array<std::byte, 2 * kMaxTopicBytes> buffer;
  BodyWriter writer(buffer);
  write(writer);
  const std::span<const std::byte> bytes = writer.written();
  return {bytes.begin(), bytes.end()};
}

// Writes one body. With `cut`, values are left out and texts shortened, so that it fits anyhow.
class Body {
 public:
  Body(BodyWriter& writer, bool cut, const Secrets& secrets)
      : writer_(writer), cut_(cut), secrets_(secrets) {
    mark_ = writer_.begin_open_map();
  }

  void raw(std::span<const std::byte> entries, std::uint16_t count) {
    writer_.raw(entries);
    count_ = static_cast<std::uint16_t>(count_ + count);
  }
  // A word of our own.
  void entry(std::string_view key, std::string_view value) {
    add(key);
    writer_.string(value);
  }
  void entry(std::string_view key, std::int64_t value) {
    add(key);
    writer_.integer(value);
  }

  void context(const Context& context) {
    std::size_t count = context.roles.empty() ? 0 : 1;
    for (const ContextField& field : kContextFields) {
      if (!(context.*field.member).empty()) ++count;
    }
    if (count == 0) return;
    add(keys::kContext);
    writer_.begin_map(count);
    for (const ContextField& field : kContextFields) {
      if ((context.*field.member).empty()) continue;
      writer_.key(field.key);
      text(context.*field.member);
    }
    if (context.roles.empty()) return;
    writer_.key(keys::kRoles);
    roles(context.roles);
  }

  void resource(const Call& call) {
    const ResourceDescriptor& resource = call.descriptor().resource;
    const Argument* argument = call.find(resource.argument);
    if (resource.type.empty() || argument == nullptr) return;
    const std::string* id = argument->value.get_if<std::string>();
    if (id == nullptr) return;
    add(keys::kResource);
    writer_.begin_map(2);
    writer_.key(keys::kType);
    writer_.string(resource.type);
    writer_.key(keys::kId);
    if (!secrets_.paths.empty() && SecretPlace(secrets_.paths, resource.argument).secret()) {
      std::array<char, kMaxMarkBytes> mark;
      writer_.string({mark.data(), secrets_.mark.mark(*id, mark)});
    } else {
      text(*id);
    }
  }

  void args(const Call& call) {
    const std::span<const Argument> arguments = call.arguments();
    if (arguments.empty()) return;
    add(keys::kArgs);
    if (cut_) return cut_marker(arguments);
    writer_.begin_map(arguments.size());
    for (const Argument& argument : arguments) {
      writer_.key(argument.name);
      value(argument);
    }
  }

  void result(const Outcome& outcome) {
    if (!outcome.has_result()) return;
    add(keys::kResult);
    const Argument result{.name = keys::kResult, .value = outcome.value()};
    if (cut_) return cut_marker({&result, 1});
    value(result);
  }

  // The type is a name of the driver's code, the message can hold anything.
  void error(std::string_view type, std::string_view message, bool with_message) {
    add(keys::kError);
    writer_.begin_map(with_message ? 2 : 1);
    writer_.key(keys::kType);
    cut_text(is_utf8(type) ? type : kUnreadable);
    if (!with_message) return;
    writer_.key(keys::kMessage);
    text(message);
  }

  void hooks(std::span<const HookRun> runs) {
    if (runs.empty()) return;
    add(keys::kHooks);
    writer_.begin_list(runs.size());
    for (const HookRun& run : runs) {
      const bool measured = run.duration_ns >= 0;
      const bool limited = run.limit != HookLimit::none;
      writer_.begin_map(std::size_t{3} + (limited ? 1 : 0) + (measured ? 1 : 0));
      writer_.key(keys::kName);
      cut_text(is_utf8(run.name) ? run.name : kUnreadable);
      writer_.key(keys::kPhase);
      writer_.string(to_string(run.phase));
      writer_.key(keys::kOutcome);
      writer_.string(to_string(run.outcome));
      if (limited) {
        writer_.key(keys::kLimit);
        writer_.string(to_string(run.limit));
      }
      if (!measured) continue;
      writer_.key(keys::kDurationNs);
      writer_.integer(run.duration_ns);
    }
  }

  // False when it does not fit, or holds more values than readers take.
  bool finish() {
    writer_.set_map_count(mark_, count_);
    return !writer_.overflowed() && values_ <= GuardedVisitor::kMaxValues;
  }

 private:
  void add(std::string_view key) {
    writer_.key(key);
    ++count_;
  }
  // What came of the call: without its secrets.
  void text(std::string_view value) {
    if (secrets_.texts == nullptr || secrets_.texts->empty()) {
      return cut_text(is_utf8(value) ? value : kUnreadable);
    }
    const std::optional<std::string_view> shown = secrets_.texts->replaced(value, writer_.spare());
    if (!shown && !cut_) return writer_.overflow();
    const std::string_view kept = shown.value_or(kSecretText);
    cut_text(is_utf8(kept) ? kept : kUnreadable);
  }
  void cut_text(std::string_view value) {
    if (!cut_ || value.size() <= kCutTextBytes) return writer_.string(value);
    std::array<char, kCutTextBytes + kCutMark.size()> shortened;
    const std::string_view kept = cut_utf8(value, kCutTextBytes);
    char* const end = std::copy(kept.begin(), kept.end(), shortened.data());
    std::copy(kCutMark.begin(), kCutMark.end(), end);
    writer_.string({shortened.data(), kept.size() + kCutMark.size()});
  }
  void roles(std::span<const std::string> all) {
    const bool fewer = cut_ && all.size() > kMaxRoles;
    const std::span<const std::string> kept = fewer ? all.first(kMaxRoles) : all;
    writer_.begin_list(kept.size() + (fewer ? 1 : 0));
    for (const std::string& role : kept) text(role);
    if (fewer) writer_.string(kCutMark);
    values_ += kept.size();
  }
  // What stands in place of values: how many bytes they would take, secrets replaced.
  void cut_marker(std::span<const Argument> arguments) {
    PackedSize size;
    for (const Argument& argument : arguments) {
      std::size_t values = 0;
      static_cast<void>(
          GuardedVisitor(size, secrets_, argument.name, values, SIZE_MAX, writer_.spare())
              .write(argument.value));
    }
    writer_.begin_map(2);
    writer_.key("cut");
    writer_.boolean(true);
    writer_.key("bytes");
    writer_.unsigned_integer(size.counted());
  }
  // A value that cannot be shown leaves a text that says so, and the rest of the event whole.
  void value(const Argument& argument) {
    const std::size_t before = writer_.size();
    GuardedVisitor guarded(writer_, secrets_, argument.name, values_);
    if (guarded.write(argument.value) || writer_.overflowed()) return;
    writer_.rewind(before);
    writer_.string(kUnreadable);
  }

  BodyWriter& writer_;
  bool cut_;
  const Secrets& secrets_;
  std::size_t mark_ = 0;
  std::uint16_t count_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

EventEncoder::EventEncoder(std::string publisher, std::span<const MethodDescriptor* const> methods,
                           PublishPolicy policy, std::shared_ptr<const Redaction> redaction)
    : publisher_(std::move(publisher)),
      head_(packed([this](BodyWriter& writer) {
        visit_entry(keys::kSchema, kBodySchemaVersion, writer);
        visit_entry(keys::kPublisher, publisher_, writer);
      })),
      policy_(std::move(policy)),
      periodic_level_(hookwire::periodic_level(policy_)),
      redaction_(redaction != nullptr ? std::move(redaction)
                                      : std::make_shared<const Redaction>()) {
  for (const MethodDescriptor* method : methods) templates_.push_back(make_template(*method));
  std::sort(templates_.begin(), templates_.end(),
            [](const MethodTemplate& a, const MethodTemplate& b) {
              return std::less<>()(a.descriptor, b.descriptor);
            });
}

MethodTemplate EventEncoder::make_template(const MethodDescriptor& method) const {
  return {.descriptor = &method,
          .topics = {make_topic(Phase::pre, method.name, publisher_),
                     make_topic(Phase::post, method.name, publisher_),
                     make_topic(Phase::failure, method.name, publisher_)},
          .method =
              packed([&](BodyWriter& writer) { visit_entry(keys::kMethod, method.name, writer); }),
          .policy = CallPolicy(policy_, method.name),
          .secrets = redaction_->paths(method)};
}

const MethodTemplate* EventEncoder::find(const MethodDescriptor& method) const noexcept {
  const auto found = std::lower_bound(templates_.begin(), templates_.end(), &method,
                                      [](const MethodTemplate& a, const MethodDescriptor* b) {
                                        return std::less<>()(a.descriptor, b);
                                      });
  return found != templates_.end() && found->descriptor == &method ? &*found : nullptr;
}

EncodedBody EventEncoder::encode(std::span<std::byte> buffer, const MethodTemplate& method,
                                 std::string_view call_id, const Call& call, const CallEnd* end,
                                 PublishLevel level, const SecretTexts* texts) const {
  const Secrets secrets(method.secrets, texts, redaction_->mark());
  for (const bool cut : {false, true}) {
    BodyWriter writer(buffer);
    Body body(writer, cut, secrets);
    body.raw(head_, 2);
    body.entry(keys::kCallId, call_id);
    body.raw(method.method, 1);
    if (end != nullptr) {
      body.entry(keys::kOutcome, end->outcome);
      if (end->duration_ns >= 0) body.entry(keys::kDurationNs, end->duration_ns);
    }
    body.context(call.context());
    body.resource(call);
    if (level >= PublishLevel::args) body.args(call);
    if (end != nullptr) {
      if (end->result != nullptr && level == PublishLevel::full) body.result(*end->result);
      if (!end->error_type.empty()) {
        body.error(end->error_type, end->error_message, level >= PublishLevel::args);
      }
      body.hooks(call.hook_runs());
    }
    if (body.finish()) return {writer.written(), cut ? kFlagCut : std::uint8_t{0}};
  }
  return {};  // not reached: a cut body is far below the buffer's size
}

}  // namespace hookwire
