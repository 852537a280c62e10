#pragma once

#include <string_view>

#include "hookwire/base/value.h"
#include "hookwire/hooks/call.h"
#include "hookwire/hooks/outcome.h"
#include "hookwire/hooks/redaction.h"

namespace hookwire {

/// A call as another program may see it: its secrets replaced, wherever they stand and in every
/// text. For whatever is no event: it allocates. `call`, `outcome` (which may be null) and
/// `redaction` must outlive it. Thread-compatible.
class RedactedCall {
 public:
  /// With the secrets as they are now.
  RedactedCall(const Call& call, const Outcome* outcome, const Redaction& redaction);

  /// An argument, or the result by the name "result"; "<unreadable>" when it cannot be shown.
  Value value(const ValueRef& value, std::string_view name) const;
  /// Any text that came of the call: of its context, its resource, its error.
  std::string text(std::string_view text) const { return texts_.replaced(text); }

 private:
  const Redaction& redaction_;
  const SecretPaths paths_;
  SecretTexts texts_;
};

/// Periodic data (`name` "result") as another program may see it.
Value redacted_value(const ValueRef& data, std::string_view name, const Redaction& redaction);

}  // namespace hookwire
