"""The steps of a roll-out on a stand-in runtime (scene.py): what is touched, refused, taken back, and what a kill leaves."""
import base64
import os
import unittest

import guest  # noqa: F401
from scene import Scene

A = {"prometheus": "prom 1", "grafana": "graf 1", "caddy": "caddy 1"}


class RollOut(unittest.TestCase):
    def setUp(self):
        self.scene = Scene(self)
        self.scene.release("a", A)
        self.assertEqual(self.scene.run("a"), ("applied", None))
        self.scene.write_database("before")

    def test_the_first_release_starts_everything(self):
        self.assertEqual(self.scene.did, [("start", "prometheus"), ("start", "grafana"), ("start", "caddy")])
        self.assertEqual(self.scene.applied(), "a")

    def test_the_same_release_again_touches_nothing(self):
        self.assertEqual(self.scene.run("a")[0], "applied")
        self.assertEqual(self.scene.did, [])

    def test_a_changed_file_reloads_or_restarts_only_its_service(self):
        self.scene.release("b", {**A, "prometheus": "prom 2"})
        self.scene.run("b")
        self.assertEqual(self.scene.did, [("reload", "prometheus")])
        self.scene.release("c", {**A, "prometheus": "prom 2", "grafana": "graf 2"})
        self.scene.run("c")
        self.assertEqual(self.scene.did, [("restart", "grafana")])

    def test_a_changed_definition_recreates_only_its_service(self):
        self.scene.release("b", A, args={"caddy": ["run", "--more"]})
        self.scene.run("b")
        self.assertEqual(self.scene.did, [("start", "caddy")])

    def test_a_service_that_does_not_run_is_started(self):
        del self.scene.loaded["prometheus"]
        self.scene.run("a")
        self.assertEqual(self.scene.did, [("start", "prometheus")])

    def test_a_rotated_secret_reloads_its_service_with_the_new_value(self):
        self.scene.secret("push", "the-second-push-token")
        self.scene.release("b", A, versions={"push": "2"})
        self.scene.run("b")
        self.assertEqual(self.scene.did, [("reload", "caddy")])
        self.assertEqual(base64.b64decode(self.scene.loaded["caddy"]["secrets"]["push.basic"]), b"push:the-second-push-token")

    def test_a_secret_that_went_missing_keeps_its_value_and_is_reported(self):
        os.remove(os.path.join(self.scene.root, "secrets", "push"))
        self.assertEqual(self.scene.run("a")[0], "applied")
        self.assertIn("keeps the value it has", self.scene.warnings[0])
        self.assertEqual(self.scene.did, [])

    def test_a_secret_that_was_never_there_refuses(self):
        scene = Scene(self)
        os.remove(os.path.join(scene.root, "secrets", "push"))
        scene.release("a", A)
        result, error = scene.run("a")
        self.assertEqual((result, scene.did), ("refused", []))
        self.assertIn("Secrets are missing: push", error.message)

    def test_a_file_that_the_checker_refuses_changes_nothing(self):
        live = self.everything()
        self.scene.release("b", {**A, "prometheus": "nonsense", "grafana": "graf 2"})
        result, error = self.scene.run("b")
        self.assertEqual((result, error.lines, self.scene.did), ("refused", ["line 1: nonsense"], []))
        self.assertEqual(self.everything(), live)

    def test_an_unhealthy_release_goes_back_with_its_database(self):
        self.scene.release("b", {**A, "grafana": "v2 unhealthy", "prometheus": "prom 2"})
        result, error = self.scene.run("b")
        self.assertEqual(result, "rolled-back")
        self.assertIn("grafana (HTTP 503)", error.message)
        self.assertEqual(error.lines, ["grafana: the last line of grafana"])
        self.as_a()

    def test_a_reload_that_the_program_refuses_goes_back(self):
        self.scene.release("b", {**A, "grafana": "graf 2", "prometheus": "reload-fails"})
        result, error = self.scene.run("b")
        self.assertEqual(result, "rolled-back")
        self.assertIn("prometheus did not take its new configuration", error.message)
        self.as_a()

    def test_going_back_brings_the_old_secret_back(self):
        self.scene.secret("push", "the-second-push-token")
        self.scene.release("b", {**A, "caddy": "unhealthy"}, versions={"push": "2"})
        self.assertEqual(self.scene.run("b")[0], "rolled-back")
        self.as_a()

    def test_going_back_removes_a_service_that_came_and_brings_back_one_that_went(self):
        self.scene.release("b", {"prometheus": "prom 1", "loki": "unhealthy", "caddy": "caddy 1"})
        self.assertEqual(self.scene.run("b")[0], "rolled-back")
        self.as_a()

    def test_a_first_release_that_is_unhealthy_is_left_for_inspection(self):
        scene = Scene(self)
        scene.release("a", {**A, "prometheus": "unhealthy"})
        result, error = scene.run("a")
        self.assertEqual((result, scene.applied(), sorted(scene.loaded)), ("failed", None, sorted(A)))
        scene.release("b", A)
        self.assertEqual(scene.run("b")[0], "applied")

    def test_a_service_that_leaves_the_plan_is_stopped_and_its_files_go(self):
        self.scene.release("b", {"prometheus": "prom 1", "grafana": "graf 1"})
        self.scene.run("b")
        self.assertEqual(self.scene.did, [("stop", "caddy")])
        self.assertFalse(os.path.exists(os.path.join(self.scene.root, "config", "caddy")))
        self.assertFalse(os.path.exists(os.path.join(self.scene.root, "run", "secrets", "caddy")))

    def test_a_missing_program_is_left_out(self):
        scene = Scene(self)
        scene.absent = {"grafana"}
        scene.release("a", A)
        self.assertEqual(scene.run("a")[0], "applied")
        self.assertEqual(sorted(scene.loaded), ["caddy", "prometheus"])

    def test_the_config_folder_stays_the_same_folder(self):
        folder = os.path.join(self.scene.root, "config", "prometheus")
        inode = os.stat(folder).st_ino
        self.scene.release("b", {**A, "prometheus": "prom 2"})
        self.scene.run("b")
        self.assertEqual(os.stat(folder).st_ino, inode)

    def test_five_releases_are_kept_and_the_one_before(self):
        for number in range(8):
            self.scene.release("r%d" % number, {**A, "prometheus": "prom r%d" % number})
            self.scene.run("r%d" % number)
            kept = os.listdir(os.path.join(self.scene.root, "releases"))
            self.assertIn("r%d" % max(number - 1, 0), kept)
            self.assertLessEqual(len(kept), 5)

    def everything(self):
        return self.scene.configs(), {name: each["secrets"] for name, each in self.scene.loaded.items()}

    def as_a(self):
        """Everything is as the release a had it, and nothing of a switch is left."""
        scene = self.scene
        self.assertEqual(scene.configs(), A)
        self.assertEqual(base64.b64decode(scene.loaded["caddy"]["secrets"]["push.basic"]), b"push:the-first-push-token")
        self.assertEqual(scene.applied(), "a")
        self.assertEqual(scene.read_database(), "before")
        self.assertFalse(os.path.exists(os.path.join(scene.root, "switching.json")))


if __name__ == "__main__":
    unittest.main()
