#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hookwire/hooks/secret_mark.h"

#pragma GCC visibility push(default)
namespace hookwire {

/// The secrets of one call, to be found in its texts and replaced there by their marks. A text that
/// holds a secret of less than kShortBytes is blanked whole, and so is every text when there are
/// more secrets than the limits allow; the rest of a text in which searching takes too much work
/// is. Secrets are wiped from memory by clear() and at the end. Adding allocates until its memory
/// has grown to what calls need; replacing never does. Thread-compatible.
class SecretTexts {
 public:
  static constexpr std::size_t kShortBytes = 4;

  struct Limits {
    std::size_t count = 256;
    std::size_t bytes = 64 * 1024;
  };

  SecretTexts() : SecretTexts(Limits()) {}
  explicit SecretTexts(Limits limits);
  ~SecretTexts() { clear(); }
  SecretTexts(const SecretTexts&) = delete;
  SecretTexts& operator=(const SecretTexts&) = delete;

  /// Remembers `secret` and what `mark` says of it. Nothing for an empty one, and for one that is
  /// there already.
  void add(std::string_view secret, const SecretMark& mark);
  /// There may be secrets that cannot be known: from now on every text is blanked.
  void blank_all() noexcept { blank_all_ = true; }
  void clear() noexcept;

  bool empty() const noexcept { return entries_.empty() && !blank_all_; }
  /// The mark of `secret`, when it was added.
  std::optional<std::string_view> mark_of(std::string_view secret) const noexcept;

  /// `text` when it holds no secret; else what may be shown of it, built in `scratch`. Nothing when
  /// that has no room for it.
  std::optional<std::string_view> replaced(std::string_view text,
                                           std::span<char> scratch) const noexcept;
  /// The same as a string.
  std::string replaced(std::string_view text) const;

 private:
  struct Entry {
    std::size_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t next = 0;  // in the same bucket, counted from 1
    std::size_t hash = 0;
    std::uint8_t mark_length = 0;
    std::array<char, kMaxMarkBytes> mark;
  };
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    const Entry* entry = nullptr;
  };

  std::string_view text_of(const Entry& entry) const noexcept;
  static std::string_view mark_of(const Entry& entry) noexcept;
  const Entry* find(std::string_view secret) const noexcept;
  const Entry* longest_at(std::string_view text, std::size_t at, std::size_t& left) const noexcept;
  bool next_match(std::string_view text, std::size_t from, Match& match,
                  std::size_t& left) const noexcept;
  bool must_be_blank(std::string_view text) const noexcept;
  bool may_begin_at(const char* at) const noexcept;
  template <class Sink>
  bool replace(std::string_view text, Sink&& sink) const;

  const Limits limits_;
  std::vector<Entry> entries_;
  std::vector<char> bytes_;             // the secrets, one behind the other
  std::vector<std::uint32_t> buckets_;  // of entries by hash, counted from 1
  std::vector<std::uint64_t> filter_;   // a bit for each hash of a secret's first bytes
  std::vector<std::uint32_t> lengths_;  // that occur, from kShortBytes on, the longest first
  std::vector<std::uint32_t> shorts_;   // entries below kShortBytes
  bool blank_all_ = false;
};

}  // namespace hookwire
#pragma GCC visibility pop
