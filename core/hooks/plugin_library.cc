#include "plugin_library.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "hookwire/base/other_writers.h"

namespace hookwire {

namespace {

constexpr std::size_t kMaxStampBytes = 256;

[[noreturn]] void reject(const std::filesystem::path& library, const std::string& why) {
  throw Error(ErrorCode::configuration, "hook library " + library.string() + ": " + why);
}

// What could put other code in the place of `library`: the file itself, or a folder above it.
void check_writers(const std::filesystem::path& library, const std::filesystem::path& part) {
  struct stat status {};
  if (::stat(part.c_str(), &status) != 0) {
    reject(library, IoError(errno, "look at " + part.string()).what());
  }
  const std::string others = other_writers(part, status);
  if (!others.empty()) reject(library, others);
}

std::filesystem::path checked_path(const std::filesystem::path& given) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::canonical(given, error);
  if (error) {
    reject(given, "cannot be found (" + error.message() + "); correct the path in hook_drivers");
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    reject(given, "is not a regular file; correct the path in hook_drivers");
  }
  check_writers(given, path);
  for (std::filesystem::path folder = path.parent_path();; folder = folder.parent_path()) {
    check_writers(given, folder);
    if (folder == folder.root_path()) return path;
  }
}

std::string loader_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "no reason given" : text;
}

// The stamp of a library that nothing is known about: at most kMaxStampBytes of it are looked at.
std::string_view read_stamp(const void* symbol) {
  const char* text = static_cast<const char*>(symbol);
  return {text, ::strnlen(text, kMaxStampBytes)};
}

}  // namespace

PluginMakeHook load_plugin(const std::filesystem::path& given) {
  const std::filesystem::path path = checked_path(given);
  // Never closed: hooks, exceptions and type information made by the library may outlive any owner.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    reject(given, "cannot be loaded: " + loader_error() +
                      "; build it as a shared library against this release of Hookwire");
  }
  const void* stamp = ::dlsym(library, kPluginAbiSymbol);
  if (stamp == nullptr) {
    reject(given, std::string("has no symbol ") + kPluginAbiSymbol +
                      ": it is no hook library; see hookwire/hooks/plugin.h for what one exports");
  }
  const std::string_view theirs = read_stamp(stamp);
  if (theirs != HOOKWIRE_PLUGIN_ABI) {
    throw Error(ErrorCode::incompatible,
                "hook library " + given.string() + " was built for '" + std::string(theirs) +
                    "', this program is '" HOOKWIRE_PLUGIN_ABI
                    "'; build it again with this program's compiler and Hookwire headers");
  }
  void* make = ::dlsym(library, kPluginMakeSymbol);
  if (make == nullptr) {
    reject(given, std::string("has no symbol ") + kPluginMakeSymbol +
                      "; see hookwire/hooks/plugin.h for what a hook library exports");
  }
  return reinterpret_cast<PluginMakeHook>(make);
}

}  // namespace hookwire
