#include "answer.h"

#include "hookwire/base/type_name.h"
#include "hookwire/hooks/post_hook_error.h"
#include "hookwire/schemas/json.h"

namespace hookwire {

namespace {

Value error_of(const std::exception_ptr& error) {
  const ErrorText text = describe_exception(error);
  return Value::Map{{"type", text.type}, {"message", text.message}};
}

Value hook_of(const HookStatus& hook) {
  return Value::Map{{"name", hook.name},
                    {"class", hook.class_name},
                    {"pre", hook.switches.pre},
                    {"post", hook.switches.post},
                    {"periodic", hook.switches.periodic},
                    {"suppress_pre_errors", hook.switches.suppress_pre_errors},
                    {"suppress_post_errors", hook.switches.suppress_post_errors},
                    {"pre_count", hook.pre_count},
                    {"post_count", hook.post_count},
                    {"failure_count", hook.failure_count},
                    {"periodic_count", hook.periodic_count},
                    {"error_count", hook.error_count},
                    {"veto_count", hook.veto_count},
                    {"time_budget_ns", hook.switches.time_budget.count()},
                    {"overrun_count", hook.overrun_count},
                    {"breaker", to_string(hook.breaker)},
                    {"breaker_failures", hook.switches.breaker_failures},
                    {"breaker_pause_ns", hook.switches.breaker_pause.count()},
                    {"failures_in_a_row", hook.failures_in_a_row},
                    {"skip_count", hook.skip_count}};
}

}  // namespace

std::string answer_result(const Value& result, std::int64_t duration_ns) {
  return to_json(Value(Value::Map{{"ok", true}, {"result", result}, {"duration_ns", duration_ns}}));
}

std::string answer_error(const CallReport& report, const std::exception_ptr& error,
                         std::int64_t duration_ns) {
  Value::Map answer{{"ok", false}};
  if (report.outcome == CallReport::Outcome::post_hook_failed) {
    answer.emplace_back("outcome", "post_hook_failed");
    try {
      std::rethrow_exception(error);
    } catch (const PostHookError& post) {
      ValueBuilder result;
      post.result().visit(result);
      answer.emplace_back("result", result.take());
      answer.emplace_back("error", error_of(post.cause()));
    }
  } else {
    const bool vetoed = report.outcome == CallReport::Outcome::vetoed;
    answer.emplace_back("outcome", vetoed ? "vetoed" : "failure");
    answer.emplace_back("error", error_of(error));
  }
  answer.emplace_back("duration_ns", duration_ns);
  return to_json(Value(std::move(answer)));
}

std::string answer_rejected(std::string_view message) {
  return to_json(
      Value(Value::Map{{"ok", false},
                       {"outcome", "rejected"},
                       {"error", Value::Map{{"type", "BadCall"}, {"message", message}}}}));
}

std::string answer_ticks(std::uint64_t ticks, std::uint64_t runs) {
  return to_json(Value(Value::Map{{"ok", true}, {"ticks", ticks}, {"periodic_runs", runs}}));
}

std::string answer_hooks(const std::vector<HookStatus>& hooks) {
  Value::List list;
  for (const HookStatus& hook : hooks) list.push_back(hook_of(hook));
  return to_json(Value(Value::Map{{"ok", true}, {"hooks", std::move(list)}}));
}

}  // namespace hookwire
