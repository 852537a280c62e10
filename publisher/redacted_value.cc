#include "redacted_value.h"

#include <cstdint>
#include <vector>

#include "guarded_visitor.h"

namespace hookwire {

namespace {

// A text that is longer than this with its secrets replaced is blanked whole.
constexpr std::size_t kScratchBytes = 64 * 1024;

Value show(const ValueRef& value, std::string_view name, const Secrets& secrets) {
  std::vector<char> scratch(secrets.texts->empty() ? 0 : kScratchBytes);
  ValueBuilder builder;
  std::size_t values = 0;
  const bool whole = GuardedVisitor(builder, secrets, name, values, SIZE_MAX, scratch).write(value);
  return whole ? builder.take() : Value(kUnreadable);
}

}  // namespace

RedactedCall::RedactedCall(const Call& call, const Outcome* outcome, const Redaction& redaction)
    : redaction_(redaction), paths_(redaction.paths(call.descriptor())) {
  collect_secrets(call, outcome, paths_, redaction.mark(), texts_);
}

Value RedactedCall::value(const ValueRef& value, std::string_view name) const {
  return show(value, name, {paths_, &texts_, redaction_.mark()});
}

Value redacted_value(const ValueRef& data, std::string_view name, const Redaction& redaction) {
  const SecretPaths& paths = redaction.periodic_paths();
  SecretTexts texts(paths.empty() ? SecretTexts::Limits() : kPeriodicSecrets);
  collect_secrets(data, name, paths, redaction.mark(), texts);
  return show(data, name, {paths, &texts, redaction.mark()});
}

}  // namespace hookwire
