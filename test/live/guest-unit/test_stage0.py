"""Stage 0 as a process on a folder store. The bundle's apply is a stand-in of a few lines that writes down that it ran."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

import guest

# Notes its release, and ends as a file beside the machine says.
APPLY = """
import json, os, sys
machine, name = sys.argv[2], sys.argv[4]
root = json.load(open(machine))["root"]
open(root + "/ran", "a").write(name + "\\n")
result = open(root + "/result-" + name).read() if os.path.exists(root + "/result-" + name) else "applied"
path = root + "/outcome.json"
known = json.load(open(path))["results"] if os.path.exists(path) else {}
if result == "applied":
    json.dump({"release": name}, open(root + "/applied.json", "w"))
json.dump({"last": name, "results": {**known, name: result}}, open(path, "w"))
sys.exit(0 if result == "applied" else 1)
"""


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Stage0(unittest.TestCase):
    def setUp(self):
        self.root = guest.folder(self)
        self.store = os.path.join(self.root, "store")
        os.makedirs(os.path.join(self.root, "stage0"))
        shutil.copy(os.path.join(guest.GUEST, "stage0.py"), os.path.join(self.root, "stage0", "stage0.py"))
        shutil.copy(os.path.join(guest.APPLY, "store_folder.py"), os.path.join(self.root, "stage0", "store.py"))
        self.put(self.root, "machine.json", json.dumps({"format": 1, "root": self.root, "store": {"kind": "folder", "path": self.store}}))
        self.command = [sys.executable, "-B", os.path.join(self.root, "stage0", "stage0.py"), "--machine", os.path.join(self.root, "machine.json")]

    def put(self, folder, path, text):
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target + ".part", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(target + ".part", target)

    def deliver(self, label, files=None, point=True):
        """Puts a release into the store; returns its hash."""
        bundle = json.dumps({"format": 1, "files": {"apply/__main__.py": APPLY, "config/x/label": label, **(files or {})}})
        release = json.dumps({"format": 1, "bundle": sha(bundle), "bindings": {}, "secretVersions": {}})
        self.put(self.store, "bundles/%s.json" % sha(bundle), bundle)
        self.put(self.store, "releases/%s.json" % sha(release), release)
        if point:
            self.point(sha(release))
        return sha(release)

    def point(self, name, rollout=None):
        self.put(self.store, "pointer.json", json.dumps({"format": 1, "release": name, **({"rollout": rollout} if rollout else {})}))

    def once(self):
        done = subprocess.run([*self.command, "--once"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, timeout=60)
        return done.returncode, done.stdout

    def watch(self):
        log = open(os.path.join(self.root, "log"), "a", encoding="utf-8")
        self.addCleanup(log.close)
        child = subprocess.Popen(self.command, stdout=log, stderr=log)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def ran(self):
        path = os.path.join(self.root, "ran")
        return guest.read(path).split() if os.path.exists(path) else []

    def eventually(self, expected):
        until = time.monotonic() + 15
        while self.ran() != expected and time.monotonic() < until:
            time.sleep(0.1)
        self.assertEqual(self.ran(), expected)

    def status(self, name):
        with open(os.path.join(self.store, "status", name + ".json"), encoding="utf-8") as file:
            return json.load(file)

    def test_once_runs_the_release_of_the_pointer_and_ends_as_its_apply(self):
        name = self.deliver("one")
        self.assertEqual(self.once()[0], 0)
        self.assertEqual(self.ran(), [name])
        with open(os.path.join(self.root, "releases", name, "config", "x", "label"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "one")
        bad = self.deliver("two")
        self.put(self.root, "result-" + bad, "refused")
        self.assertEqual(self.once()[0], 1)

    def test_a_document_with_another_hash_is_refused_and_reported(self):
        for folder in ("bundles", "releases"):
            with self.subTest(folder=folder):
                name = self.deliver("tampered " + folder)
                with open(os.path.join(self.store, "releases", name + ".json"), encoding="utf-8") as file:
                    target = "bundles/%s.json" % json.load(file)["bundle"] if folder == "bundles" else "releases/%s.json" % name
                with open(os.path.join(self.store, target), "a", encoding="utf-8") as file:
                    file.write(" ")
                code, said = self.once()
                self.assertEqual((code, self.ran()), (1, []))
                self.assertIn("has the sha256", said)
                self.assertEqual((self.status(name)["result"], self.status(name)["step"]), ("refused", "fetch"))
                self.assertFalse(os.path.exists(os.path.join(self.root, "releases", name)))

    def test_a_bundle_cannot_write_outside_of_its_folder(self):
        for path in ("../../evil", "/tmp/pulumi-lgtm-test-evil", "config/../../../evil"):
            name = self.deliver("evil", {path: "evil"})
            code, said = self.once()
            self.assertEqual((code, self.ran()), (1, []))
            self.assertIn("outside of its folder", said)
            self.assertFalse(os.path.exists(os.path.join(self.root, "evil")))
            self.assertEqual(self.status(name)["result"], "refused")

    def test_a_pointer_to_a_path_is_refused(self):
        self.point("../../etc")
        code, said = self.once()
        self.assertEqual(code, 1)
        self.assertIn("is not a sha256", said)

    def test_the_watch_acts_when_the_pointer_changes_and_at_its_own_start(self):
        one = self.deliver("one")
        child = self.watch()
        self.eventually([one])
        time.sleep(2.5)
        self.assertEqual(self.ran(), [one])
        two = self.deliver("two")
        self.eventually([one, two])
        child.kill()
        child.wait()
        self.watch()
        self.eventually([one, two, two])

    def test_the_same_release_once_more_runs_again_and_the_refusal_says_which_time_it_was(self):
        one = self.deliver("one", point=False)
        self.point(one, "first")
        self.watch()
        self.eventually([one])
        self.point(one, "second")
        self.eventually([one, one])
        self.put(self.store, "bundles/%s.json" % sha("x"), "y")
        bad = json.dumps({"format": 1, "bundle": sha("x")})
        self.put(self.store, "releases/%s.json" % sha(bad), bad)
        self.point(sha(bad), "third")
        until = time.monotonic() + 15
        while not os.path.exists(os.path.join(self.store, "status", sha(bad) + ".json")) and time.monotonic() < until:
            time.sleep(0.1)
        self.assertEqual([self.status(sha(bad))[key] for key in ("result", "rollout")], ["refused", "third"])

    def test_without_the_store_the_last_good_release_runs_and_the_store_is_waited_for(self):
        one = self.deliver("one")
        self.once()
        os.rename(self.store, self.store + ".away")
        self.watch()
        self.eventually([one, one])
        os.rename(self.store + ".away", self.store)
        two = self.deliver("two")
        self.eventually([one, one, two])

    def test_a_pointer_to_a_release_that_is_not_there_yet_is_asked_again(self):
        one = self.deliver("one")
        self.watch()
        self.eventually([one])
        two = self.deliver("two", point=False)
        document = os.path.join(self.store, "releases", two + ".json")
        os.rename(document, document + ".late")
        self.point(two)
        time.sleep(2)
        self.assertEqual(self.ran(), [one])
        os.rename(document + ".late", document)
        self.eventually([one, two])

    def test_a_refused_release_is_not_tried_again_even_after_a_restart(self):
        one = self.deliver("one")
        self.once()
        two = self.deliver("two")
        self.put(self.root, "result-" + two, "rolled-back")
        child = self.watch()
        self.eventually([one, two])
        time.sleep(2.5)
        for count in (1, 2):
            child.kill()
            child.wait()
            child = self.watch()
            self.eventually([one, two] + [one] * count)
        three = self.deliver("three")
        self.eventually([one, two, one, one, three])
        self.point(two)
        self.eventually([one, two, one, one, three, two])

    def test_a_killed_unpacking_leaves_nothing_that_would_be_run(self):
        one = self.deliver("one")
        os.makedirs(os.path.join(self.root, "releases", one + ".part", "apply"))
        self.put(os.path.join(self.root, "releases", one + ".part"), "stale", "left over")
        self.assertEqual(self.once()[0], 0)
        self.assertFalse(os.path.exists(os.path.join(self.root, "releases", one, "stale")))


if __name__ == "__main__":
    unittest.main()
