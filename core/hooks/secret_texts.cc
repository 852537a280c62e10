#include "hookwire/hooks/secret_texts.h"

#include <string.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

namespace hookwire {

namespace {

constexpr std::size_t kFilterBitsPerSecret = 16;

// Bytes compared with secrets in one text. Only texts that are made to begin like a long secret
// again and again need more: what comes behind is blanked.
constexpr std::size_t kMostCompared = 4 << 20;

std::size_t hash_of(std::string_view text) noexcept {
  return std::hash<std::string_view>()(text);
}

}  // namespace

SecretTexts::SecretTexts(Limits limits) : limits_(limits) {
  const std::size_t count = std::bit_ceil(std::max<std::size_t>(limits.count, 64));
  buckets_.resize(2 * count);
  filter_.resize(count * kFilterBitsPerSecret / 64);
}

void SecretTexts::clear() noexcept {
  if (!bytes_.empty()) ::explicit_bzero(bytes_.data(), bytes_.size());
  if (!entries_.empty()) {
    std::fill(buckets_.begin(), buckets_.end(), 0);
    std::fill(filter_.begin(), filter_.end(), 0);
  }
  bytes_.clear();
  entries_.clear();
  lengths_.clear();
  shorts_.clear();
  blank_all_ = false;
}

std::string_view SecretTexts::text_of(const Entry& entry) const noexcept {
  return {bytes_.data() + entry.offset, entry.length};
}

std::string_view SecretTexts::mark_of(const Entry& entry) noexcept {
  return {entry.mark.data(), entry.mark_length};
}

// The bit of the filter that stands for the four bytes at `at`.
bool SecretTexts::may_begin_at(const char* at) const noexcept {
  std::uint32_t front = 0;
  std::memcpy(&front, at, sizeof front);
  const std::size_t bit = (front * 0x9E3779B1u >> 7) & (filter_.size() * 64 - 1);
  return (filter_[bit / 64] >> bit % 64 & 1) != 0;
}

void SecretTexts::add(std::string_view secret, const SecretMark& mark) {
  if (secret.empty() || blank_all_ || find(secret) != nullptr) return;
  if (entries_.size() == limits_.count || secret.size() > limits_.bytes - bytes_.size()) {
    blank_all_ = true;
    return;
  }
  Entry entry;
  entry.offset = bytes_.size();
  entry.length = static_cast<std::uint32_t>(secret.size());
  entry.hash = hash_of(secret);
  entry.mark_length = static_cast<std::uint8_t>(mark.mark(secret, entry.mark));
  const auto number = static_cast<std::uint32_t>(entries_.size() + 1);
  std::uint32_t& bucket = buckets_[entry.hash & (buckets_.size() - 1)];
  entry.next = bucket;
  // Grown into new memory, the old is wiped.
  if (bytes_.capacity() - bytes_.size() < secret.size()) {
    std::vector<char> larger;
    larger.reserve(std::max(2 * bytes_.capacity(), bytes_.size() + secret.size() + 1024));
    larger.assign(bytes_.begin(), bytes_.end());
    if (!bytes_.empty()) ::explicit_bzero(bytes_.data(), bytes_.size());
    bytes_ = std::move(larger);
  }
  bytes_.insert(bytes_.end(), secret.begin(), secret.end());
  entries_.push_back(entry);
  bucket = number;
  if (secret.size() < kShortBytes) {
    shorts_.push_back(number - 1);
    return;
  }
  std::uint32_t front = 0;
  std::memcpy(&front, secret.data(), sizeof front);
  const std::size_t bit = (front * 0x9E3779B1u >> 7) & (filter_.size() * 64 - 1);
  filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
  const auto place =
      std::lower_bound(lengths_.begin(), lengths_.end(), entry.length, std::greater<>());
  if (place == lengths_.end() || *place != entry.length) lengths_.insert(place, entry.length);
}

const SecretTexts::Entry* SecretTexts::find(std::string_view secret) const noexcept {
  const std::size_t hash = hash_of(secret);
  for (std::uint32_t at = buckets_[hash & (buckets_.size() - 1)]; at != 0;) {
    const Entry& entry = entries_[at - 1];
    if (entry.hash == hash && text_of(entry) == secret) return &entry;
    at = entry.next;
  }
  return nullptr;
}

std::optional<std::string_view> SecretTexts::mark_of(std::string_view secret) const noexcept {
  const Entry* const entry = entries_.empty() ? nullptr : find(secret);
  return entry == nullptr ? std::nullopt : std::optional(mark_of(*entry));
}

const SecretTexts::Entry* SecretTexts::longest_at(std::string_view text, std::size_t at,
                                                  std::size_t& left) const noexcept {
  if (text.size() - at < kShortBytes || !may_begin_at(text.data() + at)) return nullptr;
  for (const std::uint32_t length : lengths_) {
    if (length > text.size() - at) continue;
    if (length > left) {
      left = 0;
      return nullptr;
    }
    left -= length;
    if (const Entry* entry = find(text.substr(at, length))) return entry;
  }
  return nullptr;
}

// The next run of bytes that secrets cover, from `from` on: where they overlap it is one run, which
// goes by the first of them. False at the end, and when nothing is left to compare with.
bool SecretTexts::next_match(std::string_view text, std::size_t from, Match& match,
                             std::size_t& left) const noexcept {
  match.entry = nullptr;
  for (std::size_t at = from; at < text.size(); ++at) {
    if (match.entry != nullptr && at >= match.end) return true;
    const Entry* const entry = longest_at(text, at, left);
    if (left == 0) return false;
    if (entry == nullptr) continue;
    if (match.entry == nullptr) match = {at, at, entry};
    match.end = std::max(match.end, at + entry->length);
  }
  return match.entry != nullptr;
}

bool SecretTexts::must_be_blank(std::string_view text) const noexcept {
  if (blank_all_) return !text.empty();
  return std::any_of(shorts_.begin(), shorts_.end(), [&](std::uint32_t index) {
    return text.find(text_of(entries_[index])) != std::string_view::npos;
  });
}

// False when there is nothing to replace, and `sink` was given nothing.
template <class Sink>
bool SecretTexts::replace(std::string_view text, Sink&& sink) const {
  if (must_be_blank(text)) {
    sink(kSecretText);
    return true;
  }
  if (lengths_.empty()) return false;
  std::size_t left = kMostCompared;
  std::size_t done = 0;
  for (Match match; next_match(text, done, match, left); done = match.end) {
    sink(text.substr(done, match.begin - done));
    sink(mark_of(*match.entry));
  }
  if (left > 0 && done == 0) return false;
  sink(left > 0 ? text.substr(done) : kSecretText);
  return true;
}

std::optional<std::string_view> SecretTexts::replaced(std::string_view text,
                                                      std::span<char> scratch) const noexcept {
  std::size_t size = 0;
  bool fits = true;
  const bool changed = replace(text, [&](std::string_view piece) {
    fits = fits && piece.size() <= scratch.size() - size;
    if (!fits) return;
    std::copy(piece.begin(), piece.end(), scratch.data() + size);
    size += piece.size();
  });
  if (!changed) return text;
  return fits ? std::optional(std::string_view(scratch.data(), size)) : std::nullopt;
}

std::string SecretTexts::replaced(std::string_view text) const {
  std::string shown;
  return replace(text, [&](std::string_view piece) { shown += piece; }) ? shown : std::string(text);
}

}  // namespace hookwire
