#pragma once

#include <functional>
#include <random>
#include <regex>

#include "share/directory_test.h"
#include "share/killed_at_change.h"
#include "support/long_form.h"

namespace hookwire::testing {

/// Each call is killed in front of every system call that changes files, from the start of its
/// driver on; so is the recovery that follows, once. Then all of the call was done, or nothing.
class DirectoryAllOrNothing : public DirectoryTest {
 protected:
  using Work = std::function<void(ShareDriver&)>;
  struct Seen {
    std::map<std::string, std::string> files;
    Value shares;
    friend bool operator==(const Seen&, const Seen&) = default;
  };

  // A fresh root, as a process that ended left it.
  void prepare(const Work& before) {
    driver_.reset();
    std::filesystem::remove_all(root());
    start();
    create("base");
    before(*driver_);
    driver_.reset();
  }
  void make(const Work& call) {
    NullLog log;
    const auto driver =
        make_directory_driver({.root = root(), .host = "nas01", .backend_name = "gold"}, log);
    driver->init_host();
    call(*driver);
  }
  Seen seen() {
    Seen found{.files = tree(root()), .shares = to_value(driver_->share_instances())};
    found.files.erase("lock");
    // Fingerprints differ from root to root.
    static const std::regex kSynced("\"synced\": [0-9]+");
    std::string& state = found.files["state.json"];
    state = std::regex_replace(state, kSynced, "\"synced\": 0");
    return found;
  }
  Seen after(const Work& work, const Work& call) {
    prepare(work);
    start();
    call(*driver_);
    return seen();
  }

  void expect_all_or_nothing(const Work& before, const Work& call) {
    const Seen nothing = after(before, [](ShareDriver&) {});
    const Seen all = after(before, call);
    ASSERT_NE(nothing, all);
    const std::uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    bool had_nothing = false;
    std::size_t n = 1 + random() % stride();
    for (;; n += stride()) {
      SCOPED_TRACE("killed in front of change " + std::to_string(n));
      prepare(before);
      if (!killed_at_change(n, [&] { make(call); })) break;
      killed_at_change(1 + random() % 8, [&] { make([](ShareDriver&) {}); });
      start();
      const Seen left = seen();
      had_nothing |= left == nothing;
      ASSERT_TRUE(left == nothing || left == all) << ::testing::PrintToString(left.files);
      EXPECT_FALSE(log_.contains("is gone"));
    }
    EXPECT_GT(n, 3U);
    EXPECT_TRUE(had_nothing);
  }

  void make_folder(const std::filesystem::path& name) {
    std::filesystem::create_directories(root() / name / "inner");
    write_file(root() / name / "inner" / "file", "content");
  }
  void make_share(ShareDriver& driver) {
    driver.create_share_instance("s-1", 2, "NFS", std::nullopt, {});
    make_folder("shares/s-1");
  }
};

}  // namespace hookwire::testing
