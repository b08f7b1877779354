"""Secrets as files, the report without them, and requests to a cloud."""
import json
import os
import stat
import unittest
from unittest import mock

import guest
import commands
import files
import secret_cache
import secret_files
import secrets_store
import status
import store_http
from errors import Refused, StepError
from scene import Scene, release_of


class Secrets(unittest.TestCase):
    def setUp(self):
        self.root = guest.folder(self)
        os.makedirs(self.root + "/secrets")
        with open(self.root + "/secrets/push", "w", encoding="utf-8") as file:
            file.write("token\n")
        self.plan = {"runtime": "containers", "secrets": ["push"], "services": [
            {"name": "caddy", "user": [472, 0], "secrets": [{"secret": "push", "file": "push.token"}, {"secret": "push", "file": "push.basic", "basicUser": "jo:hn"}]}]}
        self.machine = {"root": self.root, "local": True, "secrets": {"kind": "folder", "path": self.root + "/secrets"}}

    def test_files_hold_the_value_or_its_basic_form_for_their_user_alone(self):
        found = secret_files.SecretFiles(self.machine, release_of(self.plan))
        found.fetch()
        found.install("caddy")
        folder = self.root + "/run/secrets/caddy"
        self.assertEqual(guest.read_bytes(folder + "/push.token"), b"token\n")
        self.assertEqual(guest.read_bytes(folder + "/push.basic"), b"am86aG46dG9rZW4=")
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(folder)).st_mode), 0o700)
        if os.geteuid() == 0:
            self.assertEqual([stat.S_IMODE(os.stat(path).st_mode) for path in (folder, folder + "/push.token")], [0o500, 0o400])
            self.assertEqual((os.stat(folder + "/push.token").st_uid, os.stat(folder).st_uid), (472, 472))

    def test_staged_values_are_beside_the_live_ones_until_they_are_installed(self):
        first = secret_files.SecretFiles(self.machine, release_of(self.plan))
        first.fetch()
        first.install("caddy")
        with open(self.root + "/secrets/push", "w", encoding="utf-8") as file:
            file.write("rotated")
        second = secret_files.SecretFiles(self.machine, release_of(self.plan))
        second.fetch()
        second.stage()
        self.assertTrue(second.changed("caddy"))
        self.assertEqual(guest.read_bytes(self.root + "/run/secrets/caddy/push.token"), b"token\n")
        self.assertEqual(guest.read_bytes(self.root + "/run/secrets.next/caddy/push.token"), b"rotated")
        second.forget_staged()
        self.assertFalse(os.path.exists(self.root + "/run/secrets.next"))


class Boot(unittest.TestCase):
    def test_what_is_there_is_filled_in_and_what_is_lacking_is_said(self):
        scene = Scene(self)
        scene.grafana = "http://127.0.0.1:1"
        scene.secret("grafana-admin-password", "a-password")
        scene.release("a", {"grafana": "graf 1", "caddy": "caddy 1"})
        self.assertEqual(scene.run("a")[0], "applied")
        path = scene.root + "/machine.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(scene.machine, file)
        for lacking, code, there in ((None, 0, ["caddy", "grafana"]), ("grafana-admin-password", 1, ["caddy"])):
            files.remove(scene.root + "/run")
            if lacking:
                os.remove(os.path.join(scene.root, "secrets", lacking))
            # The firewall is the machine's.
            with mock.patch("firewall.block_metadata") as closed, mock.patch("builtins.print") as said:
                self.assertEqual(commands.secrets_only(path), code)
            closed.assert_called_once()
            self.assertEqual(sorted({path.split("/")[0] for path in files.tree(scene.root + "/run/secrets")}), there)
            self.assertIn(lacking or "2 files", str(said.mock_calls))


