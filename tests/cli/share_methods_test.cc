#include <optional>
#include <set>

#include "hookwire/schemas/json.h"
#include "hookwire/share/share_driver.h"

#include "cli_test.h"

namespace hookwire::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kKey[] = "open-sesame-4712";

/// A call line's method and arguments, and the type of the error that it ends in; none: it works.
struct ShareCall {
  std::string method;
  std::string args;
  std::string error = {};
};

/// The real host, with the configuration of the examples, of which each call is asked.
class ShareMethodsTest : public CliTest {
 protected:
  ShareMethodsTest() {
    fs::create_directory(in_folder("examples"));
    fs::copy(fs::path(EXAMPLES) / "hookwire.conf", in_folder("examples"));
    fs::create_directory(in_folder("silver"));
    host_.emplace(in_folder("examples/hookwire.conf"), in_folder("messages"));
  }

  fs::path root() const { return in_folder("var/gold"); }

  Value call(const ShareCall& call) {
    calls_.push_back(call);
    SCOPED_TRACE(call.method + " " + call.args);
    Value answer = host_->ask("{\"method\":\"" + call.method + "\",\"args\":" + call.args + "}");
    if (call.error.empty()) {
      EXPECT_EQ(to_json(*answer.find("ok")), "true") << to_json(answer);
    } else {
      EXPECT_EQ(text_in(*answer.find("error"), "type"), call.error) << to_json(answer);
    }
    answers_.push_back(answer);
    return answer.find("result") == nullptr ? Value() : *answer.find("result");
  }

  /// Of each call a pre event, then one that tells what was answered, about its resource.
  void expect_events() {
    EXPECT_EQ(host_->finish(), 0);
    const Ended cat = run({"journal", "cat", in_folder("var/journal/gold").string(), "-o", "json"});
    for (const std::string& line : cat.output) EXPECT_EQ(line.find(kKey), std::string::npos);
    std::vector<Value> events;
    for (const Value& event : values_of(cat.output)) {
      if (!text_in(event, "call_id").empty()) events.push_back(event);
    }
    ASSERT_EQ(events.size(), 2 * calls_.size());
    for (std::size_t n = 0; n < calls_.size(); ++n) {
      SCOPED_TRACE(calls_[n].method + " " + calls_[n].args);
      const Value& pre = events[2 * n];
      const Value& end = events[2 * n + 1];
      EXPECT_EQ(text_in(pre, "phase"), "pre");
      EXPECT_EQ(text_in(pre, "method"), calls_[n].method);
      EXPECT_EQ(text_in(end, "method"), calls_[n].method);
      EXPECT_EQ(text_in(end, "phase"), calls_[n].error.empty() ? "post" : "failure");
      if (calls_[n].method == "allow_access") {
        EXPECT_NE(end.find("result"), nullptr) << "that it returns a key is told, not which";
      } else if (calls_[n].error.empty()) {
        const Value* told = end.find("result");
        const Value* given = answers_[n].find("result");
        EXPECT_EQ(told == nullptr ? Value() : *told, given == nullptr ? Value() : *given);
      } else {
        EXPECT_EQ(*end.find("error"), *answers_[n].find("error"));
      }
      expect_resource(calls_[n], pre);
    }
  }

  std::set<std::string> methods_called() const {
    std::set<std::string> methods;
    for (const ShareCall& call : calls_) methods.insert(call.method);
    return methods;
  }

 private:
  static void expect_resource(const ShareCall& call, const Value& event) {
    for (const MethodDescriptor* method : method_descriptors<ShareDriver>()) {
      if (method->name != call.method || method->resource.type.empty()) continue;
      ASSERT_NE(event.find("resource"), nullptr);
      EXPECT_EQ(text_in(*event.find("resource"), "type"), method->resource.type);
      EXPECT_EQ(text_in(*event.find("resource"), "id"),
                text_in(parse_json(call.args), std::string(method->resource.argument)));
    }
  }

  std::optional<RunningHost> host_;
  std::vector<ShareCall> calls_;
  std::vector<Value> answers_;
};

constexpr char kShare[] = R"({"share_id":"s-1","size_gb":1,"share_proto":"NFS"})";

