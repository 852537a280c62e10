#include <unistd.h>

#include <utility>

#include "directory_share_driver.h"
#include "directory_usage.h"
#include "new_folder.h"
#include "share_errors.h"
#include "share_input.h"
#include "under_way.h"

// The part of DirectoryShareDriver that makes, removes and resizes shares.

namespace hookwire {

namespace {

[[noreturn]] void reject_size(const std::string& share_id, std::uint64_t size_gb,
                              const std::string& rule, std::uint64_t new_size_gb) {
  throw InvalidShareInput("argument 'new_size_gb' must be " + rule + " than the " +
                          std::to_string(size_gb) + " GB that share '" + share_id +
                          "' has, found " + std::to_string(new_size_gb));
}

void make_folder(const std::filesystem::path& path, mode_t mode) {
  const NewFolder made(path);
  try {
    made.set_mode(mode);
    made.check_in_place();
  } catch (...) {
    ::rmdir(path.c_str());
    throw;
  }
}

}  // namespace

const DirectoryState::Share& DirectoryShareDriver::find(const std::string& share_id) const {
  store_.check_settled(Kind::share, share_id);
  const auto found = store_.state().shares.find(share_id);
  if (found == store_.state().shares.end()) throw ShareNotFound(share_id);
  return found->second;
}

std::vector<std::string> DirectoryShareDriver::export_locations(
    const std::string& share_id, const DirectoryState::Share& share) const {
  if (share.share_proto == "CIFS") return {"\\\\" + host_ + "\\" + share_id};
  return {host_ + ":" + store_.home_of(share).path_of(share_id).string()};
}

// The server's folder gets its name with the share in it, so that there are both or none.
void DirectoryShareDriver::set_up_server(const std::string& share_id,
                                         const DirectoryState::Share& share, mode_t mode) {
  const std::string& server_id = *share.share_server_id;
  ContentFolder& servers = store_.servers();
  servers.check_free(server_id);
  const std::filesystem::path work = servers.new_work_path(server_id);
  try {
    make_folder(work, 0700);
    make_folder(work / share_id, mode);
    files_.sync_directory(work);
  } catch (...) {
    store_.remove(work);
    throw;
  }
  DirectoryState next = store_.state();
  next.share_servers[server_id] = {};
  next.shares[share_id] = share;
  store_.commit_made(servers, work, server_id, std::move(next));
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
    const DirectoryState::Share share{.size_gb = size_gb,
                                      .share_proto = proto,
                                      .share_server_id = share_server_id,
                                      .access_rules = {}};
    if (share_server_id && !store_.state().share_servers.contains(*share_server_id)) {
      set_up_server(share_id, share, mode);
    } else {
      check_stays(share_server_id);
      ContentFolder& shares = store_.shares_of(share_server_id);
      shares.check_free(share_id);
      const std::filesystem::path work = shares.new_work_path(share_id);
      make_folder(work, mode);
      DirectoryState next = store_.state();
      next.shares[share_id] = share;
      store_.commit_made(shares, work, share_id, std::move(next));
    }
    return export_locations(share_id, share);
  });
}

void DirectoryShareDriver::check_unused(const std::string& share_id) const {
  claims_.check(Kind::share, share_id, Hold::change);
  check_stays(find(share_id).share_server_id);
  for (const auto& [snapshot_id, snapshot] : store_.state().snapshots) {
    if (snapshot.share_id == share_id) {
      throw ShareInUse(share_id, "snapshot '" + snapshot_id + "' is of it");
    }
  }
  if (const auto replicas = replicas_of(share_id); !replicas.empty()) {
    throw ShareInUse(share_id, "replica '" + replicas.front() + "' is of it");
  }
}

void DirectoryShareDriver::delete_share_instance(const std::string& share_id) {
  check_id("share_id", share_id);
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    ContentFolder& shares = store_.home_of(find(share_id));
    check_unused(share_id);
    DirectoryState next = store_.state();
    next.shares.erase(share_id);
    const auto parts = store_.commit_removed(shares, share_id, std::move(next));
    lock.unlock();
    store_.remove(parts);
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
    UnderWay under_way(*this);
    std::unique_lock lock(mutex_);
    check_smaller(share_id, new_size_gb);
    const std::filesystem::path content = store_.content_of(share_id);
    under_way.claim(
        {Kind::share, share_id, Hold::keep, "share '" + share_id + "' is being shrunk"});
    lock.unlock();
    const std::optional<std::uint64_t> used = used_bytes_if_there(content);
    lock.lock();
    check_smaller(share_id, new_size_gb);  // again: it may have been resized meanwhile
    if (!used) {
      throw ShareBackendException(content.string() + " is gone");
    }
    if (!fits(*used, new_size_gb)) {
      throw ShareShrinkingPossibleDataLoss("share '" + share_id + "' " +
                                           overfull(*used, new_size_gb));
    }
    resize(share_id, new_size_gb);
  });
}

}  // namespace hookwire
