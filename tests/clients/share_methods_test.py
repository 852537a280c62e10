"""Calls every method of the share driver through a real host: in success, with its effect on disk,
in each error that its backend can raise, and as a line that is no call. Whatever fails changes
nothing on disk. Its events tell what was answered and are as body.schema.json says.

Usage: share_methods_test.py HOOKWIRE; mounts a small tmpfs, in mounts of its own.
"""

import os
import pathlib
import subprocess
import sys
import unittest

from bodies import faults, written_by
from host import Host

HOOKWIRE = sys.argv.pop(1)
GIB = 1 << 30
KEY = "open-sesame-4712"
RULE = {"access_type": "ip", "access_to": "10.0.0.4", "access_level": "rw", "access_key": KEY}
OTHER = {"access_type": "user", "access_to": "alice", "access_level": "ro"}
BAD_RULE = {"access_type": "ip", "access_to": "nowhere", "access_level": "rw"}

# Resource of each method, by the argument that has its id.
RESOURCES = {"share": "share_id", "snapshot": "snapshot_id", "share_server": "share_server_id",
             "share_replica": "replica_id"}
# What a call needs beside its id, unless it is given.
FULL = {
    "create_share_instance": {"size_gb": 1, "share_proto": "NFS"},
    "manage_share": {"size_gb": 1, "share_proto": "NFS"},
}


def share(method, share_id, **args):
    return method, {"share_id": share_id, **FULL.get(method, {}), **args}


def snapshot(method, snapshot_id, **args):
    return method, {**args, "snapshot_id": snapshot_id}


def server(method, share_server_id, **args):
    return method, {"share_server_id": share_server_id, **args}


def replica(method, replica_id, **args):
    return method, {**args, "replica_id": replica_id}


def rules(share_id, access_rules, add_rules=(), delete_rules=()):
    return share("update_access", share_id, access_rules=access_rules, add_rules=list(add_rules),
                 delete_rules=list(delete_rules))


SILVER = "{silver}"  # a folder beside the root
MOVING = ["v-start", "v-cont", "v-moved", "v-back"]

# Before any other call. "s-w" and "s-rep" are written to by those who mount them, then and after.
PREPARED = [
    ("init_host", {}),
    *[share("create_share_instance", name, size_gb=2)
      for name in ("s-del", "s-ext", "s-shr", "s-w", "s-un", "s-acl", "s-rep", "s-pro", "s-late")],
    share("create_share_instance", "s-v", share_server_id="v-used"),
    *[share("create_share_instance", f"s-{name}", share_server_id=name)
      for name in ("v-del", "v-un")],
    *[share("delete_share_instance", f"s-{name}") for name in ("v-del", "v-un")],
    share("allow_access", "s-acl", access=OTHER),
    *[snapshot("create_snapshot", name, share_id="s-w") for name in ("n-w", "n-del", "n-un")],
    *[replica("create_share_replica", name, share_id="s-rep") for name in ("r-up", "r-del")],
    *[snapshot("create_replicated_snapshot", name, share_id="s-rep")
      for name in ("n-rep", "n-rdel")],
    replica("create_share_replica", "r-new", share_id="s-rep"),
    replica("create_share_replica", "r-pro", share_id="s-pro"),
    replica("create_share_replica", "r-late", share_id="s-late"),
    replica("promote_share_replica", "r-late"),
    *[share("create_share_instance", f"s-{name}", share_server_id=name) for name in MOVING],
    *[server("share_server_migration_start", name, dest_root=SILVER) for name in MOVING[1:]],
    server("share_server_migration_continue", "v-moved"),
]