class CloudSecrets(unittest.TestCase):
    """A cloud's store is a dictionary here, or the error it raises; systemd-creds is a stand-in that only encodes."""

    def setUp(self):
        self.root = guest.folder(self)
        self.creds('test "$2" = --name=pulumi-lgtm || exit 1\ncase $1 in encrypt) base64 ;; decrypt) base64 -d ;; esac\n')
        self.store, self.asked = {"push": b"token", "key": b"line one\nline two\n"}, []
        patch = mock.patch.object(secrets_store, "fetch", self.fetch)
        patch.start()
        self.addCleanup(patch.stop)
        self.machine = {"root": self.root, "local": True, "secrets": {"kind": "ssm", "prefix": "/lgtm/mon", "region": "r"}}
        self.plan = {"runtime": "containers", "secrets": ["push", "key"], "services": [
            {"name": "caddy", "user": [os.getuid(), os.getgid()], "secrets": [{"secret": "push", "file": "push.basic", "basicUser": "push"}, {"secret": "key", "file": "tls.key"}]}]}
        self.good = self.files("1")
        self.good.fetch()
        self.good.keep()

    def creds(self, script):
        guest.program(self, "systemd-creds", script)

    def fetch(self, config, names):
        self.asked.append(list(names))
        if isinstance(self.store, Exception) and names:
            raise self.store
        return {name: self.store[name] for name in names if name in self.store}

    def files(self, push, key="1"):
        return secret_files.SecretFiles(self.machine, release_of(self.plan, {"push": push, "key": key}))

    def test_a_reboot_needs_no_store(self):
        self.store = OSError("no route to host")
        booted = self.files("1")
        booted.fetch()
        self.assertEqual(booted.staged, {"caddy": {"push.basic": b"cHVzaDp0b2tlbg==", "tls.key": b"line one\nline two\n"}})
        self.assertEqual((booted.problems, booted.values), ([], ["token", "line one\nline two"]))

    def test_what_is_kept_is_closed_to_others_and_written_only_when_it_changes(self):
        path = os.path.join(self.root, secret_cache.NAME)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertNotIn(b"token", guest.read_bytes(path))
        inode = os.stat(path).st_ino
        self.good.keep()
        self.assertEqual(os.stat(path).st_ino, inode)

    def test_only_a_secret_of_another_version_is_asked_for_and_then_kept(self):
        self.store["push"] = b"rotated"
        new = self.files("2")
        new.fetch(60, sleep=self.fail)
        new.keep()
        self.assertEqual(self.asked, [["push", "key"], ["push"]])
        self.assertEqual(new.staged["caddy"]["push.basic"], b"cHVzaDpyb3RhdGVk")
        self.assertEqual(secret_cache.load(self.machine), {"push": ("2", b"rotated"), "key": ("1", b"line one\nline two\n")})

    def test_a_secret_without_a_version_is_always_asked_for_and_kept_for_bad_times(self):
        first = self.files("1", None)
        first.fetch()
        first.keep()
        self.store["key"] = b"new"
        second = self.files("1", None)
        second.fetch()
        self.assertEqual(second.staged["caddy"]["tls.key"], b"new")
        self.store = OSError("no route to host")
        third = self.files("1", None)
        third.fetch()
        self.assertEqual(third.staged["caddy"]["tls.key"], b"line one\nline two\n")
        self.assertEqual(third.problems, ["secret key: the secret store cannot be read: no route to host; caddy keeps the value it has."])

    def test_a_rotated_secret_is_never_the_one_before(self):
        for self.store in (OSError("no route to host"), {"key": b"k"}):
            with self.assertRaisesRegex(StepError, "Secrets are missing: push. ") as caught:
                self.files("2").fetch()
            self.assertEqual(caught.exception.result, "failed", "it may mend itself, so the machine tries again")

    def wait(self, files, then):
        """Fetches with the patience of a first boot; after three pauses the store is as `then` makes it. Returns the pauses and what was told."""
        waits, told = [], []

        def sleep(seconds):
            waits.append(seconds)
            if len(waits) == 3:
                self.store = then
        files.fetch(900, told.append, sleep)
        return waits, told

    def test_rights_that_are_on_their_way_are_waited_for(self):
        self.store, late = OSError("HTTP 403: not authorized"), self.files("2", "2")
        waits, told = self.wait(late, {"push": b"new", "key": b"k"})
        self.assertEqual((late.staged["caddy"]["tls.key"], waits, late.problems), (b"k", [2, 4, 8], []))
        self.assertEqual(told, ["Secrets are missing: key, push. Reason: the secret store cannot be read: HTTP 403: not authorized. Asking again."])

    def test_a_copy_of_the_store_that_still_has_the_old_value_is_asked_again(self):
        late = self.files("2")
        waits, told = self.wait(late, {"push": b"rotated"})
        self.assertEqual((late.staged["caddy"]["push.basic"], waits), (b"cHVzaDpyb3RhdGVk", [2, 4, 8]))
        self.assertEqual(told, ["The secret store still gives the value of before: push. Asking again."])

    def test_a_new_version_of_the_same_value_is_taken_in_the_end(self):
        same = self.files("2")
        same.fetch(0)
        self.assertEqual(same.staged, self.good.staged)
        same.keep()
        self.assertEqual(secret_cache.load(self.machine)["push"], ("2", b"token"))

    def test_without_systemd_creds_the_release_is_good_and_says_what_it_lacks(self):
        self.creds("echo 'Failed to determine local credential key' >&2; exit 1\n")
        new = self.files("2")
        with mock.patch("builtins.print"):
            new.fetch()
            new.keep()
        self.assertEqual(new.problems, ["The secrets are not kept for a reboot without network: systemd-creds encrypt: Failed to determine local credential key"])

    def test_what_is_kept_and_cannot_be_read_is_asked_of_the_store(self):
        self.creds("echo 'Decryption failed' >&2; exit 1\n")
        booted = self.files("1")
        with mock.patch("builtins.print") as said:
            booted.fetch()
        self.assertEqual(booted.staged, self.good.staged)
        self.assertIn("Decryption failed", str(said.mock_calls))

    def test_a_folder_of_secrets_is_not_kept_a_second_time_and_a_secret_that_it_lacks_refuses(self):
        os.remove(os.path.join(self.root, secret_cache.NAME))
        self.machine["secrets"] = {"kind": "folder", "path": self.root + "/secrets"}
        folder = self.files("1")
        folder.fetch()
        folder.keep()
        self.assertFalse(os.path.exists(os.path.join(self.root, secret_cache.NAME)))
        self.store = {}
        with self.assertRaises(Refused):
            self.files("2").fetch()