TEST_F(ShareMethodsTest, EveryMethodWorksAndItsEventsSaySo) {
  call({"init_host", "{}"});
  call({"publish_service_capabilities", "{}"});
  call({"create_share_instance", kShare});
  write_file("var/gold/shares/s-1/file", "first");
  call({"extend_share", R"({"share_id":"s-1","new_size_gb":3})"});
  call({"shrink_share", R"({"share_id":"s-1","new_size_gb":2})"});
  const std::string rule = R"({"access_type":"ip","access_to":"10.0.0.4","access_level":"rw",)"
                           R"("access_key":")" +
                           std::string(kKey) + "\"}";
  call({"allow_access", R"({"share_id":"s-1","access":)" + rule + "}"});
  call({"deny_access", R"({"share_id":"s-1","access":)" + rule + "}"});
  call({"update_access", R"({"share_id":"s-1","access_rules":[)" + rule + R"(],"add_rules":[)" +
                             rule + R"(],"delete_rules":[]})"});
  EXPECT_NE(read_file(root() / "exports").find("10.0.0.4("), std::string::npos);
  call({"get_periodic_hook_data", "{}"});

  call({"create_snapshot", R"({"share_id":"s-1","snapshot_id":"n-1"})"});
  write_file("var/gold/shares/s-1/file", "second");
  call({"revert_to_snapshot", R"({"share_id":"s-1","snapshot_id":"n-1"})"});
  EXPECT_EQ(read_file(root() / "shares/s-1/file"), "first");
  call({"unmanage_snapshot", R"({"snapshot_id":"n-1"})"});
  call({"manage_snapshot",
        R"({"share_id":"s-1","snapshot_id":"n-2","provider_location":"snapshots/n-1"})"});
  EXPECT_EQ(read_file(root() / "snapshots/n-2/file"), "first");
  call({"delete_snapshot", R"({"snapshot_id":"n-2"})"});
  EXPECT_TRUE(fs::is_empty(root() / "snapshots"));

  call({"create_share_replica", R"({"share_id":"s-1","replica_id":"r-1"})"});
  call({"create_replicated_snapshot", R"({"share_id":"s-1","snapshot_id":"n-3"})"});
  EXPECT_EQ(read_file(root() / "replicas/r-1/snapshots/n-3/file"), "first");
  call({"update_replicated_snapshot", R"({"replica_id":"r-1","snapshot_id":"n-3"})"});
  write_file("var/gold/shares/s-1/file", "third");
  call({"update_share_replica", R"({"replica_id":"r-1"})"});
  EXPECT_EQ(read_file(root() / "replicas/r-1/content/file"), "third");
  call({"promote_share_replica", R"({"replica_id":"r-1"})"});
  call({"delete_replicated_snapshot", R"({"snapshot_id":"n-3"})"});
  call({"delete_share_replica", R"({"replica_id":"r-1"})"});
  EXPECT_TRUE(fs::is_empty(root() / "replicas"));
  EXPECT_EQ(read_file(root() / "shares/s-1/file"), "third");

  call({"unmanage_share", R"({"share_id":"s-1"})"});
  fs::create_directory(root() / "old");
  call({"manage_share_server", R"({"share_server_id":"v-1","identifier":"old"})"});
  call({"manage_share", R"({"share_id":"s-2","size_gb":1,"share_proto":"NFS",)"
                        R"("export_path":"shares/s-1","share_server_id":"v-1"})"});
  EXPECT_EQ(read_file(root() / "servers/v-1/s-2/file"), "third");
  const std::string there =
      R"({"share_server_id":"v-1","dest_root":")" + in_folder("silver").string() + "\"}";
  const std::string server = R"({"share_server_id":"v-1"})";
  call({"share_server_migration_check_compatibility", there});
  call({"share_server_migration_start", there});
  call({"share_server_migration_cancel", server});
  EXPECT_TRUE(fs::is_empty(in_folder("silver")));
  call({"share_server_migration_start", there});
  EXPECT_EQ(call({"share_server_migration_continue", server}), Value(true));
  call({"share_server_migration_get_progress", server});
  call({"share_server_migration_complete", server});
  EXPECT_EQ(read_file(in_folder("silver/v-1/s-2/file")), "third");
  EXPECT_FALSE(fs::exists(root() / "servers/v-1"));
  call({"delete_share_instance", R"({"share_id":"s-2"})"});
  call({"unmanage_share_server", server});
  call({"create_share_instance",
        R"({"share_id":"s-3","size_gb":1,"share_proto":"NFS","share_server_id":"v-2"})"});
  call({"delete_share_instance", R"({"share_id":"s-3"})"});
  call({"delete_share_server", R"({"share_server_id":"v-2"})"});
  EXPECT_TRUE(fs::is_empty(root() / "servers"));

  std::set<std::string> methods;
  for (const MethodDescriptor* method : method_descriptors<ShareDriver>()) {
    methods.emplace(method->name);
  }
  EXPECT_EQ(methods_called(), methods);
  expect_events();
}