# Each works in what was prepared, whatever others were made before; each changes something.
WORKING = [
    share("create_share_instance", "s-new", share_server_id="v-new"),
    share("delete_share_instance", "s-del"),
    share("extend_share", "s-ext", new_size_gb=3),
    share("shrink_share", "s-shr", new_size_gb=1),
    share("allow_access", "s-acl", access=RULE),
    share("deny_access", "s-acl", access=OTHER),
    rules("s-w", [RULE], [RULE], [OTHER]),
    snapshot("create_snapshot", "n-new", share_id="s-w"),
    snapshot("delete_snapshot", "n-del"),
    share("revert_to_snapshot", "s-w", snapshot_id="n-w"),
    share("manage_share", "s-in", export_path="import/share"),
    share("unmanage_share", "s-un"),
    snapshot("manage_snapshot", "n-in", share_id="s-w", provider_location="import/snapshot"),
    snapshot("unmanage_snapshot", "n-un"),
    server("delete_share_server", "v-del"),
    server("manage_share_server", "v-in", identifier="import/server"),
    server("unmanage_share_server", "v-un"),
    replica("create_share_replica", "r-1", share_id="s-rep"),
    replica("promote_share_replica", "r-pro"),
    replica("update_share_replica", "r-up"),
    replica("delete_share_replica", "r-del"),
    snapshot("create_replicated_snapshot", "n-rnew", share_id="s-rep"),
    snapshot("delete_replicated_snapshot", "n-rdel"),
    replica("update_replicated_snapshot", "r-new", snapshot_id="n-rep"),
    server("share_server_migration_start", "v-start", dest_root=SILVER),
    server("share_server_migration_continue", "v-cont"),
    server("share_server_migration_complete", "v-moved"),
    server("share_server_migration_cancel", "v-back"),
]
CHANGING_NOTHING = [server("share_server_migration_check_compatibility", "v-used", dest_root=SILVER),
                    server("share_server_migration_get_progress", "v-moved"),
                    ("init_host", {}), ("publish_service_capabilities", {}),
                    ("get_periodic_hook_data", {"shares": ["s-w", "s-acl"]})]

# A copy that could not be noted stays, lest it be the only one: the next step makes it anew.
LEAVES = {"share_server_migration_continue": {"silver/v-cont/s-v-cont"}}