class Report(unittest.TestCase):
    def test_a_secret_that_a_program_quotes_is_not_reported(self):
        root = guest.folder(self)
        os.makedirs(root + "/store")
        it = status.Status({"root": root, "store": {"kind": "folder", "path": root + "/store"}}, "r")
        it.hidden = ["hunter2-hunter2"]
        with mock.patch("builtins.print") as said:
            it.step("validate", "checking")
            self.assertEqual(json.loads(guest.read(root + "/store/status/r.json"))["result"], "running")
            it.finish("refused", "bad hunter2-hunter2", ["line hunter2-hunter2"], "")
        text = guest.read(root + "/store/status/r.json") + str(said.mock_calls)
        self.assertNotIn("hunter2", text)
        report = json.loads(guest.read(root + "/store/status/r.json"))
        self.assertEqual((report["result"], report["step"], report["lastLines"]), ("refused", "validate", ["line ***"]))
        self.assertEqual(set(report), {"format", "release", "result", "step", "message", "lastLines", "ca", "at"})

    def test_it_says_which_time_of_its_release_it_is_and_nothing_of_another_release(self):
        root = guest.folder(self)
        os.makedirs(root + "/store")
        with open(root + "/store/pointer.json", "w", encoding="utf-8") as file:
            json.dump({"format": 1, "release": "r", "rollout": "second"}, file)
        for release, expected in (("r", "second"), ("other", None)):
            with mock.patch("builtins.print"):
                status.Status({"root": root, "store": {"kind": "folder", "path": root + "/store"}}, release).finish("applied", "")
            self.assertEqual(json.loads(guest.read(root + "/store/status/%s.json" % release)).get("rollout"), expected)

    def test_a_store_that_is_away_does_not_stop_a_roll_out(self):
        root = guest.folder(self)
        guest.environment(self, PULUMI_LGTM_REPORT_SECONDS="0")
        it = status.Status({"root": root, "store": {"kind": "s3", "bucket": "b", "region": "r", "endpoint": "http://127.0.0.1:%d" % guest.free_port()}}, "r")
        guest.environment(self, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")
        with mock.patch("builtins.print"), mock.patch.object(store_http, "TRIES", 1):
            it.step("validate", "checking")
            it.finish("applied", "")
        self.assertEqual(json.loads(guest.read(root + "/outcome.json"))["results"], {"r": "applied"})


class Requests(unittest.TestCase):
    def test_a_busy_server_is_asked_again_with_a_new_signature(self):
        codes, signatures, waits = [503, 429, 200], [], []
        address = guest.serve(self, lambda method, path, headers: (codes.pop(0), b"body"))
        self.assertEqual(store_http.request("GET", address, lambda: signatures.append(1) or {}, sleep=waits.append), (200, b"body"))
        self.assertEqual((len(signatures), waits), (3, [1, 2]))

    def test_an_error_of_ours_is_not_asked_again(self):
        asked = []
        address = guest.serve(self, lambda method, path, headers: (asked.append(path) or 403, b"no rights yet"))
        self.assertEqual(store_http.request("GET", address, dict, sleep=self.fail)[0], 403)
        self.assertEqual(len(asked), 1)


if __name__ == "__main__":
    unittest.main()
