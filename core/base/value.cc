#include "hookwire/base/value.h"

#include <optional>

namespace hookwire {

namespace {

struct Number {
  bool negative;
  std::uint64_t bits;  // of the number as std::uint64_t, or of the negative one as std::int64_t
  friend bool operator==(const Number&, const Number&) = default;
};

std::optional<Number> number_in(const Value& value) noexcept {
  if (const std::uint64_t* number = value.unsigned_integer()) return Number{false, *number};
  if (const std::int64_t* number = value.integer()) {
    return Number{*number < 0, static_cast<std::uint64_t>(*number)};
  }
  return std::nullopt;
}

}  // namespace

const Value* Value::find(std::string_view key) const noexcept {
  if (map() == nullptr) return nullptr;
  for (const auto& [name, value] : *map()) {
    if (name == key) return &value;
  }
  return nullptr;
}

bool operator==(const Value& a, const Value& b) noexcept {
  const std::optional<Number> number = number_in(a);
  if (number) return number == number_in(b);
  return a.data_ == b.data_;
}

void visit_value(const Value& value, ValueVisitor& visitor) {
  if (const bool* boolean = value.boolean()) {
    visitor.boolean(*boolean);
  } else if (const std::int64_t* integer = value.integer()) {
    visitor.integer(*integer);
  } else if (const std::uint64_t* number = value.unsigned_integer()) {
    visitor.unsigned_integer(*number);
  } else if (const double* real = value.real()) {
    visitor.real(*real);
  } else if (const std::string* string = value.string()) {
    visitor.string(*string);
  } else if (const Value::Bytes* bytes = value.bytes()) {
    visitor.bytes(*bytes);
  } else if (const Value::List* list = value.list()) {
    visit_value(*list, visitor);
  } else if (const Value::Map* map = value.map()) {
    visitor.begin_map(map->size());
    for (const auto& [key, entry] : *map) visit_entry(key, entry, visitor);
    visitor.end_map();
  } else {
    visitor.null();
  }
}

void ValueBuilder::add(Value value) {
  if (open_.empty()) {
    root_ = std::move(value);
  } else if (Value::List* list = open_.back().list()) {
    list->push_back(std::move(value));
  } else {
    open_.back().map()->emplace_back(std::move(keys_.back()), std::move(value));
    keys_.pop_back();
  }
}

void ValueBuilder::close() {
  Value value = std::move(open_.back());
  open_.pop_back();
  add(std::move(value));
}

void ValueBuilder::null() {
  add({});
}
void ValueBuilder::boolean(bool value) {
  add(value);
}
void ValueBuilder::integer(std::int64_t value) {
  add(value);
}
void ValueBuilder::unsigned_integer(std::uint64_t value) {
  add(value);
}
void ValueBuilder::real(double value) {
  add(value);
}
void ValueBuilder::string(std::string_view value) {
  add(value);
}
void ValueBuilder::bytes(std::span<const std::byte> value) {
  add(Value::Bytes(value.begin(), value.end()));
}
// Counts are hints of whoever is visited: not trusted with an allocation.
void ValueBuilder::begin_list(std::size_t /*count*/) {
  open_.emplace_back(Value::List());
}
void ValueBuilder::end_list() {
  close();
}
void ValueBuilder::begin_map(std::size_t /*count*/) {
  open_.emplace_back(Value::Map());
}
void ValueBuilder::key(std::string_view name) {
  keys_.emplace_back(name);
}
void ValueBuilder::end_map() {
  close();
}

Value ValueBuilder::take() {
  open_.clear();
  keys_.clear();
  return std::exchange(root_, Value());
}

}  // namespace hookwire
