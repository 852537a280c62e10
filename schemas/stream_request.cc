#include <array>

#include "hookwire/base/error.h"
#include "hookwire/schemas/body_writer.h"
#include "hookwire/schemas/stream_message.h"
#include "hookwire/schemas/utf8.h"

#include "stream_limits.h"

namespace hookwire {

namespace {

[[noreturn]] void refuse_request(const std::string& why) {
  throw Error(ErrorCode::bad_input, "the request is not sent: " + why);
}

void begin(BodyWriter& writer, std::size_t fields, std::string_view type) {
  writer.begin_map(fields);
  visit_entry("type", type, writer);
}

// Zero is what an absent field means, so it is not written.
template <class T>
void write_unless_zero(std::string_view key, T value, BodyWriter& writer, std::uint16_t& count) {
  if (value == 0) return;
  visit_entry(key, value, writer);
  ++count;
}

void write_start(const StreamStart& start, BodyWriter& writer) {
  writer.key("start");
  const std::size_t map = writer.begin_open_map();
  std::uint16_t count = 1;
  visit_entry("from", to_string(start.from), writer);
  write_unless_zero("sequence", start.sequence, writer, count);
  write_unless_zero("journal", start.journal_id, writer, count);
  write_unless_zero("epoch", start.epoch, writer, count);
  write_unless_zero("time_ns", start.time_ns, writer, count);
  writer.set_map_count(map, count);
}

void write(const OpenRequest& request, BodyWriter& writer) {
  if (const std::optional<LimitBreach> breach = find_breach(request)) {
    refuse_request(std::string(breach->field) + " is " + breach->is + ", " +
                   std::string(breach->allowed));
  }
  begin(writer, request.instance != 0 ? 8 : 6, "open");
  visit_entry("version", request.version, writer);
  visit_entry("name", request.name, writer);
  write_start(request.start, writer);
  visit_entry("topics", request.topics, writer);
  visit_entry("credit_bytes", request.credit_bytes, writer);
  if (request.instance == 0) return;
  visit_entry("instance", request.instance, writer);
  visit_entry("attempt", request.attempt, writer);
}

void write(const CreditRequest& request, BodyWriter& writer) {
  begin(writer, 3, "credit");
  visit_entry("session", request.session, writer);
  visit_entry("credit_bytes", request.credit_bytes, writer);
}

void write(const AckRequest& request, BodyWriter& writer) {
  begin(writer, 4, "ack");
  visit_entry("session", request.session, writer);
  visit_entry("epoch", request.epoch, writer);
  visit_entry("sequence", request.sequence, writer);
}

void write(const PingRequest& request, BodyWriter& writer) {
  begin(writer, 2, "ping");
  visit_entry("session", request.session, writer);
}

void write(const StatusRequest& /*request*/, BodyWriter& writer) {
  begin(writer, 1, "status");
}

void write(const CloseRequest& request, BodyWriter& writer) {
  begin(writer, 2, "close");
  visit_entry("session", request.session, writer);
}

}  // namespace

std::optional<LimitBreach> find_breach(const OpenRequest& request) {
  const auto bytes = [](const std::string& text) { return std::to_string(text.size()) + " bytes"; };
  if (request.name.size() > kMaxNameBytes) {
    return LimitBreach{"name", bytes(request.name), "at most 128 are allowed"};
  }
  if (!is_printable_utf8(request.name)) {
    return LimitBreach{"name", "not printable", "UTF-8 without control characters is allowed"};
  }
  if (request.start.from == StreamStart::From::cursor && request.name.empty()) {
    return LimitBreach{"start", "the cursor of no name", "a name must be given with it"};
  }
  if (request.topics.size() > kMaxTopicPrefixes) {
    return LimitBreach{"topics", std::to_string(request.topics.size()) + " prefixes",
                       "at most 16 are allowed"};
  }
  for (const std::string& topic : request.topics) {
    if (topic.size() > kMaxTopicPrefixBytes) {
      return LimitBreach{"topics", "a prefix of " + bytes(topic), "at most 256 are allowed"};
    }
  }
  if (request.credit_bytes < kMinCreditBytes || request.credit_bytes > kMaxCreditBytes) {
    return LimitBreach{"credit_bytes", std::to_string(request.credit_bytes),
                       "65536 to 4194304 are allowed"};
  }
  static_assert(kMaxNameBytes == 128 && kMaxTopicPrefixes == 16 && kMaxTopicPrefixBytes == 256 &&
                kMinCreditBytes == 65536 && kMaxCreditBytes == 4194304);
  return std::nullopt;
}

std::vector<std::byte> encode_request(const StreamRequest& request) {
  std::array<std::byte, kMaxRequestBytes> frame;
  BodyWriter writer(frame);
  std::visit([&](const auto& kind) { write(kind, writer); }, request);
  if (writer.overflowed()) {
    refuse_request("name and topics take more than " + std::to_string(kMaxRequestBytes) +
                   " bytes; ask for fewer or shorter topics");
  }
  return {writer.written().begin(), writer.written().end()};
}

}  // namespace hookwire
