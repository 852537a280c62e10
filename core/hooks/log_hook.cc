#include "hookwire/hooks/log_hook.h"

#include <algorithm>

#include "hookwire/base/type_name.h"
#include "hookwire/base/value.h"
#include "hookwire/hooks/redaction.h"

namespace hookwire {

namespace {

LogLevel read_level(const Options& options) {
  const std::string level =
      options.choice("log_level", "info", {"debug", "info", "warning", "error"});
  if (level == "debug") return LogLevel::debug;
  if (level == "warning") return LogLevel::warning;
  return level == "error" ? LogLevel::error : LogLevel::info;
}

void add_field(std::string& line, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  line.append(", ").append(name).append(" ").append(value);
}

// Some drivers number what they act on.
std::string id_text(const Value& id) {
  if (id.string() != nullptr) return *id.string();
  if (id.integer() != nullptr) return std::to_string(*id.integer());
  if (id.unsigned_integer() != nullptr) return std::to_string(*id.unsigned_integer());
  return "?";
}

bool is_secret(const Call& call, std::string_view argument) {
  const Redaction plain;
  const Redaction& redaction = call.redaction() == nullptr ? plain : *call.redaction();
  return SecretPlace(redaction.paths(call.descriptor()), argument).secret();
}

// What the call acts on, as "share s-1"; empty when its descriptor names no resource.
std::string resource_of(const Call& call) {
  const ResourceDescriptor& resource = call.descriptor().resource;
  const Argument* argument = resource.type.empty() ? nullptr : call.find(resource.argument);
  if (argument == nullptr) return {};
  if (is_secret(call, resource.argument)) {
    return std::string(resource.type) + " " + std::string(kSecretText);
  }
  ValueBuilder builder;
  argument->value.visit(builder);
  return std::string(resource.type) + " " + call.redacted(id_text(builder.take()));
}

std::string microseconds(std::int64_t duration_ns) {
  return std::to_string(duration_ns / 1000) + " us";
}

class LogHook final : public Hook {
 public:
  explicit LogHook(const HookSetup& setup)
      : name_(setup.name), level_(read_level(setup.options)), log_(setup.log) {}

  HookData pre(const Call& call) override {
    log_.say(level_, begin_line(HookPhase::pre, call));
    return nullptr;
  }

  void post(const Call& call, Outcome& outcome, HookData& /*data*/) override {
    std::string line = begin_line(HookPhase::post, call);
    add_field(line, "took", microseconds(outcome.duration_ns()));
    log_.say(level_, line);
  }

  void failure(const Call& call, const Failure& failure, HookData& /*data*/) override {
    std::string line = begin_line(HookPhase::failure, call);
    if (failure.reason == Failure::Reason::vetoed) {
      add_field(line, "vetoed by", failure.vetoed_by);
    } else {
      add_field(line, "took", microseconds(failure.duration_ns));
    }
    const ErrorText text = describe_exception(failure.error);
    add_field(line, "error",
              text.type + (text.message.empty() ? "" : ": ") + call.redacted(text.message));
    log_.say(level_, line);
  }

  void periodic(const PeriodicData& data) override {
    std::string line = name_ + ": " + std::string(to_string(HookPhase::periodic));
    add_field(line, "tick", std::to_string(data.tick));
    if (data.missed_ticks > 0) add_field(line, "missed", std::to_string(data.missed_ticks));
    log_.say(level_, line);
  }

  bool wants_durations() const noexcept override { return true; }

 private:
  std::string begin_line(HookPhase phase, const Call& call) const {
    std::string line = name_;
    line.append(": ").append(to_string(phase)).append(" ").append(call.method());
    if (const std::string resource = resource_of(call); !resource.empty()) line += ", " + resource;
    add_field(line, "request", call.redacted(call.context().request_id));
    add_field(line, "user", call.redacted(call.context().user_id));
    add_field(line, "project", call.redacted(call.context().project_id));
    return line;
  }

  const std::string name_;
  const LogLevel level_;
  Log& log_;
};

}  // namespace

std::shared_ptr<Hook> make_log_hook(const HookSetup& setup) {
  return std::make_shared<LogHook>(setup);
}

}  // namespace hookwire
