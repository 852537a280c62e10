#include <functional>

#include "share/directory_test.h"

namespace hookwire::testing {
namespace {

class DirectoryInput : public DirectoryTest {
 protected:
  DirectoryInput() { create("s-1", 2); }

  void expect_invalid(const std::function<void()>& call, const std::string& argument) {
    expect_refused<InvalidShareInput>(call, "argument '" + argument + "' must be ");
  }
  void create_with(const std::string& id, const DriverOptions& driver_options) {
    driver_->create_share_instance(id, 1, "NFS", std::nullopt, driver_options);
  }
};

TEST_F(DirectoryInput, AnIdIsAPlainFileName) {
  for (const std::string id :
       {"", ".", "..", ".hidden", "a/b", "../s-1", "a b", "a\nb", "sch\xC3\xB6n"}) {
    SCOPED_TRACE(id);
    expect_invalid([&] { create(id); }, "share_id");
    expect_invalid([&] { driver_->delete_share_instance(id); }, "share_id");
    expect_invalid([&] { driver_->extend_share(id, 3); }, "share_id");
    expect_invalid([&] { driver_->shrink_share(id, 1); }, "share_id");
    expect_invalid([&] { driver_->allow_access(id, ip_rule("10.0.0.4")); }, "share_id");
    expect_invalid([&] { driver_->deny_access(id, ip_rule("10.0.0.4")); }, "share_id");
    expect_invalid([&] { driver_->create_snapshot(id, "snap-1"); }, "share_id");
    expect_invalid([&] { driver_->create_snapshot("s-1", id); }, "snapshot_id");
    expect_invalid([&] { driver_->delete_snapshot(id); }, "snapshot_id");
    expect_invalid([&] { driver_->create_share_instance("s-2", 1, "NFS", id, {}); },
                   "share_server_id");
  }
  expect_invalid([&] { create(std::string("a\0b", 3)); }, "share_id");
}

TEST_F(DirectoryInput, AnIdHasUpTo128Characters) {
  create(std::string(128, 'a'));
  create("A.b_c-9");
  expect_invalid([&] { create(std::string(129, 'a')); }, "share_id");
}

TEST_F(DirectoryInput, ASizeIsFromOneGigabyteToOnePebibyte) {
  create("least", 1);
  create("most", 1'048'576);
  for (const std::uint64_t size_gb :
       {std::uint64_t{0}, std::uint64_t{1'048'577}, ~std::uint64_t{0}}) {
    expect_invalid([&] { create("s-2", size_gb); }, "size_gb");
    expect_invalid([&] { driver_->extend_share("s-1", size_gb); }, "new_size_gb");
    expect_invalid([&] { driver_->shrink_share("s-1", size_gb); }, "new_size_gb");
  }
}

TEST_F(DirectoryInput, TheProtocolIsNfsOrCifs) {
  create("s-2", 1, "Nfs");
  for (const std::string proto : {"", "FTP", "NFS4", "NFS "}) {
    expect_invalid([&] { create("s-3", 1, proto); }, "share_proto");
  }
}

TEST_F(DirectoryInput, DriverOptionsAreKnownOnes) {
  expect_invalid([&] { create_with("s-2", {{"thin", "yes"}}); }, "driver_options");
  for (const std::string mode : {"", "rwx", "0788", "17777", "-1", "0755 "}) {
    expect_invalid([&] { create_with("s-2", {{"mode", mode}}); }, "driver_options.mode");
  }
}

TEST_F(DirectoryInput, AnAddressIsAnAddressOrANetwork) {
  for (const std::string to : {"10.0.0.4", "10.0.0.0/8", "0.0.0.0/0", "10.0.0.4/32", "::1",
                               "fe80::/64", "2001:db8::1/128"}) {
    driver_->allow_access("s-1", ip_rule(to));
  }
  for (const std::string to :
       {"", "not-an-address", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1",
        "10.0.0.0/8/8", "/8", "::1/129", "*", "10.0.0.4(rw)", "10.0.0.4 *", "10.0.0.4\n/ *(rw)"}) {
    SCOPED_TRACE(to);
    expect_invalid([&] { driver_->allow_access("s-1", ip_rule(to)); }, "access.access_to");
    expect_invalid([&] { driver_->deny_access("s-1", ip_rule(to)); }, "access.access_to");
  }
  const std::string hidden("10.0.0.9\0/ *(rw)", 16);
  expect_invalid([&] { driver_->allow_access("s-1", ip_rule(hidden)); }, "access.access_to");
}

TEST_F(DirectoryInput, AUserIsAPlainName) {
  driver_->allow_access("s-1", user_rule(std::string(64, 'u')));
  driver_->allow_access("s-1", user_rule(".a_b-c.9"));
  for (const std::string& to : {std::string(), std::string(65, 'u'), std::string("a b"),
                                std::string("a\nb"), std::string("a/b")}) {
    expect_invalid([&] { driver_->allow_access("s-1", user_rule(to)); }, "access.access_to");
  }
}

TEST_F(DirectoryInput, TypeAndLevelOfARuleAreKnownOnes) {
  Access access = ip_rule("10.0.0.4");
  access.access_type = "cert";
  expect_invalid([&] { driver_->allow_access("s-1", access); }, "access.access_type");
  for (const std::string level : {"", "RW", "rwx"}) {
    expect_invalid([&] { driver_->allow_access("s-1", ip_rule("10.0.0.4", level)); },
                   "access.access_level");
  }
}

}  // namespace
}  // namespace hookwire::testing
