#include "hookwire/format/cloud_event.h"

#include <array>
#include <cstdio>
#include <string_view>

#include "hookwire/format/event_json.h"
#include "hookwire/format/time_text.h"
#include "hookwire/schemas/json.h"
#include "hookwire/schemas/phase.h"
#include "hookwire/schemas/topic.h"

namespace hookwire {
namespace {

constexpr std::int64_t kSeverityError = 17;  // OpenTelemetry's number for ERROR

/// One segment of a URI's path (RFC 3986): what is not unreserved is percent-encoded.
std::string path_segment(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
      continue;
    }
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "%%%02X", static_cast<unsigned char>(c));
    encoded += escape.data();
  }
  return encoded;
}

std::string source_of(const Event& event) {
  const std::string_view publisher = event.publisher;
  const std::size_t at = publisher.find('@');
  std::string source = "/hookwire/" + path_segment(publisher.substr(0, at));
  if (at != std::string_view::npos) source += "/" + path_segment(publisher.substr(at + 1));
  return source + "/" + std::to_string(event.identity.epoch);
}

/// Events that are of no call say in their topic what happened.
std::string type_of(const Event& event) {
  std::string method = event.method;
  if (method.empty()) {
    if (const auto parts = parse_topic(event.topic)) method = parts->method;
  }
  if (!method.empty()) method += ".";
  return "io.hookwire." + method + std::string(to_string(event.phase)) + ".v1";
}

std::string padded_sequence(std::uint64_t sequence) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%020llu", static_cast<unsigned long long>(sequence));
  return text.data();
}

}  // namespace

std::string to_cloud_event(const Event& event, std::optional<std::uint64_t> pre_sequence) {
  JsonWriter writer;
  const auto attribute = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) visit_entry(name, value, writer);
  };
  writer.begin_map(0);
  attribute("specversion", "1.0");
  attribute("id", std::to_string(event.identity.sequence));
  attribute("source", source_of(event));
  attribute("type", type_of(event));
  if (event.resource) attribute("subject", event.resource->id);
  attribute("time", utc_time_text(event.time_ns));
  attribute("datacontenttype", "application/json");
  attribute("sequence", padded_sequence(event.identity.sequence));
  if (!event.context.user_id.empty()) {
    attribute("authtype", "user");
    attribute("authid", event.context.user_id);
  }
  attribute("correlationid", event.context.request_id);
  if (pre_sequence) attribute("causationid", std::to_string(*pre_sequence));
  attribute("traceparent", event.context.traceparent);
  if (event.resource) attribute("partitionkey", event.resource->id);
  if (event.phase == Phase::failure) {
    attribute("severitytext", "ERROR");
    visit_entry("severitynumber", kSeverityError, writer);
  }
  writer.key("data");
  visit_event(event, writer);
  writer.end_map();
  return writer.take();
}

}  // namespace hookwire
