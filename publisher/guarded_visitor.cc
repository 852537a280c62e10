#include "guarded_visitor.h"

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

// Whether the path of the value that is due is one of the secrets.
bool GuardedVisitor::is_secret() const noexcept {
  for (std::string_view secret : secrets_) {
    bool same = true;
    for (std::size_t i = 0; i <= depth_ && same; ++i) {
      // Entries of a list have no name of their own: a secret covers them all.
      if (i > 0 && !open_[i - 1].is_map) continue;
      if (i > 0) {
        same = secret.starts_with('.');
        if (same) secret.remove_prefix(1);
      }
      same = same && secret.starts_with(path_[i]);
      if (same) secret.remove_prefix(path_[i].size());
    }
    if (same && secret.empty()) return true;
  }
  return false;
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

// True when the value that is due is a secret, or within one, and has been dealt with.
bool GuardedVisitor::secret_value() {
  if (hidden_depth_ > 0) return true;
  if (secrets_.size() == 0 || !is_secret()) return false;
  if (enter_value()) into_.string(kSecretText);
  return true;
}

void GuardedVisitor::null() {
  if (!secret_value() && enter_value()) into_.null();
}
void GuardedVisitor::boolean(bool value) {
  if (!secret_value() && enter_value()) into_.boolean(value);
}
void GuardedVisitor::integer(std::int64_t value) {
  if (!secret_value() && enter_value()) into_.integer(value);
}
void GuardedVisitor::unsigned_integer(std::uint64_t value) {
  if (!secret_value() && enter_value()) into_.unsigned_integer(value);
}
void GuardedVisitor::real(double value) {
  if (!secret_value() && enter_value()) into_.real(value);
}
void GuardedVisitor::string(std::string_view value) {
  if (secret_value() || !enter_value()) return;
  if (is_utf8(value)) {
    into_.string(value);
  } else {
    into_.bytes(std::as_bytes(std::span(value)));
  }
}
void GuardedVisitor::bytes(std::span<const std::byte> value) {
  if (!secret_value() && enter_value()) into_.bytes(value);
}

void GuardedVisitor::begin(std::size_t count, bool is_map) {
  if (secret_value()) {
    ++hidden_depth_;
    return;
  }
  if (!enter_value()) return;
  if (depth_ == kMaxDepth || count > max_values_) {
    failed_ = true;
    return;
  }
  open_[depth_] = {.left = count, .is_map = is_map, .keyed = false};
  path_[++depth_] = {};
  if (is_map) {
    into_.begin_map(count);
  } else {
    into_.begin_list(count);
  }
}

void GuardedVisitor::end(bool is_map) {
  if (hidden_depth_ > 0) {
    --hidden_depth_;
    return;
  }
  if (failed_) return;
  if (depth_ == 0 || open_[depth_ - 1].left != 0 || open_[depth_ - 1].is_map != is_map) {
    failed_ = true;
    return;
  }
  --depth_;
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
  if (hidden_depth_ > 0 || failed_) return;
  if (depth_ == 0 || !open_[depth_ - 1].is_map || open_[depth_ - 1].keyed || !is_utf8(name)) {
    failed_ = true;
    return;
  }
  ++values_;
  open_[depth_ - 1].keyed = true;
  path_[depth_] = name;
  into_.key(name);
}

}  // namespace hookwire