TEST_F(ShareMethodsTest, EveryErrorReachesCallerAndEventsByItsType) {
  call({"create_share_instance", kShare});
  call({"create_share_instance",
        R"({"share_id":"s-2","size_gb":1,"share_proto":"NFS","share_server_id":"v-1"})"});
  call({"create_snapshot", R"({"share_id":"s-1","snapshot_id":"n-1"})"});
  call({"create_share_replica", R"({"share_id":"s-1","replica_id":"r-1"})"});
  write_file("var/gold/shares/s-1/file", "changed");
  for (const ShareCall& wrong : std::vector<ShareCall>{
           {"create_share_instance", kShare, "ShareExists"},
           {"delete_share_instance", R"({"share_id":"s-1"})", "ShareInUse"},
           {"unmanage_share", R"({"share_id":"s-9"})", "ShareNotFound"},
           {"update_access",
            R"({"share_id":"s-9","access_rules":[],"add_rules":[],"delete_rules":[]})",
            "ShareNotFound"},
           {"revert_to_snapshot", R"({"share_id":"s-1","snapshot_id":"n-9"})", "SnapshotNotFound"},
           {"revert_to_snapshot", R"({"share_id":"s-2","snapshot_id":"n-1"})", "InvalidShareInput"},
           {"manage_share",
            R"({"share_id":"s-3","size_gb":1,"share_proto":"NFS","export_path":"shares/s-1"})",
            "ManageInvalidShare"},
           {"manage_share",
            R"({"share_id":"s-3","size_gb":1025,"share_proto":"NFS","export_path":"x"})",
            "ShareTooLarge"},
           {"manage_snapshot",
            R"({"share_id":"s-1","snapshot_id":"n-2","provider_location":"missing"})",
            "ManageInvalidShareSnapshot"},
           {"manage_snapshot",
            R"({"share_id":"s-1","snapshot_id":"n-1","provider_location":"missing"})",
            "SnapshotExists"},
           {"unmanage_snapshot", R"({"snapshot_id":"n-9"})", "SnapshotNotFound"},
           {"create_share_replica", R"({"share_id":"s-1","replica_id":"r-1"})", "ReplicaExists"},
           {"promote_share_replica", R"({"replica_id":"r-1"})", "ReplicaNotInSync"},
           {"update_share_replica", R"({"replica_id":"r-9"})", "ReplicaNotFound"},
           {"delete_share_replica", R"({"replica_id":"r-9"})", "ReplicaNotFound"},
           {"create_replicated_snapshot", R"({"share_id":"s-2","snapshot_id":"n-3"})",
            "InvalidShareInput"},
           {"delete_replicated_snapshot", R"({"snapshot_id":"n-1"})", "InvalidShareInput"},
           {"update_replicated_snapshot", R"({"replica_id":"r-1","snapshot_id":"n-9"})",
            "SnapshotNotFound"},
           {"delete_share_server", R"({"share_server_id":"v-1"})", "ShareServerInUse"},
           {"unmanage_share_server", R"({"share_server_id":"v-9"})", "ShareServerNotFound"},
           {"manage_share_server", R"({"share_server_id":"v-1","identifier":"x"})",
            "ShareServerExists"},
           {"manage_share_server", R"({"share_server_id":"v-2","identifier":"x"})",
            "ManageInvalidShareServer"},
           {"share_server_migration_start", R"({"share_server_id":"v-1","dest_root":"x"})",
            "ShareServerMigrationFailed"},
           {"share_server_migration_continue", R"({"share_server_id":"v-1"})",
            "ShareServerMigrationFailed"},
           {"share_server_migration_complete", R"({"share_server_id":"v-9"})",
            "ShareServerNotFound"},
           {"share_server_migration_cancel", R"({"share_server_id":"v-1"})",
            "ShareServerMigrationFailed"},
           {"share_server_migration_get_progress", R"({"share_server_id":"v-1"})",
            "ShareServerMigrationFailed"},
           {"share_server_migration_check_compatibility",
            R"({"share_server_id":"v-9","dest_root":"/"})", "ShareServerNotFound"},
       }) {
    call(wrong);
  }
  fs::create_directory(root() / "state.json.new");
  call({"unmanage_snapshot", R"({"snapshot_id":"n-1"})", "ShareBackendException"});
  expect_events();
}

}  // namespace
}  // namespace hookwire::testing
