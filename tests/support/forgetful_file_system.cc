#include "support/forgetful_file_system.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "hookwire/base/error.h"

namespace hookwire::testing {

namespace {

constexpr char kBootIdPath[] = "/proc/sys/kernel/random/boot_id";

std::string key(const std::filesystem::path& path) {
  return path.lexically_normal().string();
}

// Copies what threads may be storing through a mapping, as a disk does: torn perhaps. It is no race
// of the program's, so that ThreadSanitizer is not to look.
#if defined(__SANITIZE_THREAD__)
__attribute__((no_sanitize_thread, noinline)) void copy_as_disk(const std::byte* from,
                                                                std::byte* to, std::size_t count) {
#if defined(__x86_64__)
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
#else
  const volatile std::byte* source = from;
  for (std::size_t at = 0; at < count; ++at) to[at] = source[at];
#endif
}
#else
void copy_as_disk(const std::byte* from, std::byte* to, std::size_t count) {
  std::memcpy(to, from, count);
}
#endif

}  // namespace

struct ForgetfulFileSystem::Content {
  std::vector<std::byte> cache;
  std::vector<std::byte> disk;
  bool mapped = false;

  void copy_cache(std::vector<std::byte>& into) const {
    into.resize(cache.size());
    if (!into.empty()) copy_as_disk(cache.data(), into.data(), into.size());
  }

  // A mapping points into the cache, so that one that is mapped must not grow.
  void resize(std::size_t bytes) {
    if (mapped && bytes > cache.capacity()) throw std::logic_error("a mapped file grows");
    cache.resize(bytes);
  }
};

class ForgetfulFileSystem::CacheMapping final : public Mapping {
 public:
  CacheMapping(std::shared_ptr<Content> content, std::size_t bytes)
      : content_(std::move(content)), bytes_(content_->cache.data(), bytes) {}
  std::span<std::byte> bytes() noexcept override { return bytes_; }
  bool populate(std::size_t /*offset*/, std::size_t /*count*/) noexcept override { return true; }

 private:
  std::shared_ptr<Content> content_;
  std::span<std::byte> bytes_;
};

class ForgetfulFileSystem::OpenFile final : public File {
 public:
  OpenFile(ForgetfulFileSystem& files, std::shared_ptr<Content> content, std::string path)
      : files_(files), content_(std::move(content)), path_(std::move(path)) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const std::lock_guard lock(files_.mutex_);
    files_.enter(Call::read, "read " + path_);
    const std::vector<std::byte>& cache = content_->cache;
    if (offset >= cache.size()) return 0;
    const std::size_t count = std::min<std::size_t>(into.size(), cache.size() - offset);
    if (count > 0) copy_as_disk(cache.data() + offset, into.data(), count);
    return count;
  }
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    const std::lock_guard lock(files_.mutex_);
    try {
      files_.enter(Call::write, "write " + path_);
    } catch (const IoError&) {
      if (files_.powered_) store(offset, bytes.first(bytes.size() / 2));
      throw;
    }
    store(offset, bytes);
  }
  void sync() override {
    const std::lock_guard lock(files_.mutex_);
    files_.enter(Call::sync, "sync " + path_);
    content_->copy_cache(content_->disk);
  }
  void allocate(std::uint64_t bytes) override {
    const std::lock_guard lock(files_.mutex_);
    files_.enter(Call::allocate, "take space for " + path_);
    if (bytes > content_->cache.size()) content_->resize(static_cast<std::size_t>(bytes));
  }
  void truncate(std::uint64_t bytes) override {
    const std::lock_guard lock(files_.mutex_);
    files_.enter(Call::truncate, "truncate " + path_);
    content_->resize(static_cast<std::size_t>(bytes));
  }
  std::uint64_t size() override {
    const std::lock_guard lock(files_.mutex_);
    files_.enter(Call::size, "look at " + path_);
    return content_->cache.size();
  }
  std::unique_ptr<Mapping> map(std::size_t bytes, bool /*writable*/) override {
    const std::lock_guard lock(files_.mutex_);
    files_.enter(Call::map, "map " + path_);
    if (bytes > content_->cache.size()) throw std::logic_error("a map behind the end of a file");
    content_->mapped = true;
    return std::make_unique<CacheMapping>(content_, bytes);
  }

 private:
  void store(std::uint64_t offset, std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    const auto end = static_cast<std::size_t>(offset) + bytes.size();
    if (end > content_->cache.size()) content_->resize(end);
    std::memcpy(content_->cache.data() + offset, bytes.data(), bytes.size());
  }

  ForgetfulFileSystem& files_;
  std::shared_ptr<Content> content_;
  std::string path_;
};

