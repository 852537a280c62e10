#pragma once

#include <memory>
#include <typeinfo>

#include "hookwire/base/error.h"
#include "hookwire/base/type_name.h"
#include "hookwire/base/value_visitor.h"

namespace hookwire {

/// A reference to a value of some visitable type: to be had by that type, checked, or visited
/// without knowing it. Two words and a pointer; never allocates; what it refers to must outlive it.
/// Immutable.
class ValueRef {
 public:
  /// Refers to nothing; visits as null.
  ValueRef() = default;

  template <Visitable T>
  static ValueRef to(const T& value) noexcept {
    ValueRef ref;
    ref.type_ = &typeid(T);
    ref.address_ = std::addressof(value);
    ref.visit_ = [](const void* address, ValueVisitor& visitor) {
      visit_value(*static_cast<const T*>(address), visitor);
    };
    return ref;
  }

  bool empty() const noexcept { return address_ == nullptr; }

  /// The value, or nullptr when it is of another type.
  template <class T>
  const T* get_if() const noexcept {
    return address_ != nullptr && *type_ == typeid(T) ? static_cast<const T*>(address_) : nullptr;
  }

  /// The value. Throws Error bad_input naming both types when it is of another.
  template <class T>
  const T& get() const {
    if (const T* value = get_if<T>()) return *value;
    throw Error(ErrorCode::bad_input,
                "asked for a " + short_type_name(typeid(T)) + ", but the value is " +
                    (empty() ? std::string("empty") : "a " + short_type_name(*type_)));
  }

  void visit(ValueVisitor& visitor) const {
    if (address_ == nullptr) {
      visitor.null();
    } else {
      visit_(address_, visitor);
    }
  }

 private:
  const std::type_info* type_ = nullptr;
  const void* address_ = nullptr;
  void (*visit_)(const void*, ValueVisitor&) = nullptr;
};

}  // namespace hookwire
