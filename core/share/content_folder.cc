#include "content_folder.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "hookwire/base/error.h"

namespace hookwire {

namespace {

// No id begins with a dot. Both are of one length.
constexpr std::string_view kWorkPrefix = ".work.";
constexpr std::string_view kPartPrefix = ".part.";

}  // namespace

ContentFolder::ContentFolder(FileSystem& files, std::filesystem::path folder)
    : files_(files), folder_(std::move(folder)) {
  const std::vector<Work> left = find_work();
  if (!left.empty()) first_number_ = left.front().number + 1;
  next_number_ = first_number_;
}

void ContentFolder::make() {
  files_.make_directory(folder_, 0700);
}

std::vector<std::string> ContentFolder::names() const {
  return files_.exists(folder_) ? files_.list(folder_) : std::vector<std::string>();
}

std::vector<std::string> ContentFolder::unknown(const std::set<std::string>& known) const {
  std::vector<std::string> found;
  for (const std::string& name : names()) {
    if (!is_working_name(name) && !known.contains(name)) found.push_back(name);
  }
  return found;
}

void ContentFolder::check_free(const std::string& id) const {
  if (!has(id)) return;
  throw Error(ErrorCode::bad_input,
              path_of(id).string() + " exists, though state.json does not know it: move it away");
}

std::filesystem::path ContentFolder::new_work_path(const std::string& id) {
  return folder_ / (std::string(kWorkPrefix) + std::to_string(next_number_++) + "." + id);
}

std::filesystem::path ContentFolder::new_part_path(const std::string& id) {
  return folder_ / (std::string(kPartPrefix) + std::to_string(next_number_++) + "." + id);
}

std::filesystem::path ContentFolder::made_whole(const std::filesystem::path& part) {
  const std::string name = part.filename().string();
  std::filesystem::path work =
      folder_ / (std::string(kWorkPrefix) + name.substr(kPartPrefix.size()));
  move(part, work);
  return work;
}

std::filesystem::path ContentFolder::replace(const std::filesystem::path& work,
                                             const std::string& id) {
  const std::filesystem::path old = new_work_path(id);
  const bool was_there = has(id);
  if (was_there) move(path_of(id), old);
  try {
    move(work, path_of(id));
  } catch (...) {
    if (was_there) move(old, path_of(id));
    throw;
  }
  return old;
}

bool ContentFolder::is_working_name(std::string_view name) noexcept {
  return name.starts_with(kWorkPrefix) || name.starts_with(kPartPrefix);
}

void ContentFolder::move(const std::filesystem::path& from, const std::filesystem::path& to) {
  files_.rename(from, to);
  try {
    files_.sync_directory(folder_);
  } catch (...) {
    files_.rename(to, from);
    throw;
  }
}

std::vector<ContentFolder::Work> ContentFolder::find_work() const {
  std::vector<Work> found;
  for (const std::string& name : names()) {
    if (!is_working_name(name)) continue;
    const char* begin = name.data() + kWorkPrefix.size();
    const char* end = name.data() + name.size();
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc() || stop == end || *stop != '.') continue;
    found.push_back(
        {number, std::string(stop + 1, end), folder_ / name, name.starts_with(kPartPrefix)});
  }
  std::sort(found.begin(), found.end(),
            [](const Work& a, const Work& b) { return a.number > b.number; });
  return found;
}

std::vector<std::filesystem::path> ContentFolder::recover(const std::set<std::string>& known,
                                                          Log& log) {
  std::vector<std::filesystem::path> needless;
  for (const Work& work : find_work()) {
    if (work.number >= first_number_) continue;
    if (!work.is_part && known.contains(work.id) && !has(work.id)) {
      move(work.path, path_of(work.id));
      log.warning("put back " + path_of(work.id).string() + " from " + work.path.string() +
                  ": a call on it was interrupted");
    } else {
      needless.push_back(work.path);
    }
  }
  for (const std::string& name : unknown(known)) {
    log.warning((folder_ / name).string() + " is not known to state.json: left alone");
  }
  for (const std::string& id : known) {
    if (has(id)) continue;
    log.error(path_of(id).string() +
              " is gone, though state.json knows it: put it back or "
              "delete it by a call");
  }
  return needless;
}

}  // namespace hookwire