class ForgetfulFileSystem::Lock final : public FileLock {
 public:
  Lock(ForgetfulFileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~Lock() override {
    const std::lock_guard lock(files_.mutex_);
    files_.locked_.erase(path_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  ForgetfulFileSystem& files_;
  std::string path_;
};

ForgetfulFileSystem::ForgetfulFileSystem(std::uint64_t seed) : random_(seed) {}
ForgetfulFileSystem::~ForgetfulFileSystem() = default;

void ForgetfulFileSystem::enter(Call call, const std::string& doing) {
  if (!powered_) throw IoError(EIO, doing);
  for (const Call kind : {call, Call::any}) {
    const std::uint64_t number = ++calls_[kind];
    const auto failing = failing_.find(kind);
    if (failing == failing_.end() || failing->second.first != number) continue;
    const int error = failing->second.second;
    failing_.erase(failing);
    ++failures_;
    throw IoError(error, doing);
  }
}

bool ForgetfulFileSystem::survives() {
  const bool yes =
      survival_ == Survival::everything || (survival_ == Survival::some && random_() % 2 == 0);
  ++(yes ? survived_ : forgotten_);
  return yes;
}

void ForgetfulFileSystem::forget_content(Content& content) {
  std::vector<std::byte> found = content.disk;
  if (content.disk.size() != content.cache.size() && survives()) found.resize(content.cache.size());
  for (std::size_t at = 0; at < std::min(found.size(), content.cache.size()); at += kSectorBytes) {
    const std::size_t count =
        std::min({kSectorBytes, found.size() - at, content.cache.size() - at});
    if (std::memcmp(found.data() + at, content.cache.data() + at, count) == 0) continue;
    if (survives()) std::memcpy(found.data() + at, content.cache.data() + at, count);
  }
  content.disk = found;
  content.cache = std::move(found);
  content.mapped = false;
}

void ForgetfulFileSystem::forget_names() {
  Names after = durable_names_;
  for (const auto& [name, content] : names_) {
    const auto durable = durable_names_.find(name);
    const bool same = durable != durable_names_.end() && durable->second == content;
    if (!same && survives()) after[name] = content;
  }
  for (const auto& [name, content] : durable_names_) {
    if (!names_.contains(name) && survives()) after.erase(name);
  }
  names_ = durable_names_ = std::move(after);
}

void ForgetfulFileSystem::lose_power(Survival survival) {
  const std::lock_guard lock(mutex_);
  powered_ = false;
  survival_ = survival;
  forget_names();
  // Whoever still maps a file keeps what it has; the disk is another matter.
  std::map<const Content*, std::shared_ptr<Content>> fresh;
  for (auto& [name, content] : names_) {
    if (!content) continue;
    std::shared_ptr<Content>& copy = fresh[content.get()];
    if (!copy) {
      copy = std::make_shared<Content>();
      content->copy_cache(copy->cache);
      copy->disk = content->disk;
      forget_content(*copy);
    }
    content = copy;
  }
  durable_names_ = names_;
}

void ForgetfulFileSystem::power_on() {
  const std::lock_guard lock(mutex_);
  powered_ = true;
  ++boot_;
}

std::unique_ptr<File> ForgetfulFileSystem::open(const std::filesystem::path& path, OpenMode mode) {
  const std::lock_guard lock(mutex_);
  const std::string name = key(path);
  enter(Call::open, "open " + name);
  if (name == kBootIdPath) {
    const std::string digits = std::to_string(boot_);
    const std::string id = std::string(36 - digits.size(), '0') + digits;
    auto content = std::make_shared<Content>();
    content->resize(id.size());
    std::memcpy(content->cache.data(), id.data(), id.size());
    return std::make_unique<OpenFile>(*this, std::move(content), name);
  }
  const bool there = names_.contains(name);
  if (!there && (mode == OpenMode::read || mode == OpenMode::write)) {
    throw IoError(ENOENT, "open " + name);
  }
  if (there && mode == OpenMode::create_new) throw IoError(EEXIST, "open " + name);
  std::shared_ptr<Content>& content = names_[name];
  if (!content) content = std::make_shared<Content>();
  return std::make_unique<OpenFile>(*this, content, name);
}

void ForgetfulFileSystem::make_directory(const std::filesystem::path& path, mode_t /*mode*/) {
  const std::lock_guard lock(mutex_);
  enter(Call::make_directory, "make the folder " + key(path));
  names_.try_emplace(key(path), nullptr);
}

std::vector<std::string> ForgetfulFileSystem::list(const std::filesystem::path& folder) {
  const std::lock_guard lock(mutex_);
  enter(Call::list, "list " + key(folder));
  std::vector<std::string> found;
  for (const auto& [name, content] : names_) {
    const std::filesystem::path path = name;
    if (path.parent_path() == folder.lexically_normal()) found.push_back(path.filename().string());
  }
  return found;
}

bool ForgetfulFileSystem::exists(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  enter(Call::exists, "look at " + key(path));
  return names_.contains(key(path));
}

void ForgetfulFileSystem::rename(const std::filesystem::path& from,
                                 const std::filesystem::path& to) {
  const std::lock_guard lock(mutex_);
  enter(Call::rename, "rename " + key(from));
  const auto found = names_.find(key(from));
  if (found == names_.end()) throw IoError(ENOENT, "rename " + key(from));
  const std::shared_ptr<Content> content = found->second;
  names_.erase(found);
  names_[key(to)] = content;
}

void ForgetfulFileSystem::remove(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  enter(Call::remove, "remove " + key(path));
  if (names_.erase(key(path)) == 0) throw IoError(ENOENT, "remove " + key(path));
}

void ForgetfulFileSystem::sync_directory(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  enter(Call::sync_directory, "sync " + key(path));
  const auto inside = [&](const std::string& name) {
    return std::filesystem::path(name).parent_path() == path.lexically_normal();
  };
  std::erase_if(durable_names_, [&](const auto& entry) { return inside(entry.first); });
  for (const auto& [name, content] : names_) {
    if (inside(name)) durable_names_[name] = content;
  }
}

std::uint64_t ForgetfulFileSystem::free_bytes(const std::filesystem::path& /*path*/) {
  return 1ull << 40;
}

std::unique_ptr<FileLock> ForgetfulFileSystem::lock(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  if (!locked_.insert(key(path)).second) {
    throw Error(ErrorCode::busy, key(path) + " is held by this process already");
  }
  return std::make_unique<Lock>(*this, key(path));
}

std::optional<pid_t> ForgetfulFileSystem::lock_holder(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  if (!locked_.contains(key(path))) return std::nullopt;
  return ::getpid();
}

}  // namespace hookwire::testing
