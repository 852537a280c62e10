#pragma once

#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hookwire/share/directory_driver.h"
#include "hookwire/testing/capturing_log.h"
#include "hookwire/testing/temp_folder.h"

#include "share/files.h"

namespace hookwire::testing {

/// A directory driver on a fresh root, started.
class DirectoryTest : public ::testing::Test {
 protected:
  DirectoryTest() { start(); }

  void start() {
    driver_ =
        make_directory_driver({.root = root(), .host = "nas01", .backend_name = "gold"}, log_);
    driver_->init_host();
  }
  void restart() {
    driver_.reset();
    start();
  }

  std::filesystem::path root() const { return folder_.path() / "gold"; }
  std::filesystem::path share(const std::string& id) const { return root() / "shares" / id; }
  std::filesystem::path server(const std::string& id) const { return root() / "servers" / id; }
  std::filesystem::path snapshot(const std::string& id) const { return root() / "snapshots" / id; }
  std::string exports() const { return read_file(root() / "exports"); }

  std::vector<std::string> create(const std::string& id, std::uint64_t size_gb = 1,
                                  const std::string& proto = "NFS") {
    return driver_->create_share_instance(id, size_gb, proto, std::nullopt, {});
  }
  ShareInstance instance(const std::string& id) {
    for (ShareInstance& share : driver_->share_instances()) {
      if (share.share_id == id) return std::move(share);
    }
    ADD_FAILURE() << "no share " << id;
    return {};
  }

  /// Expects that `call` raises an E whose message has `part` in it, and changes nothing on disk.
  template <class E, class F>
  void expect_refused(F&& call, const std::string& part) {
    const auto before = tree(root());
    try {
      call();
      ADD_FAILURE() << "nothing was raised";
    } catch (const E& error) {
      EXPECT_EQ(typeid(error).name(), typeid(E).name());
      EXPECT_THAT(error.what(), ::testing::HasSubstr(part));
    }
    EXPECT_EQ(tree(root()), before);
  }

  TempFolder folder_;
  CapturingLog log_;
  std::unique_ptr<ShareDriver> driver_;
};

inline Access ip_rule(const std::string& address, const std::string& level = "rw") {
  return {.access_type = "ip", .access_to = address, .access_level = level, .access_key = {}};
}
inline Access user_rule(const std::string& user, const std::string& level = "rw") {
  return {.access_type = "user", .access_to = user, .access_level = level, .access_key = {}};
}

}  // namespace hookwire::testing
