#include "from_value.h"

#include <array>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view expected, const Value& found) {
  throw Error(ErrorCode::bad_input, std::string(what) + " must be " + std::string(expected) +
                                        ", found " + std::string(kind_of(found)));
}

}  // namespace

std::string_view kind_of(const Value& value) noexcept {
  if (value.boolean() != nullptr) return "a boolean";
  if (value.integer() != nullptr) return "a negative integer";
  if (value.unsigned_integer() != nullptr) return "an integer";
  if (value.real() != nullptr) return "a number with a fraction";
  if (value.string() != nullptr) return "a string";
  if (value.bytes() != nullptr) return "bytes";
  if (value.list() != nullptr) return "a list";
  if (value.map() != nullptr) return "an object";
  return "null";
}

void from_value(const Value& value, std::string_view what, std::string& out) {
  if (value.string() == nullptr) refuse(what, "a string", value);
  out = *value.string();
}

void from_value(const Value& value, std::string_view what, std::uint64_t& out) {
  if (value.unsigned_integer() == nullptr) refuse(what, "an integer of 0 or more", value);
  out = *value.unsigned_integer();
}

void from_value(const Value& value, std::string_view what, Access& out) {
  if (value.map() == nullptr) {
    refuse(what, "an object with access_type, access_to, access_level, access_key", value);
  }
  struct Field {
    std::string_view name;
    std::string Access::*member;
    bool required;
  };
  constexpr std::array kFields{Field{"access_type", &Access::access_type, true},
                               Field{"access_to", &Access::access_to, true},
                               Field{"access_level", &Access::access_level, true},
                               Field{"access_key", &Access::access_key, false}};
  for (const auto& [key, entry] : *value.map()) {
    const std::string where = std::string(what) + ", key '" + key + "'";
    const Field* known = nullptr;
    for (const Field& field : kFields) {
      if (field.name == key) known = &field;
    }
    if (known == nullptr) {
      throw Error(ErrorCode::bad_input,
                  where + " is not known: access_type, access_to, access_level and access_key are");
    }
    from_value(entry, where, out.*(known->member));
  }
  for (const Field& field : kFields) {
    if (field.required && value.find(field.name) == nullptr) {
      throw Error(ErrorCode::bad_input,
                  std::string(what) + " lacks '" + std::string(field.name) + "'");
    }
  }
}

void from_value(const Value& value, std::string_view what, DriverOptions& out) {
  if (value.is_null()) return;
  if (value.map() == nullptr) refuse(what, "an object of strings", value);
  for (const auto& [key, entry] : *value.map()) {
    from_value(entry, std::string(what) + ", key '" + key + "'", out[key]);
  }
}

}  // namespace hookwire
