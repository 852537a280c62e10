#include "content_folder.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "hookwire/base/error.h"

#include "exchange.h"

namespace hookwire {

ContentFolder::ContentFolder(FileSystem& files, std::filesystem::path folder, WorkNumbers& numbers)
    : files_(files), folder_(std::move(folder)), numbers_(numbers) {}

void ContentFolder::make() {
  files_.make_directory(folder_, 0700);
}

void ContentFolder::see_numbers() {
  for (const WorkName& work : find_work()) numbers_.saw(work.number);
}

std::vector<std::string> ContentFolder::names() const {
  return files_.exists(folder_) ? files_.list(folder_) : std::vector<std::string>();
}

std::vector<std::string> ContentFolder::unknown(const std::set<std::string>& known) const {
  std::vector<std::string> found;
  for (const std::string& name : names()) {
    if (!parse_work_name(name) && !known.contains(name)) found.push_back(name);
  }
  return found;
}

void ContentFolder::check_free(const std::string& id) const {
  if (!has(id)) return;
  throw Error(ErrorCode::bad_input,
              path_of(id).string() + " exists, though state.json does not know it: move it away");
}

void ContentFolder::check_not_pending(const std::string& id) const {
  for (const WorkName& work : find_work()) {
    if (work.id != id || work.is_part) continue;
    throw Error(ErrorCode::bad_input,
                (folder_ / work.text()).string() + " is to be put back first: call init_host");
  }
}

std::filesystem::path ContentFolder::new_work_path(const std::string& id) {
  return folder_ / WorkName{.number = numbers_.take(), .id = id, .is_part = false}.text();
}

std::filesystem::path ContentFolder::new_part_path(const std::string& id) {
  return folder_ / WorkName{.number = numbers_.take(), .id = id, .is_part = true}.text();
}

std::filesystem::path ContentFolder::made_whole(const std::filesystem::path& part) {
  WorkName name = work_name_of(part);
  name.is_part = false;
  std::filesystem::path work = folder_ / name.text();
  move(part, work);
  return work;
}

std::filesystem::path ContentFolder::given_up(const std::filesystem::path& work) noexcept {
  try {
    WorkName name = work_name_of(work);
    name.is_part = true;
    std::filesystem::path part = folder_ / name.text();
    files_.rename(work, part);
    return part;
  } catch (const std::exception&) {
    return work;
  }
}

std::filesystem::path ContentFolder::replace(std::filesystem::path& part, const std::string& id,
                                             Log& log) {
  const std::filesystem::path to = path_of(id);
  if (!has(id)) {
    move(part, to);
    return part;
  }
  if (!exchange(part, to)) return replace_in_steps(part, id);
  try {
    files_.sync_directory(folder_);
  } catch (...) {
    exchange_back(part, id, log);
    throw;
  }
  return part;
}

// Where that fails, the old content lies at a name that is to be removed.
void ContentFolder::exchange_back(std::filesystem::path& part, const std::string& id,
                                  Log& log) noexcept {
  const std::filesystem::path old = part;
  try {
    exchange(old, path_of(id));
    return;
  } catch (const std::exception& error) {
    part.clear();
    log.error("a call failed, and what was in " + path_of(id).string() +
              " before it could not be put back: " + error.what());
  }
  try {
    std::filesystem::path kept;
    do {
      kept = folder_ / (".kept." + std::to_string(numbers_.take()) + "." + id);
    } while (files_.exists(kept));
    files_.rename(old, kept);
    log.error("what was in " + path_of(id).string() + " before is kept in " + kept.string());
  } catch (const std::exception& error) {
    log.error("what was in " + path_of(id).string() + " before is in " + old.string() +
              ", which the next start removes: rename it: " + error.what());
  }
}

// The old content has the higher number: it is put back when the process dies before the last step.
std::filesystem::path ContentFolder::replace_in_steps(const std::filesystem::path& part,
                                                      const std::string& id) {
  const std::filesystem::path old = new_work_path(id);
  const std::filesystem::path work = made_whole(part);
  try {
    move(path_of(id), old);
    try {
      move(work, path_of(id));
    } catch (...) {
      move(old, path_of(id));
      throw;
    }
  } catch (...) {
    given_up(work);
    throw;
  }
  return given_up(old);
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

std::vector<WorkName> ContentFolder::find_work() const {
  std::vector<WorkName> found;
  for (const std::string& name : names()) {
    if (auto work = parse_work_name(name)) found.push_back(std::move(*work));
  }
  std::sort(found.begin(), found.end(),
            [](const WorkName& a, const WorkName& b) { return a.number > b.number; });
  return found;
}

void ContentFolder::put_back(const WorkName& work, Log& log) {
  const std::string from = (folder_ / work.text()).string();
  const std::string to = path_of(work.id).string();
  try {
    move(from, to);
    log.warning("put back " + to + " from " + from + ": a call on it was interrupted");
  } catch (const IoError& error) {
    log.error(from + " is to be put back: " + error.what());
  }
}

std::vector<std::filesystem::path> ContentFolder::recover(const std::set<std::string>& known,
                                                          Log& log) {
  std::vector<std::filesystem::path> needless;
  std::set<std::string> tried;  // what is older stays until the newest is back
  for (const WorkName& work : find_work()) {
    if (!numbers_.is_earlier(work.number)) continue;
    if (work.is_part) {
      needless.push_back(folder_ / work.text());
    } else if (!known.contains(work.id) || has(work.id)) {
      needless.push_back(given_up(folder_ / work.text()));
    } else if (tried.insert(work.id).second) {
      put_back(work, log);
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
