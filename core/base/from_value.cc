#include "hookwire/base/from_value.h"

#include <algorithm>

namespace hookwire {

std::string_view kind_of(const Value& value) noexcept {
  if (value.boolean() != nullptr) return "a boolean";
  if (value.integer() != nullptr) return *value.integer() < 0 ? "a negative integer" : "an integer";
  if (value.unsigned_integer() != nullptr) return "an integer";
  if (value.real() != nullptr) return "a number with a fraction";
  if (value.string() != nullptr) return "a string";
  if (value.bytes() != nullptr) return "bytes";
  if (value.list() != nullptr) return "a list";
  if (value.map() != nullptr) return "an object";
  return "null";
}

void refuse_value(std::string_view what, std::string_view expected, const Value& found) {
  throw Error(ErrorCode::bad_input, std::string(what) + " must be " + std::string(expected) +
                                        ", found " + std::string(kind_of(found)));
}

void from_value(const Value& value, std::string_view /*what*/, Value& out) {
  out = value;
}

void from_value(const Value& value, std::string_view what, bool& out) {
  if (value.boolean() == nullptr) refuse_value(what, "a boolean", value);
  out = *value.boolean();
}

void from_value(const Value& value, std::string_view what, double& out) {
  if (value.real() != nullptr) {
    out = *value.real();
  } else if (value.integer() != nullptr) {
    out = static_cast<double>(*value.integer());
  } else if (value.unsigned_integer() != nullptr) {
    out = static_cast<double>(*value.unsigned_integer());
  } else {
    refuse_value(what, "a number", value);
  }
}

void from_value(const Value& value, std::string_view what, std::string& out) {
  if (value.string() == nullptr) refuse_value(what, "a string", value);
  out = *value.string();
}

void from_value(const Value& value, std::string_view what, Value::Bytes& out) {
  if (value.bytes() == nullptr) refuse_value(what, "bytes", value);
  out = *value.bytes();
}

EntryReader::EntryReader(const Value& value, std::string_view what) : value_(value), what_(what) {
  if (value.map() == nullptr) refuse_value(what, "an object", value);
}

const Value* EntryReader::find(std::string_view name) {
  asked_.push_back(name);
  return value_.find(name);
}

const Value& EntryReader::get(std::string_view name) {
  if (const Value* entry = find(name)) return *entry;
  throw Error(ErrorCode::bad_input, std::string(what_) + " lacks '" + std::string(name) + "'");
}

std::string EntryReader::where(std::string_view name) const {
  return std::string(what_) + ", key '" + std::string(name) + "'";
}

void EntryReader::finish() const {
  for (const auto& [key, entry] : *value_.map()) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    std::string known;
    for (std::string_view name : asked_) known += (known.empty() ? "" : ", ") + std::string(name);
    throw Error(ErrorCode::bad_input, where(key) + " is not known; there are: " + known);
  }
}

}  // namespace hookwire
