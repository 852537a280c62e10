#include "hookwire/schemas/topic.h"

#include "hookwire/base/error.h"
#include "hookwire/record/record.h"
#include "hookwire/schemas/utf8.h"

namespace hookwire {

namespace {

bool is_part(std::string_view part) {
  return !part.empty() && is_printable_utf8(part);
}

[[noreturn]] void refuse_topic(const std::string& why) {
  throw Error(ErrorCode::bad_input, "no topic can be made: " + why);
}

}  // namespace

std::string make_topic(Phase phase, std::string_view method, std::string_view publisher) {
  if (!is_part(method) || method.find('/') != std::string_view::npos) {
    refuse_topic("the method must be printable UTF-8, not empty and without a slash");
  }
  if (!is_part(publisher)) refuse_topic("the publisher must be printable UTF-8 and not empty");
  std::string topic(to_string(phase));
  topic.append("/").append(method).append("/").append(publisher);
  if (topic.size() > kMaxTopicBytes) {
    refuse_topic("it would take " + std::to_string(topic.size()) + " bytes, at most " +
                 std::to_string(kMaxTopicBytes) +
                 " are allowed; shorten the publisher or the method");
  }
  return topic;
}

std::optional<TopicParts> parse_topic(std::string_view topic) noexcept {
  if (topic.size() > kMaxTopicBytes) return std::nullopt;
  const std::size_t first = topic.find('/');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = topic.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::optional<Phase> phase = phase_of(topic.substr(0, first));
  const std::string_view method = topic.substr(first + 1, second - first - 1);
  const std::string_view publisher = topic.substr(second + 1);
  if (!phase || !is_part(method) || !is_part(publisher)) return std::nullopt;
  return TopicParts{*phase, method, publisher};
}

}  // namespace hookwire
