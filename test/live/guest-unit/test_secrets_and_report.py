"""Secrets as files, the report without them, and requests to a cloud."""
import json
import os
import stat
import unittest
from unittest import mock

import guest
import secret_files
import status
import store_http


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
        found = secret_files.SecretFiles(self.machine, self.plan)
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
        first = secret_files.SecretFiles(self.machine, self.plan)
        first.fetch()
        first.install("caddy")
        with open(self.root + "/secrets/push", "w", encoding="utf-8") as file:
            file.write("rotated")
        second = secret_files.SecretFiles(self.machine, self.plan)
        second.fetch()
        second.stage()
        self.assertTrue(second.changed("caddy"))
        self.assertEqual(guest.read_bytes(self.root + "/run/secrets/caddy/push.token"), b"token\n")
        self.assertEqual(guest.read_bytes(self.root + "/run/secrets.next/caddy/push.token"), b"rotated")
        second.forget_staged()
        self.assertFalse(os.path.exists(self.root + "/run/secrets.next"))


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
