#include "hookwire/share/directory_driver.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <utility>

#include "directory_share_driver.h"
#include "directory_usage.h"
#include "share_errors.h"

namespace hookwire {

namespace {

constexpr double kGbBytes = 1 << 30;
constexpr const char* kDriverVersion = "1.0";

// Absolute, since exports and mount points must name it from anywhere.
std::filesystem::path make_root(FileSystem& files, const std::filesystem::path& root) {
  std::filesystem::path absolute = std::filesystem::absolute(root).lexically_normal();
  if (!absolute.has_filename()) absolute = absolute.parent_path();  // "gold/"
  files.make_directory(absolute, 0700);
  return absolute;
}

}  // namespace

DirectoryShareDriver::DirectoryShareDriver(const DirectoryOptions& options, Log& log)
    : host_(options.host),
      backend_name_(options.backend_name),
      log_(log),
      root_(make_root(files_, options.root)),
      root_lock_(files_.lock(root_ / "lock")),
      store_(files_, root_, log) {}

void DirectoryShareDriver::init_host() {
  with_share_errors([&] {
    std::unique_lock lock(mutex_);
    const std::vector<std::filesystem::path> needless = store_.recover();
    log_.info(root_.string() + " holds " + std::to_string(store_.state().shares.size()) +
              " shares and " + std::to_string(store_.state().snapshots.size()) + " snapshots");
    lock.unlock();
    store_.remove(needless);  // first: it may take the space that the files need
    lock.lock();
    store_.write_recovered();
    finish_removals(lock);
  });
}

Capabilities DirectoryShareDriver::publish_service_capabilities() {
  return with_share_errors([&] {
    struct statvfs status {};
    if (::statvfs(root_.c_str(), &status) != 0) {
      throw IoError(errno, "ask for the capacity of " + root_.string());
    }
    const auto gb_per_block = static_cast<double>(status.f_frsize) / kGbBytes;
    return Capabilities{
        .share_backend_name = backend_name_,
        .driver_version = kDriverVersion,
        .storage_protocol = "NFS_CIFS",
        .total_capacity_gb = static_cast<double>(status.f_blocks) * gb_per_block,
        .free_capacity_gb = static_cast<double>(status.f_bavail) * gb_per_block,
        .snapshot_support = true,
    };
  });
}

ShareInstance DirectoryShareDriver::instance_of(const std::string& share_id) const {
  const DirectoryState::Share& share = find(share_id);
  ShareInstance instance{.share_id = share_id,
                         .size_gb = share.size_gb,
                         .share_proto = share.share_proto,
                         .export_locations = export_locations(share_id, share),
                         .access_rules = share.access_rules,
                         .metadata = {}};
  if (share.share_server_id) instance.metadata.emplace("share_server_id", *share.share_server_id);
  return instance;
}

std::vector<ShareInstance> DirectoryShareDriver::share_instances() {
  const std::lock_guard guard(mutex_);
  std::vector<ShareInstance> shares;
  for (const auto& [id, share] : store_.state().shares) {
    if (!store_.is_unsettled(Kind::share, id)) shares.push_back(instance_of(id));
  }
  return shares;
}

std::vector<ShareInstance> DirectoryShareDriver::get_periodic_hook_data(
    const std::vector<ShareInstance>& shares) {
  std::vector<ShareInstance> described = shares;
  for (ShareInstance& share : described) {
    for (Access& rule : share.access_rules) rule.access_key.clear();
    describe(share);
  }
  return described;
}

void DirectoryShareDriver::describe(ShareInstance& share) {
  std::filesystem::path content;
  {
    const std::lock_guard guard(mutex_);
    // Deleted since the service listed it: nothing to add.
    if (!store_.state().shares.contains(share.share_id)) return;
    content = store_.content_of(share.share_id);
    share.metadata["snapshot_count"] = snapshot_count(share.share_id);
  }
  try {
    share.metadata["used_bytes"] = used_bytes(content);
  } catch (const Error& error) {
    log_.warning("what share '" + share.share_id + "' uses could not be counted: " + error.what());
  }
}

std::unique_ptr<ShareDriver> make_directory_driver(const DirectoryOptions& options, Log& log) {
  return std::make_unique<DirectoryShareDriver>(options, log);
}

}  // namespace hookwire
