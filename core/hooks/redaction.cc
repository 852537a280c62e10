#include "hookwire/hooks/redaction.h"

#include <array>
#include <charconv>
#include <exception>

#include "hookwire/hooks/call.h"
#include "hookwire/hooks/outcome.h"

namespace hookwire {

namespace {

// Adds the secrets of what it is shown. What nests deeper than SecretPlace follows is shown nowhere
// but in an error's text: then nothing is.
class SecretCollector final : public ValueVisitor {
 public:
  SecretCollector(const SecretPaths& paths, std::string_view name, const SecretMark& mark,
                  SecretTexts& texts)
      : place_(paths, name), mark_(mark), texts_(texts) {}

  void null() override {}
  void boolean(bool /*value*/) override {}
  void integer(std::int64_t value) override { number(value); }
  void unsigned_integer(std::uint64_t value) override { number(value); }
  void real(double value) override { number(value); }
  void string(std::string_view value) override {
    if (secret()) texts_.add(value, mark_);
  }
  void bytes(std::span<const std::byte> value) override {
    string({reinterpret_cast<const char*>(value.data()), value.size()});
  }
  void begin_list(std::size_t /*count*/) override { begin(false); }
  void end_list() override { end(); }
  void begin_map(std::size_t /*count*/) override { begin(true); }
  void key(std::string_view name) override {
    if (within_ == 0 && too_deep_ == 0 && depth_ > 0) place_.key(name);
  }
  void end_map() override { end(); }

 private:
  bool secret() const noexcept { return within_ > 0 || (too_deep_ == 0 && place_.secret()); }
  template <class T>
  void number(T value) {
    if (!secret()) return;
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    texts_.add({text.data(), static_cast<std::size_t>(end - text.data())}, mark_);
  }
  void begin(bool is_map) noexcept {
    if (within_ > 0 || secret()) {
      ++within_;
    } else if (too_deep_ > 0 || depth_ == SecretPlace::kMaxDepth) {
      ++too_deep_;
      texts_.blank_all();
    } else {
      ++depth_;
      place_.begin(is_map);
    }
  }
  void end() noexcept {
    if (within_ > 0) {
      --within_;
    } else if (too_deep_ > 0) {
      --too_deep_;
    } else if (depth_ > 0) {
      --depth_;
      place_.end();
    }
  }

  SecretPlace place_;
  const SecretMark& mark_;
  SecretTexts& texts_;
  std::size_t depth_ = 0;
  std::size_t within_ = 0;    // lists and maps open within a secret
  std::size_t too_deep_ = 0;  // lists and maps open beyond what is followed
};

}  // namespace

void collect_secrets(const ValueRef& value, std::string_view name, const SecretPaths& paths,
                     const SecretMark& mark, SecretTexts& texts) {
  if (!paths.may_be_in(name)) return;
  SecretCollector collector(paths, name, mark, texts);
  try {
    value.visit(collector);
  } catch (...) {
    if (std::current_exception() == nullptr) throw;  // a thread that is being cancelled
    texts.blank_all();
  }
}

void collect_secrets(const Call& call, const Outcome* outcome, const SecretPaths& paths,
                     const SecretMark& mark, SecretTexts& texts) {
  for (const Argument& argument : call.arguments()) {
    collect_secrets(argument.value, argument.name, paths, mark, texts);
  }
  if (outcome == nullptr || !outcome->has_result()) return;
  collect_secrets(outcome->value(), "result", paths, mark, texts);
}

Redaction::Redaction(std::vector<std::string> redact, const Names& periodic,
                     std::shared_ptr<const SecretMark> mark)
    : redact_(std::move(redact)), periodic_(periodic, redact_), mark_(std::move(mark)) {}

const SecretMark& Redaction::mark() const noexcept {
  return mark_ == nullptr ? kPlainMark : *mark_;
}

std::string Redaction::text(const Call& call, const Outcome* outcome, std::string_view text) const {
  const SecretPaths secrets = paths(call.descriptor());
  if (secrets.empty()) return std::string(text);
  SecretTexts texts;
  collect_secrets(call, outcome, secrets, mark(), texts);
  return texts.replaced(text);
}

std::string Redaction::periodic_text(const ValueRef& data, std::string_view text) const {
  if (periodic_.empty()) return std::string(text);
  SecretTexts texts(kPeriodicSecrets);
  collect_secrets(data, "result", periodic_, mark(), texts);
  return texts.replaced(text);
}

std::string Call::redacted(std::string_view text, const Outcome* outcome) const {
  return redaction_ == nullptr ? Redaction().text(*this, outcome, text)
                               : redaction_->text(*this, outcome, text);
}

}  // namespace hookwire
