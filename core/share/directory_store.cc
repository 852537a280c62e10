#include "directory_store.h"

#include <exception>
#include <set>
#include <span>
#include <utility>

#include "hookwire/base/replace_file.h"

#include "directory_removal.h"
#include "exports_file.h"

namespace hookwire {

namespace {

template <class Records>
std::set<std::string> ids_of(const Records& records) {
  std::set<std::string> ids;
  for (const auto& [id, record] : records) ids.insert(id);
  return ids;
}

}  // namespace

DirectoryStore::DirectoryStore(FileSystem& files, const std::filesystem::path& root, Log& log)
    : files_(files),
      log_(log),
      root_(root),
      state_path_(root / "state.json"),
      exports_path_(root / "exports"),
      shares_(files, root / "shares"),
      snapshots_(files, root / "snapshots"),
      state_(load_state(files, state_path_)) {}

void DirectoryStore::write_exports(const DirectoryState& state) {
  std::string text = exports_text(shares_.path(), state);
  if (text == exports_) return;
  exports_.clear();
  replace_file(files_, exports_path_, std::as_bytes(std::span(text)));
  exports_ = std::move(text);
}

// The exports first: they can be made again from the state, not the other way round.
void DirectoryStore::commit(DirectoryState next) {
  try {
    write_exports(next);
    save_state(files_, state_path_, next);
  } catch (...) {
    commit_back(state_);
    throw;
  }
  state_ = std::move(next);
}

// A failure may have come after the file was replaced.
void DirectoryStore::commit_back(const DirectoryState& before) noexcept {
  try {
    write_exports(before);
    save_state(files_, state_path_, before);
  } catch (const std::exception& error) {
    log_.error("a call failed, and " + state_path_.string() + " or " + exports_path_.string() +
               " may still say that it worked: " + error.what());
  }
}

void DirectoryStore::commit_made(ContentFolder& folder, const std::filesystem::path& work,
                                 const std::string& id, DirectoryState next) {
  try {
    DirectoryState before = state_;
    commit(std::move(next));
    try {
      folder.move(work, folder.path_of(id));
    } catch (...) {
      commit_back(before);
      state_ = std::move(before);
      throw;
    }
  } catch (...) {
    remove(work);
    throw;
  }
}

// The state says first what is to be renamed, so that a rename it does not know never was.
void DirectoryStore::commit_adopted(ContentFolder& folder, const FolderBelow& found,
                                    const std::string& id, DirectoryState next) {
  const std::filesystem::path to = folder.path_of(id);
  if (found.path() == to) return commit(std::move(next));
  DirectoryState before = state_;
  DirectoryState after = next;
  next.adoption = {.from = found.relative().string(),
                   .to = to.lexically_relative(root_).string(),
                   .inode = found.identity().inode};
  commit(std::move(next));
  try {
    found.move_to(to);
  } catch (...) {
    commit_back(before);
    state_ = std::move(before);
    throw;
  }
  try {
    commit(std::move(after));
  } catch (const std::exception& error) {
    log_.warning(to.string() + " was taken over, which " + state_path_.string() +
                 " will say after the next change: " + error.what());
    state_.adoption.reset();
  }
}

void DirectoryStore::finish_adoption() {
  if (!state_.adoption) return;
  const std::filesystem::path to = root_ / state_.adoption->to;
  if (!files_.exists(to)) {
    try {
      const FolderBelow found(root_, state_.adoption->from);
      if (found.identity().inode == state_.adoption->inode) {
        found.move_to(to);
        log_.warning("took over " + found.path().string() + " as " + to.string() +
                     ": a call on it was interrupted");
      }
    } catch (const FolderRefused& refused) {
      log_.warning("what was being taken over is gone: " + std::string(refused.what()));
    }
  }
  DirectoryState next = state_;
  next.adoption.reset();
  commit(std::move(next));
}

std::filesystem::path DirectoryStore::commit_removed(ContentFolder& folder, const std::string& id,
                                                     DirectoryState next) {
  const std::filesystem::path work = folder.new_work_path(id);
  const bool was_there = folder.has(id);
  if (was_there) {
    folder.move(folder.path_of(id), work);
  } else {
    log_.warning(folder.path_of(id).string() + " was gone already");
  }
  try {
    commit(std::move(next));
  } catch (...) {
    if (was_there) folder.move(work, folder.path_of(id));
    throw;
  }
  return work;
}

void DirectoryStore::remove(const std::filesystem::path& work) const noexcept {
  try {
    remove_tree(work);
  } catch (const std::exception& error) {
    log_.warning(work.string() +
                 " could not be removed and waits for the next start: " + error.what());
  }
}

void DirectoryStore::remove_unfinished(const std::filesystem::path& path) {
  const std::filesystem::path unfinished = unfinished_path(path);
  if (!files_.exists(unfinished)) return;
  files_.remove(unfinished);
  log_.warning("removed " + unfinished.string() + ": it was not written to its end");
}

std::vector<std::filesystem::path> DirectoryStore::recover() {
  remove_unfinished(state_path_);
  remove_unfinished(exports_path_);
  exports_.clear();
  write_exports(state_);
  finish_adoption();
  std::vector<std::filesystem::path> needless = shares_.recover(ids_of(state_.shares), log_);
  for (auto& path : snapshots_.recover(ids_of(state_.snapshots), log_)) {
    needless.push_back(std::move(path));
  }
  for (const std::filesystem::path& path : needless) {
    log_.warning("removing " + path.string() + ": a call on it was interrupted");
  }
  return needless;
}

}  // namespace hookwire
