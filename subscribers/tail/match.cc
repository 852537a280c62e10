#include "hookwire/tail/match.h"

#include <string>

#include "hookwire/base/error.h"
#include "hookwire/schemas/phase.h"

namespace hookwire {
namespace {

[[noreturn]] void refuse(std::string_view given, const char* expected) {
  throw Error(ErrorCode::bad_input,
              "\"" + std::string(given) + "\": expected " + std::string(expected));
}

std::vector<std::string>* values_of(EventFilter& filter, std::string_view key) {
  if (key == "topic") return &filter.topics;
  if (key == "method") return &filter.methods;
  if (key == "publisher") return &filter.publishers;
  if (key == "user") return &filter.users;
  if (key == "project") return &filter.projects;
  if (key == "request") return &filter.requests;
  return nullptr;
}

}  // namespace

void add_match(EventFilter& filter, std::string_view match) {
  const std::size_t sign = match.find('=');
  if (match.empty() || sign == 0) refuse(match, "a match, such as method=delete_* or failure/");
  if (match == "failed") {
    filter.failed = true;
  } else if (sign == std::string_view::npos) {
    const bool topic = match.find('/') != std::string_view::npos;
    (topic ? filter.topics : filter.methods).emplace_back(match);
  } else if (match.substr(0, sign) == "phase") {
    filter.phases.push_back(parse_phase(match.substr(sign + 1)));
  } else if (auto* values = values_of(filter, match.substr(0, sign))) {
    values->emplace_back(match.substr(sign + 1));
  } else {
    refuse(match,
           "failed, or topic=, method=, phase=, publisher=, user=, project= or request= with a "
           "value");
  }
}

Phase parse_phase(std::string_view word) {
  if (const auto phase = phase_of(word)) return *phase;
  refuse(word, "a phase: pre, post, failure, periodic or system");
}

OutputFormat parse_output_format(std::string_view word) {
  if (word == "text") return OutputFormat::text;
  if (word == "json") return OutputFormat::json;
  if (word == "cloudevents") return OutputFormat::cloudevents;
  refuse(word, "an output format: text, json or cloudevents");
}

}  // namespace hookwire
