#include "endpoint.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include <arpa/inet.h>

#include "hookwire/base/error.h"

namespace hookwire {
namespace {

constexpr std::string_view kIpc = "ipc://";
constexpr std::string_view kTcp = "tcp://";
constexpr std::size_t kMaxPathBytes = sizeof(sockaddr_un{}.sun_path) - 1;

[[noreturn]] void refuse(std::string_view endpoint, const std::string& what) {
  throw Error(ErrorCode::configuration, "endpoint " + std::string(endpoint) + ": " + what);
}

bool is_ipv4(const std::string& address) {
  in_addr parsed{};
  return ::inet_pton(AF_INET, address.c_str(), &parsed) == 1;
}

bool is_ipv6(const std::string& address) {
  in6_addr parsed{};
  return ::inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

bool is_port(std::string_view port) {
  return !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoul(std::string(port)) <= 65535;
}

Endpoint parse_ipc(std::string_view endpoint) {
  const std::string_view path = endpoint.substr(kIpc.size());
  if (path.empty() || path.ends_with('/')) refuse(endpoint, "names no file; write ipc://PATH");
  if (path.starts_with('@') || path == "*") {
    refuse(endpoint, "has no file whose mode would protect it; write ipc://PATH");
  }
  if (path.size() > kMaxPathBytes) {
    refuse(endpoint, "the path has " + std::to_string(path.size()) + " bytes, at most " +
                         std::to_string(kMaxPathBytes) + " are allowed for a socket");
  }
  return {.path = std::filesystem::path(path), .address = {}};
}

Endpoint parse_tcp(std::string_view endpoint) {
  const std::string_view rest = endpoint.substr(kTcp.size());
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || !is_port(rest.substr(colon + 1))) {
    refuse(endpoint, "has no port; write tcp://ADDRESS:PORT, port 0 for any free one");
  }
  std::string address(rest.substr(0, colon));
  const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
  if (bracketed) address = address.substr(1, address.size() - 2);
  if (bracketed ? !is_ipv6(address) : !is_ipv4(address) && address != "*") {
    refuse(endpoint,
           "the address is not numeric; write for example tcp://127.0.0.1:7400 or "
           "tcp://[::1]:7400");
  }
  return {.path = {}, .address = address};
}

gid_t find_group(const EndpointOptions& options) {
  group entry{};
  group* found = nullptr;
  std::vector<char> room(1024);
  int failed = 0;
  while ((failed = ::getgrnam_r(options.group.c_str(), &entry, room.data(), room.size(), &found)) ==
         ERANGE) {
    room.resize(room.size() * 2);
  }
  if (found != nullptr) return found->gr_gid;
  if (failed != 0) throw IoError(failed, "look up the group " + options.group);
  refuse(options.endpoint,
         "endpoint_group names the group " + options.group + ", which this machine does not have");
}

void change(const std::filesystem::path& path, mode_t mode, std::optional<gid_t> group) {
  if (group && ::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0) {
    throw IoError(errno, "give " + path.string() + " to the endpoint's group");
  }
  if (::chmod(path.c_str(), mode) != 0) throw IoError(errno, "chmod " + path.string());
}

std::string octal(mode_t mode) {
  std::string text = "0";
  for (const unsigned shift : {6U, 3U, 0U}) {
    text += static_cast<char>('0' + ((mode >> shift) & 7U));
  }
  return text;
}

void check_folder(const EndpointOptions& options, const std::filesystem::path& folder,
                  std::optional<gid_t> group) {
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0) throw IoError(errno, "look at " + folder.string());
  const std::string where = "the folder " + folder.string() + " ";
  if (!S_ISDIR(found.st_mode)) refuse(options.endpoint, where + "is not a folder");
  if (found.st_uid != ::geteuid()) {
    refuse(options.endpoint, where + "belongs to user " + std::to_string(found.st_uid) +
                                 "; use one of the user this runs as (" +
                                 std::to_string(::geteuid()) + ")");
  }
  const mode_t mode = found.st_mode & 0777U;
  const mode_t allowed = group ? 0750U : 0700U;
  if ((mode & ~allowed) != 0) {
    refuse(options.endpoint, where + "has mode " + octal(mode) +
                                 ", which lets others in; chmod it to " + octal(allowed) +
                                 " or use a folder of its own");
  }
  if (group && (found.st_gid != *group || (mode & 0050U) != 0050U)) {
    refuse(options.endpoint, where + "does not let the group " + options.group +
                                 " in; chgrp it to that group and chmod it to 0750");
  }
}

}  // namespace

bool Endpoint::is_loopback() const {
  return address.starts_with("127.") || address == "::1";
}

Endpoint parse_endpoint(std::string_view endpoint) {
  if (endpoint.starts_with(kIpc)) return parse_ipc(endpoint);
  if (endpoint.starts_with(kTcp)) return parse_tcp(endpoint);
  refuse(endpoint, "is neither ipc://PATH nor tcp://ADDRESS:PORT");
}

std::string resolve_endpoint(std::string_view endpoint, const std::filesystem::path& base) {
  if (!endpoint.starts_with(kIpc) || endpoint.size() == kIpc.size()) return std::string(endpoint);
  const std::filesystem::path path(endpoint.substr(kIpc.size()));
  if (path.is_absolute() || endpoint[kIpc.size()] == '@') return std::string(endpoint);
  return std::string(kIpc) + (base / path).lexically_normal().string();
}

std::unique_ptr<FileLock> prepare_endpoint(FileSystem& file_system,
                                           const EndpointOptions& options) {
  const Endpoint endpoint = parse_endpoint(options.endpoint);
  std::optional<gid_t> group;
  if (!options.group.empty()) group = find_group(options);
  if (!endpoint.is_ipc()) {
    if (!endpoint.is_loopback() && !options.insecure_transport) {
      refuse(options.endpoint,
             "anybody who reaches it could read every event; use ipc or a loopback address, or "
             "set insecure_transport = true");
    }
    return nullptr;
  }
  const std::filesystem::path parent = endpoint.path.parent_path();
  const std::filesystem::path folder = parent.empty() ? "." : parent;
  if (!file_system.exists(folder)) {
    file_system.make_directory(folder, 0700);
    if (group) change(folder, 0750, group);
  }
  check_folder(options, folder, group);
  auto lock = file_system.lock(endpoint.path.string() + ".lock");
  struct stat found {};
  if (::lstat(endpoint.path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode)) {
    refuse(options.endpoint, "there is a file that is not a socket; remove it or use another path");
  }
  return lock;
}

void protect_endpoint(const EndpointOptions& options) {
  const Endpoint endpoint = parse_endpoint(options.endpoint);
  if (!endpoint.is_ipc()) return;
  if (options.group.empty()) return change(endpoint.path, 0600, std::nullopt);
  change(endpoint.path, 0660, find_group(options));
}

void remove_endpoint(const EndpointOptions& options) noexcept {
  const std::string_view endpoint = options.endpoint;
  if (endpoint.starts_with(kIpc)) ::unlink(options.endpoint.c_str() + kIpc.size());
}

HeldEndpoint::HeldEndpoint(FileSystem& file_system, EndpointOptions options)
    : options_(std::move(options)), lock_(prepare_endpoint(file_system, options_)) {}

void HeldEndpoint::release() noexcept {
  if (!std::exchange(held_, false)) return;
  remove_endpoint(options_);
  lock_.reset();
}

}  // namespace hookwire