NOBODY, BAD_ID = "nobody", ".hidden"
WRONG = [
    (share("create_share_instance", "s-w"), "ShareExists"),
    (share("create_share_instance", BAD_ID), "InvalidShareInput"),
    (share("create_share_instance", "s-1", size_gb=101), "ShareTooLarge"),
    (share("delete_share_instance", NOBODY), "ShareNotFound"),
    (share("delete_share_instance", "s-w"), "ShareInUse"),
    (share("delete_share_instance", BAD_ID), "InvalidShareInput"),
    (share("extend_share", NOBODY, new_size_gb=3), "ShareNotFound"),
    (share("extend_share", "s-ext", new_size_gb=2), "InvalidShareInput"),
    (share("extend_share", "s-ext", new_size_gb=101), "ShareTooLarge"),
    (share("shrink_share", NOBODY, new_size_gb=1), "ShareNotFound"),
    (share("shrink_share", "s-shr", new_size_gb=2), "InvalidShareInput"),
    (share("shrink_share", "s-full", new_size_gb=1), "ShareShrinkingPossibleDataLoss"),
    (share("allow_access", NOBODY, access=RULE), "ShareNotFound"),
    (share("allow_access", "s-acl", access=BAD_RULE), "InvalidShareInput"),
    (share("deny_access", NOBODY, access=RULE), "ShareNotFound"),
    (share("deny_access", "s-acl", access=RULE), "InvalidShareInput"),
    (rules(NOBODY, []), "ShareNotFound"),
    (rules("s-acl", [], [RULE]), "InvalidShareInput"),
    (snapshot("create_snapshot", "n-1", share_id=NOBODY), "ShareNotFound"),
    (snapshot("create_snapshot", "n-w", share_id="s-w"), "SnapshotExists"),
    (snapshot("create_snapshot", BAD_ID, share_id="s-w"), "InvalidShareInput"),
    (snapshot("delete_snapshot", NOBODY), "SnapshotNotFound"),
    (snapshot("delete_snapshot", BAD_ID), "InvalidShareInput"),
    (share("revert_to_snapshot", NOBODY, snapshot_id="n-w"), "ShareNotFound"),
    (share("revert_to_snapshot", "s-w", snapshot_id=NOBODY), "SnapshotNotFound"),
    (share("revert_to_snapshot", "s-acl", snapshot_id="n-w"), "InvalidShareInput"),
    (share("manage_share", "s-w", export_path="import/share"), "ShareExists"),
    (share("manage_share", "s-1", export_path="import/share", share_server_id=NOBODY),
     "ShareServerNotFound"),
    (share("manage_share", "s-1", export_path="shares/s-w"), "ManageInvalidShare"),
    (share("manage_share", "s-1", export_path=""), "InvalidShareInput"),
    (share("manage_share", "s-1", export_path="import/share", size_gb=101), "ShareTooLarge"),
    (share("unmanage_share", NOBODY), "ShareNotFound"),
    (share("unmanage_share", "s-w"), "ShareInUse"),
    (share("unmanage_share", BAD_ID), "InvalidShareInput"),
    (snapshot("manage_snapshot", "n-1", share_id=NOBODY, provider_location="import/snapshot"),
     "ShareNotFound"),
    (snapshot("manage_snapshot", "n-w", share_id="s-w", provider_location="import/snapshot"),
     "SnapshotExists"),
    (snapshot("manage_snapshot", "n-1", share_id="s-w", provider_location="../elsewhere"),
     "ManageInvalidShareSnapshot"),
    (snapshot("manage_snapshot", "n-1", share_id="s-w", provider_location=""), "InvalidShareInput"),
    (snapshot("unmanage_snapshot", NOBODY), "SnapshotNotFound"),
    (snapshot("unmanage_snapshot", BAD_ID), "InvalidShareInput"),
    (server("delete_share_server", NOBODY), "ShareServerNotFound"),
    (server("delete_share_server", "v-used"), "ShareServerInUse"),
    (server("delete_share_server", BAD_ID), "InvalidShareInput"),
    (server("manage_share_server", "v-used", identifier="import/server"), "ShareServerExists"),
    (server("manage_share_server", "v-1", identifier="missing"), "ManageInvalidShareServer"),
    (server("manage_share_server", "v-1", identifier=""), "InvalidShareInput"),
    (server("unmanage_share_server", NOBODY), "ShareServerNotFound"),
    (server("unmanage_share_server", "v-used"), "ShareServerInUse"),
    (server("unmanage_share_server", BAD_ID), "InvalidShareInput"),
    (replica("create_share_replica", "r-2", share_id=NOBODY), "ShareNotFound"),
    (replica("create_share_replica", "r-up", share_id="s-w"), "ReplicaExists"),
    (replica("create_share_replica", BAD_ID, share_id="s-w"), "InvalidShareInput"),
    (replica("promote_share_replica", NOBODY), "ReplicaNotFound"),
    (replica("promote_share_replica", "r-up"), "ReplicaNotInSync"),
    (replica("promote_share_replica", BAD_ID), "InvalidShareInput"),
    (replica("update_share_replica", NOBODY), "ReplicaNotFound"),
    (replica("update_share_replica", "r-late"), "ReplicaNotInSync"),
    (replica("update_share_replica", BAD_ID), "InvalidShareInput"),
    (replica("delete_share_replica", NOBODY), "ReplicaNotFound"),
    (replica("delete_share_replica", BAD_ID), "InvalidShareInput"),
    (snapshot("create_replicated_snapshot", "n-1", share_id=NOBODY), "ShareNotFound"),
    (snapshot("create_replicated_snapshot", "n-rep", share_id="s-rep"), "SnapshotExists"),
    (snapshot("create_replicated_snapshot", "n-1", share_id="s-w"), "InvalidShareInput"),
    (snapshot("delete_replicated_snapshot", NOBODY), "SnapshotNotFound"),
    (snapshot("delete_replicated_snapshot", "n-w"), "InvalidShareInput"),
    (replica("update_replicated_snapshot", NOBODY, snapshot_id="n-rep"), "ReplicaNotFound"),
    (replica("update_replicated_snapshot", "r-up", snapshot_id=NOBODY), "SnapshotNotFound"),
    (replica("update_replicated_snapshot", "r-up", snapshot_id="n-w"), "InvalidShareInput"),
    (share("delete_share_instance", "s-pro"), "ShareInUse"),
    (share("unmanage_share", "s-pro"), "ShareInUse"),
    (snapshot("delete_snapshot", "n-rep"), "InvalidShareInput"),
    (snapshot("unmanage_snapshot", "n-rep"), "InvalidShareInput"),
    *[(server(f"share_server_migration_{step}", name), error)
      for step in ("continue", "complete", "cancel", "get_progress")
      for name, error in ((NOBODY, "ShareServerNotFound"), (BAD_ID, "InvalidShareInput"),
                          ("v-used", "ShareServerMigrationFailed"))],
    *[(server(f"share_server_migration_{step}", name, dest_root=SILVER), error)
      for step in ("check_compatibility", "start")
      for name, error in ((NOBODY, "ShareServerNotFound"), (BAD_ID, "InvalidShareInput"))],
    (server("share_server_migration_start", "v-used", dest_root="not/absolute"),
     "ShareServerMigrationFailed"),
    (server("share_server_migration_complete", "v-cont"), "ShareServerMigrationFailed"),
    (share("create_share_instance", "s-1", share_server_id="v-cont"), "ShareServerInUse"),
    (share("delete_share_instance", "s-v-cont"), "ShareServerInUse"),
    (share("manage_share", "s-1", export_path="import/share", share_server_id="v-cont"),
     "ShareServerInUse"),
]


