#include "guarded_visitor.h"

#include <algorithm>
#include <charconv>
#include <exception>

#include "hookwire/schemas/utf8.h"

namespace hookwire {

bool GuardedVisitor::write(const ValueRef& value) {
  try {
    value.visit(*this);
  } catch (...) {
    if (std::current_exception() == nullptr) throw;  // a thread that is being cancelled
    return false;
  }
  return done_ && !failed_ && depth_ == 0 && hidden_depth_ == 0;
}

// Counts a value that is due here. False when it is not to be written.
bool GuardedVisitor::enter_value() {
  if (failed_ || ++values_ > max_values_ || (depth_ == 0 && done_)) {
    failed_ = true;
    return false;
  }
  if (depth_ == 0) {
    done_ = true;
    return true;
  }
  Container& container = open_[depth_ - 1];
  if (container.left == 0 || (container.is_map && !container.keyed)) {
    failed_ = true;
    return false;
  }
  --container.left;
  container.keyed = false;
  return true;
}

std::string_view GuardedVisitor::mark_of(std::string_view secret) {
  if (secrets_.texts != nullptr) {
    if (const auto known = secrets_.texts->mark_of(secret)) return *known;
  }
  return {mark_.data(), secrets_.mark.mark(secret, mark_)};
}

// Takes one more piece of a secret list or map into its mark: each piece is a mark itself, so that
// a digest of the digests so far tells equal lists from others.
void GuardedVisitor::chain(char kind, std::string_view text) {
  chain_[chain_length_] = kind;
  const std::string_view piece = mark_of(text);
  std::copy(piece.begin(), piece.end(), chain_.data() + chain_length_ + 1);
  const std::string_view whole(chain_.data(), chain_length_ + 1 + piece.size());
  chain_length_ = secrets_.mark.mark(whole, mark_);
  std::copy_n(mark_.data(), chain_length_, chain_.data());
}

// True when the value that is due is a secret, or within one, and has been dealt with.
bool GuardedVisitor::secret_value(std::string_view text) {
  if (hidden_depth_ > 0) {
    chain('v', text);
    return true;
  }
  if (secrets_.paths.empty() || failed_ || !place_.secret()) return false;
  if (enter_value()) into_.string(mark_of(text));
  return true;
}

template <class T>
bool GuardedVisitor::secret_number(T value) {
  if (hidden_depth_ == 0 && secrets_.paths.empty()) return false;
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return secret_value({text.data(), static_cast<std::size_t>(end - text.data())});
}

// What may be seen of a text.
std::string_view GuardedVisitor::shown(std::string_view text) {
  if (secrets_.texts == nullptr || secrets_.texts->empty()) return text;
  const std::span<char> scratch = writer_ == nullptr ? scratch_ : writer_->spare();
  if (const auto replaced = secrets_.texts->replaced(text, scratch)) return *replaced;
  if (writer_ != nullptr) writer_->overflow();
  return kSecretText;
}

void GuardedVisitor::null() {
  if (hidden_depth_ > 0) return chain('n', {});
  if (enter_value()) into_.null();
}
void GuardedVisitor::boolean(bool value) {
  if (!secret_value(value ? "true" : "false") && enter_value()) into_.boolean(value);
}
void GuardedVisitor::integer(std::int64_t value) {
  if (!secret_number(value) && enter_value()) into_.integer(value);
}
void GuardedVisitor::unsigned_integer(std::uint64_t value) {
  if (!secret_number(value) && enter_value()) into_.unsigned_integer(value);
}
void GuardedVisitor::real(double value) {
  if (!secret_number(value) && enter_value()) into_.real(value);
}
void GuardedVisitor::string(std::string_view value) {
  if (secret_value(value) || !enter_value()) return;
  const std::string_view text = shown(value);
  if (is_utf8(text)) {
    into_.string(text);
  } else {
    into_.bytes(std::as_bytes(std::span(text)));
  }
}
void GuardedVisitor::bytes(std::span<const std::byte> value) {
  const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
  if (!secret_value(text) && enter_value()) into_.bytes(std::as_bytes(std::span(shown(text))));
}

void GuardedVisitor::begin(std::size_t count, bool is_map) {
  if (hidden_depth_ > 0 || (!failed_ && !secrets_.paths.empty() && place_.secret())) {
    // The value is written at its end.
    if (hidden_depth_ == 0 && !enter_value()) return;
    if (hidden_depth_++ == 0) chain_length_ = 0;
    return chain(is_map ? 'm' : 'l', {});
  }
  if (!enter_value()) return;
  if (depth_ == kMaxDepth || count > max_values_) {
    failed_ = true;
    return;
  }
  open_[depth_] = {.left = count, .is_map = is_map, .keyed = false};
  ++depth_;
  place_.begin(is_map);
  if (is_map) {
    into_.begin_map(count);
  } else {
    into_.begin_list(count);
  }
}

void GuardedVisitor::end(bool is_map) {
  if (hidden_depth_ > 0) {
    chain('e', {});
    if (--hidden_depth_ == 0) into_.string({chain_.data(), chain_length_});
    return;
  }
  if (failed_) return;
  if (depth_ == 0 || open_[depth_ - 1].left != 0 || open_[depth_ - 1].is_map != is_map) {
    failed_ = true;
    return;
  }
  --depth_;
  place_.end();
  if (is_map) {
    into_.end_map();
  } else {
    into_.end_list();
  }
}

void GuardedVisitor::begin_list(std::size_t count) {
  begin(count, false);
}
void GuardedVisitor::end_list() {
  end(false);
}
void GuardedVisitor::begin_map(std::size_t count) {
  begin(count, true);
}
void GuardedVisitor::end_map() {
  end(true);
}

void GuardedVisitor::key(std::string_view name) {
  if (hidden_depth_ > 0) return chain('k', name);
  if (failed_) return;
  if (depth_ == 0 || !open_[depth_ - 1].is_map || open_[depth_ - 1].keyed || !is_utf8(name)) {
    failed_ = true;
    return;
  }
  ++values_;
  open_[depth_ - 1].keyed = true;
  place_.key(name);
  const std::string_view text = shown(name);
  into_.key(is_utf8(text) ? text : kSecretText);
}

}  // namespace hookwire
