#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/base/value_ref.h"
#include "hookwire/hooks/secret_mark.h"
#include "hookwire/hooks/secret_paths.h"
#include "hookwire/hooks/secret_texts.h"

#pragma GCC visibility push(default)
namespace hookwire {

class Call;
class Outcome;

/// Adds to `texts` every secret of `value`, which is called `name`: strings, bytes, and numbers by
/// their decimal text, those within a secret list or map too. What cannot be looked through blanks
/// all texts.
void collect_secrets(const ValueRef& value, std::string_view name, const SecretPaths& paths,
                     const SecretMark& mark, SecretTexts& texts);
/// The same for the arguments of a call and, unless null, its result.
void collect_secrets(const Call& call, const Outcome* outcome, const SecretPaths& paths,
                     const SecretMark& mark, SecretTexts& texts);

/// What is secret in the calls of one driver, and what stands in its place wherever Hookwire shows
/// something of a call: events, logs, what other programs are given. Immutable, thread-safe.
class Redaction {
 public:
  /// The secrets that descriptors name, each shown as `<secret>`.
  Redaction() = default;
  /// Also those that `redact` names, in every method; each shown as `mark` has it. `periodic` are
  /// the secrets of get_periodic_hook_data, whose "result" is what periodic hooks are given.
  Redaction(std::vector<std::string> redact, const Names& periodic,
            std::shared_ptr<const SecretMark> mark = nullptr);

  /// Where the secrets of a method's calls stand.
  SecretPaths paths(const MethodDescriptor& method) const { return {method.secrets, redact_}; }
  /// Where those of the periodic data stand, which goes by the name "result".
  const SecretPaths& periodic_paths() const noexcept { return periodic_; }
  const SecretMark& mark() const noexcept;

  /// `text`, which came of the call, with the call's secrets replaced: those of its arguments as
  /// they are now and, unless `outcome` is null, of its result. Allocates; for whatever is no
  /// event.
  std::string text(const Call& call, const Outcome* outcome, std::string_view text) const;
  /// `text`, which came of a periodic run that was given `data`.
  std::string periodic_text(const ValueRef& data, std::string_view text) const;

 private:
  std::vector<std::string> redact_;
  SecretPaths periodic_;
  std::shared_ptr<const SecretMark> mark_;
};

/// How many secrets periodic data may hold before all its texts are blanked.
inline constexpr SecretTexts::Limits kPeriodicSecrets{.count = 65'536, .bytes = 16 << 20};

}  // namespace hookwire
#pragma GCC visibility pop
