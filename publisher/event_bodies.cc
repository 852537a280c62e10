#include "event_bodies.h"

#include <array>

#include "hookwire/base/error.h"
#include "hookwire/schemas/body_keys.h"
#include "hookwire/schemas/body_writer.h"

#include "guarded_visitor.h"
#include "packed_size.h"

namespace hookwire {

namespace {

namespace keys = body_keys;

// Writes entries one by one and counts them.
class Entries {
 public:
  Entries(std::span<std::byte> buffer, const EventEncoder& encoder) : writer_(buffer) {
    mark_ = writer_.begin_open_map();
    writer_.raw(encoder.head());
    count_ = 2;
  }

  template <Visitable T>
  void add(std::string_view key, const T& value) {
    visit_entry(key, value, writer_);
    ++count_;
  }
  // What others made: a string in it that is not UTF-8 becomes bytes, or no reader takes the event.
  void add_data(const Value& data) {
    writer_.key(keys::kData);
    const std::size_t before = writer_.size();
    std::size_t values = 0;
    const SecretPaths no_secrets;
    if (!GuardedVisitor(writer_, no_secrets, keys::kData, values).write(ValueRef::to(data))) {
      writer_.rewind(before);
      writer_.string(kUnreadable);
    }
    ++count_;
  }
  void add_parts(std::uint64_t part, std::uint64_t parts) {
    if (parts == 0) return;
    add(keys::kPart, part);
    add(keys::kParts, parts);
  }

  std::optional<EncodedBody> finish(std::uint8_t flags = 0) {
    writer_.set_map_count(mark_, count_);
    if (writer_.overflowed()) return std::nullopt;
    return EncodedBody{writer_.written(), flags};
  }

 private:
  BodyWriter writer_;
  std::size_t mark_ = 0;
  std::uint16_t count_ = 0;
};

// What stands in place of a value that does not fit.
Value cut_marker(const Value& value) {
  PackedSize size;
  visit_value(value, size);
  return Value::Map{{"cut", true}, {"bytes", size.counted()}};
}

Value context_value(const EventContext& context) {
  Value::Map map;
  const auto add = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) map.emplace_back(key, text);
  };
  add(keys::kRequestId, context.request_id);
  add(keys::kGlobalRequestId, context.global_request_id);
  add(keys::kUserId, context.user_id);
  add(keys::kProjectId, context.project_id);
  add(keys::kRemoteAddress, context.remote_address);
  add(keys::kTraceparent, context.traceparent);
  if (!context.roles.empty()) {
    Value::List roles;
    for (const std::string& role : context.roles) roles.emplace_back(role);
    map.emplace_back(keys::kRoles, std::move(roles));
  }
  return map;
}

}  // namespace

EncodedBody encode_aborted(std::span<std::byte> buffer, const EventEncoder& encoder,
                           const AbortedCall& call, std::string_view why) {
  const Value error =
      Value::Map{{std::string(keys::kType), "Aborted"}, {std::string(keys::kMessage), why}};
  enum class Kept { all, no_args, no_context };
  for (const Kept kept : {Kept::all, Kept::no_args, Kept::no_context}) {
    Entries entries(buffer, encoder);
    entries.add(keys::kCallId, call.call_id);
    entries.add(keys::kMethod, call.method);
    entries.add(keys::kOutcome, "aborted");
    std::uint8_t flags = 0;
    if (call.pre) {
      const Event& pre = *call.pre;
      flags = kept == Kept::all ? pre.flags : kFlagCut;
      if (!pre.context.empty() && kept != Kept::no_context) {
        entries.add(keys::kContext, context_value(pre.context));
      }
      if (pre.resource) {
        entries.add(keys::kResource,
                    Value(Value::Map{{std::string(keys::kType), pre.resource->type},
                                     {std::string(keys::kId), pre.resource->id}}));
      }
      if (pre.args) {
        entries.add(keys::kArgs, kept == Kept::all ? *pre.args : cut_marker(*pre.args));
      }
    }
    entries.add(keys::kError, error);
    if (const std::optional<EncodedBody> body = entries.finish(flags)) return *body;
  }
  throw Error(ErrorCode::bad_input, "the end of call " + call.call_id + " does not fit a record");
}

EncodedBody encode_system(std::span<std::byte> buffer, const EventEncoder& encoder,
                          std::string_view what, const Value& data, std::uint64_t part,
                          std::uint64_t parts) {
  Entries entries(buffer, encoder);
  entries.add_parts(part, parts);
  entries.add_data(data);
  if (const std::optional<EncodedBody> body = entries.finish()) return *body;
  throw Error(ErrorCode::bad_input,
              "the data of system/" + std::string(what) + " does not fit a record");
}

std::optional<EncodedBody> encode_periodic(std::span<std::byte> buffer, const EventEncoder& encoder,
                                           std::uint64_t tick, const DataPart* data,
                                           std::uint64_t part, std::uint64_t parts) {
  Entries entries(buffer, encoder);
  entries.add(keys::kTick, tick);
  entries.add_parts(part, parts);
  if (data != nullptr) entries.add_data(data->value);
  return entries.finish(data != nullptr && data->cut ? kFlagCut : std::uint8_t{0});
}

}  // namespace hookwire
