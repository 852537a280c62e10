#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include <linux/magic.h>

#include "share/directory_test.h"
#include "share/killed_at_change.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

// The first number of a file, mapped as a database does.
class MappedNumber {
 public:
  explicit MappedNumber(const fs::path& path) {
    write_file(path, std::string(kBytes, '\0'));
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    mapped_ = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (mapped_ == MAP_FAILED) throw std::runtime_error("cannot map " + path.string());
  }
  ~MappedNumber() { ::munmap(mapped_, kBytes); }
  MappedNumber(const MappedNumber&) = delete;
  MappedNumber& operator=(const MappedNumber&) = delete;

  void count() noexcept { std::atomic_ref(*static_cast<std::uint64_t*>(mapped_)).fetch_add(1); }

 private:
  static constexpr std::size_t kBytes = 4096;
  void* mapped_ = nullptr;
};

class ReplicaOfAMappedFile : public DirectoryTest {
 protected:
  // True when stores through a mapping show in the times of a file at all.
  bool shows_stores() const {
    struct statfs status {};
    return ::statfs(folder_.path().c_str(), &status) == 0 && status.f_type != TMPFS_MAGIC;
  }
  // Updates in a child, with a store in front of its `look`-th look at a folder, and one more in
  // front of what ends the `copied`-th file or folder that it copies then. False without the first.
  bool update_with_stores(MappedNumber& number, std::size_t look, std::size_t copied) {
    TracedCall traced([&] { driver_->update_share_replica("r-1"); });
    const bool is_there = traced.goes_on_to(
        look, [](std::uint64_t call, std::uint64_t) { return call == SYS_getdents64; });
    if (is_there) number.count();
    if (is_there && traced.goes_on_to(copied, [](std::uint64_t call, std::uint64_t) {
          return call == SYS_utimensat;
        })) {
      number.count();
    }
    EXPECT_TRUE(traced.works());
    return is_there;
  }
};

TEST_F(ReplicaOfAMappedFile, IsNotInSyncWithoutTheLastStore) {
  if (!shows_stores()) return;  // see docs/manila.md: nothing tells on tmpfs
  create("s-1");
  MappedNumber number(share("s-1") / "data");
  driver_->create_share_replica("s-1", "r-1");
  std::size_t look = 1;
  for (bool is_there = true; is_there && !HasFailure(); ++look) {
    for (std::size_t copied = 1; copied <= 3; ++copied) {
      SCOPED_TRACE("look " + std::to_string(look) + ", copied " + std::to_string(copied));
      write_file(share("s-1") / "other", std::to_string(look) + std::to_string(copied));
      is_there = update_with_stores(number, look, copied);
      restart();
      EXPECT_EQ(driver_->update_share_replica("r-1").replica_state, "in_sync");
      EXPECT_EQ(tree(root() / "replicas" / "r-1" / "content"), tree(share("s-1")));
    }
  }
  EXPECT_GT(look, 8U);
}

}  // namespace
}  // namespace hookwire::testing
