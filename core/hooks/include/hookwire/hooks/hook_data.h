#pragma once

#include <cstddef>
#include <exception>
#include <new>
#include <type_traits>
#include <typeinfo>
#include <utility>

#pragma GCC visibility push(default)
namespace hookwire {

/// What a hook's pre hands to its own post or failure: nothing, one value of any movable type, or,
/// when pre raised and was suppressed, that exception. Holds up to kInlineBytes in place, without
/// allocating. Move-only; confined to the calling thread.
class HookData {
 public:
  static constexpr std::size_t kInlineBytes = 64;

  HookData() noexcept {}  // NOLINT(modernize-use-equals-default): leaves the storage untouched
  HookData(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): `return nullptr;`

  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, HookData> &&
           !std::is_same_v<std::remove_cvref_t<T>, std::nullptr_t>)
      HookData(T&& value) {  // NOLINT(google-explicit-constructor): `return state;` in pre
    using Held = std::remove_cvref_t<T>;
    if constexpr (kFits<Held>) {
      ::new (static_cast<void*>(storage_)) Held(std::forward<T>(value));
    } else {
      ::new (static_cast<void*>(storage_)) Held*(new Held(std::forward<T>(value)));
    }
    type_ = &kTypeOf<Held>;
  }

  HookData(HookData&& other) noexcept { take(other); }
  HookData& operator=(HookData&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  HookData(const HookData&) = delete;
  HookData& operator=(const HookData&) = delete;
  ~HookData() { reset(); }

  bool empty() const noexcept { return type_ == nullptr; }

  /// The value when pre returned a T, else nullptr.
  template <class T>
  T* get_if() noexcept {
    if (type_ == nullptr || *type_->info != typeid(T)) return nullptr;
    return static_cast<T*>(type_->address(storage_));
  }

  /// The exception that pre raised and that was suppressed, else null.
  std::exception_ptr suppressed_error() noexcept {
    const std::exception_ptr* error = get_if<std::exception_ptr>();
    return error == nullptr ? nullptr : *error;
  }

 private:
  struct Type {
    const std::type_info* info;
    void* (*address)(std::byte*) noexcept;
    void (*move)(std::byte* from, std::byte* to) noexcept;
    void (*destroy)(std::byte*) noexcept;
  };

  template <class T>
  static constexpr bool kFits =
      sizeof(T) <= kInlineBytes &&
      alignof(T) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<T>;

  template <class T>
  static T* held(std::byte* storage) noexcept {
    if constexpr (kFits<T>) {
      return std::launder(reinterpret_cast<T*>(storage));
    } else {
      return *std::launder(reinterpret_cast<T**>(storage));
    }
  }

  template <class T>
  static constexpr Type kTypeOf{
      &typeid(T), [](std::byte* storage) noexcept -> void* { return held<T>(storage); },
      [](std::byte* from, std::byte* to) noexcept {
        if constexpr (kFits<T>) {
          ::new (static_cast<void*>(to)) T(std::move(*held<T>(from)));
          held<T>(from)->~T();
        } else {
          ::new (static_cast<void*>(to)) T*(held<T>(from));
        }
      },
      [](std::byte* storage) noexcept {
        if constexpr (kFits<T>) {
          held<T>(storage)->~T();
        } else {
          delete held<T>(storage);
        }
      }};

  void take(HookData& other) noexcept {
    if (other.type_ == nullptr) return;
    other.type_->move(other.storage_, storage_);
    type_ = std::exchange(other.type_, nullptr);
  }
  void reset() noexcept {
    if (type_ != nullptr) std::exchange(type_, nullptr)->destroy(storage_);
  }

  const Type* type_ = nullptr;
  alignas(std::max_align_t) std::byte storage_[kInlineBytes];
};

}  // namespace hookwire
#pragma GCC visibility pop
