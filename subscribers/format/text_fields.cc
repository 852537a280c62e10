#include "text_fields.h"

#include "hookwire/format/printable.h"
#include "hookwire/schemas/json.h"
#include "hookwire/schemas/topic.h"

namespace hookwire {
namespace {

constexpr std::size_t kMaxName = 32;
constexpr std::size_t kMaxMessage = 160;

// Characters, not bytes: continuation bytes of UTF-8 do not count.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return width;
}

std::string_view colour_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      break;
    case Tone::faint:
      return "\x1b[2m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::bad:
      return "\x1b[1;31m";
    case Tone::notice:
      return "\x1b[36m";
  }
  return {};
}

}  // namespace

void TextLine::add(std::string_view word, std::size_t width, Tone tone) {
  if (word.empty()) return;
  if (!text_.empty()) text_ += ' ';
  const std::string_view colour = colour_ ? colour_of(tone) : std::string_view();
  text_ += colour;
  text_ += word;
  if (!colour.empty()) text_ += "\x1b[0m";
  const std::size_t has = width_of(word);
  if (has < width) text_.append(width - has, ' ');
}

std::string TextLine::take() {
  text_.resize(text_.find_last_not_of(' ') + 1);
  return std::move(text_);
}

std::string what_text(const Event& event) {
  if (!event.method.empty()) return printable(event.method, kMaxName);
  const auto parts = parse_topic(event.topic);
  return printable(parts ? parts->method : std::string_view("-"), kMaxName);
}

std::string resource_text(const Event& event) {
  if (!event.resource) return {};
  const std::string id = printable(event.resource->id, kMaxName);
  const std::string type = printable(event.resource->type, kMaxName);
  return type.empty() ? id : type + ":" + id;
}

std::string who_text(const Event& event) {
  const std::string user = printable(event.context.user_id, kMaxName);
  const std::string request = printable(event.context.request_id, kMaxName);
  return user.empty() || request.empty() ? user + request : user + " " + request;
}

std::string part_text(const Event& event) {
  std::string text;
  if (event.tick) text = "tick " + std::to_string(*event.tick);
  if (event.part && event.parts) {
    text += (text.empty() ? "part " : " part ") + std::to_string(*event.part) + "/" +
            std::to_string(*event.parts);
  }
  return text;
}

std::string error_text(const Event& event) {
  if (!event.error) return {};
  const std::string type = printable(event.error->type, kMaxName);
  const std::string message = printable(event.error->message, kMaxMessage);
  return message.empty() ? type : type + ": " + message;
}

std::string data_text(const Event& event) {
  return event.data ? printable(to_json(*event.data), kMaxMessage) : std::string();
}

}  // namespace hookwire
