#include "work_name.h"

#include <charconv>
#include <utility>

#include "hookwire/base/error.h"

#include "share_input.h"

namespace hookwire {

namespace {

// Both are of one length.
constexpr std::string_view kWork = ".work.";
constexpr std::string_view kPart = ".part.";
// A higher number was not counted, and no higher one is given.
constexpr std::uint64_t kMaxNumber = 1'000'000'000'000'000;

}  // namespace

std::string WorkName::text() const {
  return std::string(is_part ? kPart : kWork) + std::to_string(number) + "." + id;
}

WorkName work_name_of(const std::filesystem::path& path) {
  if (auto name = parse_work_name(path.filename().native())) return std::move(*name);
  throw Error(ErrorCode::bad_input, path.string() + " has no working name");
}

std::optional<WorkName> parse_work_name(std::string_view name) {
  WorkName found{.number = 0, .id = {}, .is_part = name.starts_with(kPart)};
  if (!found.is_part && !name.starts_with(kWork)) return std::nullopt;
  const std::string_view rest = name.substr(kWork.size());
  const std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::from_chars(rest.data(), rest.data() + dot, found.number);
  found.id = rest.substr(dot + 1);
  if (found.number > kMaxNumber || !is_valid_id(found.id)) return std::nullopt;
  return found.text() == name ? std::optional(found) : std::nullopt;
}

std::uint64_t WorkNumbers::take() {
  if (next_ <= kMaxNumber) return next_++;
  throw Error(ErrorCode::bad_input,
              "there is no working name left, since one with the number " +
                  std::to_string(kMaxNumber) +
                  " was there at the start: call init_host or remove it, then start again");
}

}  // namespace hookwire
