#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/hooks/call.h"
#include "hookwire/hooks/hook.h"
#include "hookwire/hooks/redaction.h"
#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/phase.h"

#include "call_policy.h"

namespace hookwire {

/// What is the same for every event of one method: its topics, the packed front of its bodies, what
/// is published of it and what is secret.
struct MethodTemplate {
  const MethodDescriptor* descriptor = nullptr;
  std::array<std::string, 3> topics;  ///< Of pre, post, failure.
  std::vector<std::byte> method;      ///< The packed entry "method".
  CallPolicy policy;
  SecretPaths secrets;

  const std::string& topic(Phase phase) const noexcept {
    return topics[static_cast<std::size_t>(phase) - 1];
  }
};

/// How a call ended, for its terminal event.
struct CallEnd {
  std::string_view outcome;  ///< success, failure, vetoed
  std::int64_t duration_ns = -1;
  const Outcome* result = nullptr;  ///< When it worked.
  std::string_view error_type{};
  std::string_view error_message{};
};

/// A body, encoded, with the flags of its record.
struct EncodedBody {
  std::span<const std::byte> bytes;
  std::uint8_t flags = 0;
};

/// Encodes the events of one publisher's calls from templates. Immutable: any thread may encode,
/// into a buffer of its own. Encoding allocates nothing. A body always fits kMaxRecordBytes: what
/// does not is cut down, args and result first.
class EventEncoder {
 public:
  /// `methods` get their templates now. Throws Error bad_input when publisher or a method's name
  /// cannot stand in a topic.
  EventEncoder(std::string publisher, std::span<const MethodDescriptor* const> methods,
               PublishPolicy policy = {}, std::shared_ptr<const Redaction> redaction = nullptr);

  /// The template made for this descriptor; nullptr when there is none.
  const MethodTemplate* find(const MethodDescriptor& method) const noexcept;
  /// A template for a method that was not known beforehand. Allocates.
  MethodTemplate make_template(const MethodDescriptor& method) const;

  /// The body of the `pre` of a call, or, with `end`, of its terminal event: as much as `level`
  /// says, without the secrets in `texts`, the call's.
  EncodedBody encode(std::span<std::byte> buffer, const MethodTemplate& method,
                     std::string_view call_id, const Call& call, const CallEnd* end,
                     PublishLevel level = PublishLevel::full,
                     const SecretTexts* texts = nullptr) const;

  const Redaction& redaction() const noexcept { return *redaction_; }
  /// What is published of periodic events; nothing: they are dropped.
  std::optional<PublishLevel> periodic_level() const noexcept { return periodic_level_; }

  const std::string& publisher() const noexcept { return publisher_; }

  /// The entries "schema" and "publisher", packed: every body begins with these two.
  std::span<const std::byte> head() const noexcept { return head_; }

 private:
  std::string publisher_;
  std::vector<std::byte> head_;
  PublishPolicy policy_;
  std::optional<PublishLevel> periodic_level_;
  std::shared_ptr<const Redaction> redaction_;
  std::vector<MethodTemplate> templates_;  // sorted by the descriptor's address
};

}  // namespace hookwire
