#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "directory_share_driver.h"
#include "directory_usage.h"
#include "share_errors.h"
#include "share_input.h"

// The part of DirectoryShareDriver that makes, removes and resizes shares.

namespace hookwire {

namespace {

[[noreturn]] void reject_size(const std::string& share_id, std::uint64_t size_gb,
                              const std::string& rule, std::uint64_t new_size_gb) {
  throw InvalidShareInput("argument 'new_size_gb' must be " + rule + " than the " +
                          std::to_string(size_gb) + " GB that share '" + share_id +
                          "' has, found " + std::to_string(new_size_gb));
}

}  // namespace

const DirectoryState::Share& DirectoryShareDriver::find(const std::string& share_id) const {
  const auto found = store_.state().shares.find(share_id);
  if (found == store_.state().shares.end()) throw ShareNotFound(share_id);
  return found->second;
}

std::vector<std::string> DirectoryShareDriver::export_locations(
    const std::string& share_id, const std::string& share_proto) const {
  if (share_proto == "CIFS") return {"\\\\" + host_ + "\\" + share_id};
  return {host_ + ":" + store_.shares().path_of(share_id).string()};
}

std::vector<std::string> DirectoryShareDriver::create_share_instance(
    const std::string& share_id, std::uint64_t size_gb, const std::string& share_proto,
    const std::optional<std::string>& share_server_id, const DriverOptions& driver_options) {
  check_id("share_id", share_id);
  check_size_gb("size_gb", size_gb);
  const std::string proto = checked_proto(share_proto);
  if (share_server_id) check_id("share_server_id", *share_server_id);
  const mode_t mode = checked_mode(driver_options);
  return with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    if (store_.state().shares.contains(share_id)) throw ShareExists(share_id);
    ContentFolder& shares = store_.shares();
    shares.check_free(share_id);
    const std::filesystem::path work = shares.new_work_path(share_id);
    files_.make_directory(work, 0700);
    if (::chmod(work.c_str(), mode) != 0) throw IoError(errno, "set the mode of " + work.string());
    DirectoryState next = store_.state();
    next.shares[share_id] = {.size_gb = size_gb,
                             .share_proto = proto,
                             .share_server_id = share_server_id,
                             .access_rules = {}};
    store_.commit_made(shares, work, share_id, std::move(next));
    return export_locations(share_id, proto);
  });
}

void DirectoryShareDriver::check_unused(const std::string& share_id) const {
  claims_.check(Kind::share, share_id, Hold::change);
  for (const auto& [snapshot_id, snapshot] : store_.state().snapshots) {
    if (snapshot.share_id == share_id) {
      throw ShareInUse(share_id, "snapshot '" + snapshot_id + "' is of it");
    }
  }
}

void DirectoryShareDriver::delete_share_instance(const std::string& share_id) {
  check_id("share_id", share_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    static_cast<void>(find(share_id));
    check_unused(share_id);
    DirectoryState next = store_.state();
    next.shares.erase(share_id);
    const std::filesystem::path work =
        store_.commit_removed(store_.shares(), share_id, std::move(next));
    lock.unlock();
    store_.remove(work);
  });
}

void DirectoryShareDriver::resize(const std::string& share_id, std::uint64_t new_size_gb) {
  DirectoryState next = store_.state();
  next.shares.at(share_id).size_gb = new_size_gb;
  store_.commit(std::move(next));
}

void DirectoryShareDriver::extend_share(const std::string& share_id, std::uint64_t new_size_gb) {
  check_id("share_id", share_id);
  check_size_gb("new_size_gb", new_size_gb);
  with_share_errors([&] {
    const std::lock_guard guard(mutex_);
    const std::uint64_t size_gb = find(share_id).size_gb;
    if (new_size_gb <= size_gb) reject_size(share_id, size_gb, "greater", new_size_gb);
    resize(share_id, new_size_gb);
  });
}

void DirectoryShareDriver::check_smaller(const std::string& share_id,
                                         std::uint64_t new_size_gb) const {
  const std::uint64_t size_gb = find(share_id).size_gb;
  if (new_size_gb >= size_gb) reject_size(share_id, size_gb, "smaller", new_size_gb);
}

void DirectoryShareDriver::shrink_share(const std::string& share_id, std::uint64_t new_size_gb) {
  check_id("share_id", share_id);
  check_size_gb("new_size_gb", new_size_gb);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    check_smaller(share_id, new_size_gb);
    lock.unlock();
    const std::optional<std::uint64_t> used =
        used_bytes_if_there(store_.shares().path_of(share_id));
    lock.lock();
    check_smaller(share_id, new_size_gb);  // again: it may have been deleted or resized meanwhile
    if (!used) {
      throw ShareBackendException(store_.shares().path_of(share_id).string() + " is gone");
    }
    if (!fits(*used, new_size_gb)) {
      throw ShareShrinkingPossibleDataLoss("share '" + share_id + "' " +
                                           overfull(*used, new_size_gb));
    }
    resize(share_id, new_size_gb);
  });
}

}  // namespace hookwire