def in_own_mounts():
    """Goes on in a mount namespace of its own, in which this user may mount."""
    if os.environ.get("HOOKWIRE_OWN_MOUNTS") == "1":
        return
    how = ["-m"] if os.geteuid() == 0 else ["-U", "-r", "-m"]
    command = ["unshare", *how, "--propagation", "private"]
    if subprocess.run([*command, "true"], check=False).returncode != 0:
        sys.exit("share_methods_test: this user may not have mounts of its own "
                 f"({' '.join(command)} fails). Run it as root or allow user namespaces.")
    os.environ["HOOKWIRE_OWN_MOUNTS"] = "1"
    os.execvp("unshare", [*command, sys.executable, "-B", __file__, HOOKWIRE, *sys.argv[1:]])


def tree(root):
    """Everything below it by its path: bytes of small files, sizes of others, "/" for folders."""
    found = {}
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        if path.is_dir():
            found[name] = "/"
        elif not name.endswith(".new") and path.name not in ("lock", "filler"):
            size = path.stat().st_size
            found[name] = path.read_bytes() if size < 65536 else size
    return found


class ShareMethodsTest(unittest.TestCase):
    def setUp(self):
        self.made = []
        self.host = self.enterContext(Host(
            HOOKWIRE, directory_root="disk/gold", max_share_size_gb="100",
            hook_drivers="hookwire:NotificationHook, size=hookwire:ShareSizeHook"))
        self.host.stop()
        disk = self.host.folder / "disk"
        subprocess.run(["rm", "-rf", disk, self.host.journal], check=True)
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200m", "hookwire", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        self.root = disk / "gold"
        self.silver = disk / "silver"
        self.silver.mkdir()
        self.host.start()
        self.made.append(("publish_service_capabilities", {}, None))  # answered once it runs
        self.prepare()

    def prepare(self):
        for method, args in PREPARED:
            self.call(method, args)
            if args.get("share_id") in ("s-w", "s-rep") and method == "create_share_instance":
                (self.root / "shares" / args["share_id"] / "file").write_text("first")
        for name in ("share", "snapshot", "server"):
            (self.root / "import" / name).mkdir(parents=True)
            (self.root / "import" / name / "file").write_text(name)
        self.call(*share("create_share_instance", "s-full", size_gb=2))
        with open(self.root / "shares/s-full/large", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, GIB + 4096)
        for name in ("s-w", "s-rep"):
            (self.root / "shares" / name / "file").write_text("second")
        (self.root / "replicas/r-late/content/late").write_text("late")
        self.promoted = self.inode("replicas/r-pro/content")

    def call(self, method, args, error=None):
        """The result of the call, which must end in that error, or in none."""
        if args.get("dest_root") == SILVER:
            args = {**args, "dest_root": str(self.silver)}
        answer = self.host.ask({"method": method, "args": args,
                                "context": {"request_id": "req-1", "user_id": "alice"}})
        found = answer.get("error", {}).get("type")
        self.assertEqual(found, error, f"{method} {args}: {answer}")
        self.made.append((method, args, answer))
        return answer.get("result")

    def refused(self, method, args, error, may_leave=()):
        before = tree(self.root.parent)
        self.call(method, args, error)
        after = {path: content for path, content in tree(self.root.parent).items()
                 if path in before or path not in may_leave}
        self.assertEqual(after, before, f"{method} {args}: changed something")

    def test_in_success_and_in_each_of_its_errors(self):
        for (method, args), error in WRONG:
            self.refused(method, args, error)
        self.refuse_without_a_state()
        self.refuse_without_space()
        self.reject_lines()
        self.do_all()
        self.check_events()
        self.check_that_all_was_tried()

    def refuse_without_a_state(self):
        (self.root / "state.json.new" / "in the way").mkdir(parents=True)
        for method, args in WORKING:
            if method != "revert_to_snapshot":
                self.refused(method, args, "ShareBackendException", LEAVES.get(method, ()))
        subprocess.run(["rm", "-r", self.root / "state.json.new"], check=True)
        (self.root / "exports.new" / "in the way").mkdir(parents=True)
        self.refuse_to_start("ShareBackendException")
        subprocess.run(["rm", "-r", self.root / "exports.new"], check=True)
        (self.root / "snapshots/n-w").rename(self.root / "kept")
        self.refused("revert_to_snapshot", {"share_id": "s-w", "snapshot_id": "n-w"},
                     "ShareBackendException")
        (self.root / "kept").rename(self.root / "snapshots/n-w")
        self.root.rename(self.root.with_name("away"))
        self.call("publish_service_capabilities", {}, "ShareBackendException")
        self.root.with_name("away").rename(self.root)

    def refuse_without_space(self):
        filler = self.root / "filler"
        with open(filler, "wb") as file:
            status = os.statvfs(self.root)
            os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize)
            self.assertEqual(os.statvfs(self.root).f_bavail, 0)
        for method, args in WORKING:
            self.refused(method, args, "NotEnoughCapacity")
        self.refuse_to_start("NotEnoughCapacity")
        filler.unlink()

    def refuse_to_start(self, error):
        """What init_host has to write it cannot; without that it writes nothing."""
        self.call("init_host", {})
        with open(self.root / "exports", "r+b", buffering=0) as file:
            first = file.read(1)
            os.pwrite(file.fileno(), b"?", 0)  # takes no more space
            self.refused("init_host", {}, error)
            os.pwrite(file.fileno(), first, 0)

    def reject_lines(self):
        """Lines that are no calls, which make no events either."""
        for method, args in [*WORKING, *CHANGING_NOTHING]:
            wrong = [{**args, "unheard_of": 1}]
            if args and method != "get_periodic_hook_data":
                wrong += [{}, {**args, list(args)[0]: 1}]
            for given in wrong:
                answer = self.host.ask({"method": method, "args": given})
                self.assertEqual(answer.get("outcome"), "rejected", f"{method} {given}: {answer}")
        answer = self.host.ask({"method": "get_periodic_hook_data", "args": {"shares": [NOBODY]}})
        self.assertEqual(answer.get("outcome"), "rejected", answer)

    def do_all(self):
        for method, args in [*CHANGING_NOTHING, *WORKING]:
            before = tree(self.root.parent)
            result = self.call(method, args)
            check = getattr(self, f"check_{method}", None)
            if check:
                self.assertNotEqual(tree(self.root.parent), before, method)
                check(result, before)
            else:
                self.assertEqual(tree(self.root.parent), before, method)
        self.host.stop()
        after = tree(self.root.parent)
        self.host.start()
        self.made.append(("publish_service_capabilities", {}, None))
        self.call("init_host", {})
        self.assertEqual(tree(self.root.parent), after)

    def is_there(self, name):
        return (self.root / name).is_dir()

    def inode(self, name):
        return (self.root / name).stat().st_ino

    def content(self, name):
        return (self.root / name).read_text()

    def exports(self):
        return self.content("exports")

    def check_create_share_instance(self, result, _):
        self.assertEqual(result, [f"nas01:{self.root}/servers/v-new/s-new"])
        self.assertTrue(self.is_there("servers/v-new/s-new"))

    def check_delete_share_instance(self, result, _):
        self.assertIsNone(result)
        self.assertFalse(self.is_there("shares/s-del"))

    def check_extend_share(self, _, before):
        self.assertEqual(self.size_of("s-ext"), 3)

    def check_shrink_share(self, _, before):
        self.assertEqual(self.size_of("s-shr"), 1)

    def size_of(self, share_id):
        return self.call("get_periodic_hook_data", {"shares": [share_id]})[0]["size_gb"]

    def check_allow_access(self, result, _):
        self.assertIsNone(result)
        self.assertIn("/shares/s-acl 10.0.0.4(rw,", self.exports())

    def check_deny_access(self, _, before):
        self.assertIn(b"/shares/s-acl user alice ro", before["gold/exports"])
        self.assertNotIn("/shares/s-acl user alice ro", self.exports())

    def check_update_access(self, result, _):
        self.assertEqual(result, [{name: RULE[name] for name in RULE if name != "access_key"}])
        self.assertIn("/shares/s-w 10.0.0.4(rw,", self.exports())

    def check_create_snapshot(self, result, _):
        self.assertEqual(self.content("snapshots/n-new/file"), "second")
        self.assertEqual(result["provider_location"], f"{self.root}/snapshots/n-new")

    def check_delete_snapshot(self, *_):
        self.assertFalse(self.is_there("snapshots/n-del"))

    def check_revert_to_snapshot(self, *_):
        self.assertEqual(self.content("shares/s-w/file"), "first")

    def check_manage_share(self, result, _):
        self.assertEqual(result, [f"nas01:{self.root}/shares/s-in"])
        self.assertEqual(self.content("shares/s-in/file"), "share")
        self.assertFalse(self.is_there("import/share"))

    def check_unmanage_share(self, *_):
        self.assertTrue(self.is_there("shares/s-un"))
        self.assertNotIn('"s-un"', self.content("state.json"))

    def check_manage_snapshot(self, result, _):
        self.assertEqual(result["share_id"], "s-w")
        self.assertEqual(self.content("snapshots/n-in/file"), "snapshot")

    def check_unmanage_snapshot(self, *_):
        self.assertTrue(self.is_there("snapshots/n-un"))
        self.assertNotIn('"n-un"', self.content("state.json"))

    def check_delete_share_server(self, *_):
        self.assertFalse(self.is_there("servers/v-del"))

    def check_manage_share_server(self, result, _):
        self.assertEqual(result, {"share_server_id": "v-in",
                                  "identifier": f"{self.root}/servers/v-in"})
        self.assertEqual(self.content("servers/v-in/file"), "server")

    def check_unmanage_share_server(self, *_):
        self.assertTrue(self.is_there("servers/v-un"))
        self.assertNotIn('"v-un"', self.content("state.json"))

    def check_create_share_replica(self, result, _):
        content = "replicas/r-1/content"
        self.assertEqual(result, {"replica_id": "r-1", "share_id": "s-rep",
                                  "replica_state": "in_sync",
                                  "provider_location": f"{self.root}/{content}"})
        self.assertEqual(self.content(f"{content}/file"), "second")

    def check_promote_share_replica(self, result, before):
        self.assertEqual(result["share_id"], "s-pro")
        self.assertEqual(self.inode("shares/s-pro"), self.promoted)
        self.assertTrue(self.is_there("replicas/r-pro/content"))

    def check_update_share_replica(self, result, before):
        self.assertEqual(result["replica_state"], "in_sync")
        self.assertEqual(before["gold/replicas/r-up/content/file"], b"first")
        self.assertEqual(self.content("replicas/r-up/content/file"), "second")

    def check_delete_share_replica(self, *_):
        self.assertFalse(self.is_there("replicas/r-del"))

    def check_create_replicated_snapshot(self, result, _):
        self.assertEqual([copy["replica_id"] for copy in result], ["r-1", "r-new", "r-up"])
        for name in ("r-1", "r-new", "r-up"):
            self.assertEqual(self.content(f"replicas/{name}/snapshots/n-rnew/file"), "second")
        self.assertEqual(self.content("snapshots/n-rnew/file"), "second")

    def check_delete_replicated_snapshot(self, *_):
        self.assertFalse(self.is_there("snapshots/n-rdel"))
        self.assertFalse(self.is_there("replicas/r-up/snapshots/n-rdel"))

    def check_update_replicated_snapshot(self, result, _):
        self.assertEqual(result["status"], "available")
        self.assertEqual(self.content("replicas/r-new/snapshots/n-rep/file"), "first")

    def check_share_server_migration_start(self, result, _):
        self.assertIsNone(result)
        self.assertEqual(list((self.silver / "v-start").iterdir()), [])

    def check_share_server_migration_continue(self, result, _):
        self.assertIs(result, True)
        self.assertTrue((self.silver / "v-cont/s-v-cont").is_dir())

    def check_share_server_migration_complete(self, result, _):
        moved = self.silver / "v-moved/s-v-moved"
        self.assertEqual([share["export_locations"] for share in result], [[f"nas01:{moved}"]])
        self.assertTrue(moved.is_dir())
        self.assertFalse(self.is_there("servers/v-moved"))

    def check_share_server_migration_cancel(self, *_):
        self.assertFalse((self.silver / "v-back").exists())
        self.assertTrue(self.is_there("servers/v-back/s-v-back"))

    def check_events(self):
        self.host.stop()
        written = list(written_by(self.host))
        for phase, method, body in written:
            self.assertEqual(faults(phase, method, body), [], f"{phase}/{method}: {body}")
        self.assertEqual(sum(phase in ("pre", "post", "failure") for phase, _, _ in written),
                         2 * len(self.made))
        events = [event for event in self.host.cat() if "call_id" in event]
        self.assertEqual(len(events), 2 * len(self.made))
        for n, (method, args, answer) in enumerate(self.made):
            with self.subTest(method=method, args=args):
                self.check_call(events[2 * n], events[2 * n + 1], method, args, answer)

    def check_call(self, pre, end, method, args, answer):
        self.assertEqual((pre["phase"], pre["method"], end["method"]), ("pre", method, method))
        self.assertEqual(pre["call_id"], end["call_id"])
        self.assertNotIn(KEY, f"{pre}{end}")
        for name, value in args.items():
            if name not in ("shares", "access", "access_rules", "add_rules", "delete_rules"):
                self.assertEqual(pre["args"][name], value)
        if resource := pre.get("resource"):
            self.assertEqual(resource["id"], args[RESOURCES[resource["type"]]])
        if answer is None:
            return
        error = answer.get("error")
        self.assertEqual(end["phase"], "failure" if error else "post")
        self.assertEqual(end.get("error"), error)
        vetoed = error and error["type"] == "ShareTooLarge"
        self.assertEqual(end["outcome"],
                         "vetoed" if vetoed else "failure" if error else "success")
        if method not in ("allow_access", "update_access", "get_periodic_hook_data"):  # have keys
            self.assertEqual(end.get("result"), answer.get("result"))

    def check_that_all_was_tried(self):
        hook_sees = set(self.host_methods())
        worked = {method for method, _, answer in self.made if answer and "error" not in answer}
        self.assertEqual(worked, hook_sees)
        self.assertLessEqual({method for method, _ in WORKING}, hook_sees)

    def host_methods(self):
        """Every method that a host can be asked for, as it says itself."""
        self.host.start()
        answer = self.host.call("no_such_method")
        return answer["error"]["message"].split("a share driver has ")[1].split(", ")


if __name__ == "__main__":
    in_own_mounts()
    unittest.main()
