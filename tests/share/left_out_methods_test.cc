#include <functional>
#include <map>
#include <set>

#include "hookwire/share/hooked_share_driver.h"

#include "hooks/chain_test.h"

namespace hookwire::testing {
namespace {

using ::testing::ElementsAre;

// A share driver with no more than every share driver must have.
class PlainShareDriver final : public ShareDriver {
 public:
  void init_host() override {}
  std::vector<std::string> create_share_instance(const std::string& share_id, std::uint64_t,
                                                 const std::string&,
                                                 const std::optional<std::string>&,
                                                 const DriverOptions&) override {
    return {"host:/" + share_id};
  }
  void delete_share_instance(const std::string&) override {}
  void extend_share(const std::string&, std::uint64_t) override {}
  void shrink_share(const std::string&, std::uint64_t) override {}
  std::optional<std::string> allow_access(const std::string&, const Access&) override { return {}; }
  void deny_access(const std::string&, const Access&) override {}
  Snapshot create_snapshot(const std::string&, const std::string&) override { return {}; }
  void delete_snapshot(const std::string&) override {}
  Capabilities publish_service_capabilities() override { return {}; }
  std::vector<ShareInstance> share_instances() override { return {}; }
};

class LeftOutMethods : public ChainTest {
 protected:
  PlainShareDriver driver_;
  HookedShareDriver hooked_{driver_, chain_};
};

TEST_F(LeftOutMethods, EachFailsByItsOwnName) {
  const std::map<std::string, std::function<void()>> calls = {
      {"update_access", [&] { hooked_.update_access(context_, "s", {}); }},
      {"revert_to_snapshot", [&] { hooked_.revert_to_snapshot(context_, "s", "p"); }},
      {"manage_share", [&] { hooked_.manage_share(context_, "s", 1, "NFS", "/s"); }},
      {"unmanage_share", [&] { hooked_.unmanage_share(context_, "s"); }},
      {"manage_snapshot", [&] { hooked_.manage_snapshot(context_, "s", "p", "/p"); }},
      {"unmanage_snapshot", [&] { hooked_.unmanage_snapshot(context_, "p"); }},
      {"delete_share_server", [&] { hooked_.delete_share_server(context_, "v"); }},
      {"manage_share_server", [&] { hooked_.manage_share_server(context_, "v", "/v"); }},
      {"unmanage_share_server", [&] { hooked_.unmanage_share_server(context_, "v"); }},
      {"create_share_replica", [&] { hooked_.create_share_replica(context_, "s", "r"); }},
      {"delete_share_replica", [&] { hooked_.delete_share_replica(context_, "r"); }},
      {"promote_share_replica", [&] { hooked_.promote_share_replica(context_, "r"); }},
      {"update_share_replica", [&] { hooked_.update_share_replica(context_, "r"); }},
      {"create_replicated_snapshot",
       [&] { hooked_.create_replicated_snapshot(context_, "s", "p"); }},
      {"delete_replicated_snapshot", [&] { hooked_.delete_replicated_snapshot(context_, "p"); }},
      {"update_replicated_snapshot",
       [&] { hooked_.update_replicated_snapshot(context_, "r", "p"); }},
      {"share_server_migration_check_compatibility",
       [&] { hooked_.share_server_migration_check_compatibility(context_, "v", "/d"); }},
      {"share_server_migration_start",
       [&] { hooked_.share_server_migration_start(context_, "v", "/d"); }},
      {"share_server_migration_continue",
       [&] { hooked_.share_server_migration_continue(context_, "v"); }},
      {"share_server_migration_complete",
       [&] { hooked_.share_server_migration_complete(context_, "v"); }},
      {"share_server_migration_cancel",
       [&] { hooked_.share_server_migration_cancel(context_, "v"); }},
      {"share_server_migration_get_progress",
       [&] { hooked_.share_server_migration_get_progress(context_, "v"); }},
  };
  const std::set<std::string> every_driver_has = {"init_host",
                                                  "create_share_instance",
                                                  "delete_share_instance",
                                                  "extend_share",
                                                  "shrink_share",
                                                  "allow_access",
                                                  "deny_access",
                                                  "create_snapshot",
                                                  "delete_snapshot",
                                                  "publish_service_capabilities",
                                                  "get_periodic_hook_data"};
  for (const MethodDescriptor* method : method_descriptors<ShareDriver>()) {
    const std::string name(method->name);
    if (every_driver_has.contains(name)) continue;
    ASSERT_TRUE(calls.contains(name)) << name;
    try {
      calls.at(name)();
      ADD_FAILURE() << name << " did not fail";
    } catch (const ShareMethodNotImplemented& error) {
      EXPECT_EQ(error.what(), "this share driver does not implement " + name);
    }
  }
}

TEST_F(LeftOutMethods, HooksSeeThatTheCallFailed) {
  add("first");
  install();
  EXPECT_THROW(hooked_.unmanage_share(context_, "s-1"), ShareMethodNotImplemented);
  EXPECT_THAT(steps_.all(), ElementsAre("pre first", "failure first"));
}

}  // namespace
}  // namespace hookwire::testing
