#pragma once

#include <memory>
#include <typeinfo>

#include "hookwire/base/error.h"
#include "hookwire/base/type_name.h"
#include "hookwire/base/value_visitor.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// A reference to a value of some visitable type: to be had by that type, checked, or visited
/// without knowing it. Two words; never allocates; what it refers to must outlive it. Immutable.
class ValueRef {
 public:
  /// Refers to nothing; visits as null.
  ValueRef() = default;

  template <Visitable T>
  static ValueRef to(const T& value) noexcept {
    return {&kTypeOf<T>, std::addressof(value)};
  }

  bool empty() const noexcept { return address_ == nullptr; }

  /// The value, or nullptr when it is of another type.
  template <class T>
  const T* get_if() const noexcept {
    return address_ != nullptr && *type_->info == typeid(T) ? static_cast<const T*>(address_)
                                                            : nullptr;
  }

  /// The value. Throws Error bad_input naming both types when it is of another.
  template <class T>
  const T& get() const {
    if (const T* value = get_if<T>()) return *value;
    throw Error(ErrorCode::bad_input,
                "asked for a " + short_type_name(typeid(T)) + ", but the value is " +
                    (empty() ? std::string("empty") : "a " + short_type_name(*type_->info)));
  }

  void visit(ValueVisitor& visitor) const {
    if (address_ == nullptr) {
      visitor.null();
    } else {
      type_->visit(address_, visitor);
    }
  }

 private:
  struct Type {
    const std::type_info* info;
    void (*visit)(const void*, ValueVisitor&);
  };
  template <Visitable T>
  static constexpr Type kTypeOf{&typeid(T), [](const void* address, ValueVisitor& visitor) {
                                  visit_value(*static_cast<const T*>(address), visitor);
                                }};

  ValueRef(const Type* type, const void* address) noexcept : type_(type), address_(address) {}

  const Type* type_ = nullptr;
  const void* address_ = nullptr;
};

}  // namespace hookwire
#pragma GCC visibility pop
