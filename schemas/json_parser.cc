#include <set>

#include <nlohmann/json.hpp>

#include "hookwire/base/error.h"
#include "hookwire/schemas/json.h"

namespace hookwire {

namespace {

constexpr std::size_t kMaxDepth = 64;

// Builds a Value from nlohmann's events, so that depth and keys are checked as they come.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return value_.null(), true; }
  bool boolean(bool value) override { return value_.boolean(value), true; }
  bool number_integer(number_integer_t value) override { return value_.integer(value), true; }
  bool number_unsigned(number_unsigned_t value) override {
    return value_.unsigned_integer(value), true;
  }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    return value_.real(value), true;
  }
  bool string(string_t& value) override { return value_.string(value), true; }
  bool binary(binary_t& /*value*/) override { return false; }

  bool start_object(std::size_t /*count*/) override {
    value_.begin_map(0);
    return enter();
  }
  bool key(string_t& name) override {
    if (!keys_.back().insert(name).second) return refuse("the key '" + name + "' stands twice");
    value_.key(name);
    return true;
  }
  bool end_object() override {
    value_.end_map();
    keys_.pop_back();
    return true;
  }
  bool start_array(std::size_t /*count*/) override {
    value_.begin_list(0);
    return enter();
  }
  bool end_array() override {
    value_.end_list();
    keys_.pop_back();
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    // The library's text begins with "[json.exception...] parse error at line 1, column 5: ".
    const std::string text = error.what();
    const std::size_t start = text.find(": ");
    return refuse("byte " + std::to_string(position) + ": " +
                  (start == std::string::npos ? text : text.substr(start + 2)));
  }

  Value take() { return value_.take(); }
  const std::string& fault() const { return fault_; }

 private:
  bool enter() {
    keys_.emplace_back();
    return keys_.size() <= kMaxDepth ||
           refuse("it nests deeper than " + std::to_string(kMaxDepth) + " levels");
  }
  bool refuse(std::string fault) {
    if (fault_.empty()) fault_ = std::move(fault);
    return false;
  }

  ValueBuilder value_;
  std::vector<std::set<std::string>> keys_;  // seen so far, for each open list or object
  std::string fault_;
};

}  // namespace

Value parse_json(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    throw Error(ErrorCode::bad_input, "not read as JSON: " + std::to_string(text.size()) +
                                          " bytes, at most " + std::to_string(max_bytes) +
                                          " are taken");
  }
  Builder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    throw Error(ErrorCode::bad_input, "not JSON: " + builder.fault());
  }
  return builder.take();
}

}  // namespace hookwire
