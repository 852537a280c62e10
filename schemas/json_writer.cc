#include <cmath>

#include <nlohmann/json.hpp>

#include "hookwire/schemas/json.h"

namespace hookwire {

namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string base64(std::span<const std::byte> bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? std::to_integer<std::uint32_t>(bytes[at + i]) : 0);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= count ? kAlphabet[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return text;
}

}  // namespace

void JsonWriter::separate() {
  if (!separated_) text_ += ',';
  separated_ = false;
}

void JsonWriter::null() {
  separate();
  text_ += "null";
}

void JsonWriter::boolean(bool value) {
  separate();
  text_ += value ? "true" : "false";
}

void JsonWriter::integer(std::int64_t value) {
  separate();
  text_ += std::to_string(value);
}

void JsonWriter::unsigned_integer(std::uint64_t value) {
  separate();
  text_ += std::to_string(value);
}

void JsonWriter::real(double value) {
  if (std::isnan(value)) return string("NaN");
  if (std::isinf(value)) return string(value > 0 ? "Infinity" : "-Infinity");
  separate();
  text_ += dump(value);
}

void JsonWriter::string(std::string_view value) {
  separate();
  text_ += dump(value);
}

void JsonWriter::bytes(std::span<const std::byte> value) {
  separate();
  text_ += R"({"base64":")" + base64(value) + "\"}";
}

void JsonWriter::begin_list(std::size_t /*count*/) {
  separate();
  text_ += '[';
  separated_ = true;
}

void JsonWriter::end_list() {
  text_ += ']';
  separated_ = false;
}

void JsonWriter::begin_map(std::size_t /*count*/) {
  separate();
  text_ += '{';
  separated_ = true;
}

void JsonWriter::key(std::string_view name) {
  separate();
  text_ += dump(name);
  text_ += ':';
  separated_ = true;
}

void JsonWriter::end_map() {
  text_ += '}';
  separated_ = false;
}

std::string JsonWriter::take() {
  separated_ = true;
  return std::exchange(text_, {});
}

}  // namespace hookwire
