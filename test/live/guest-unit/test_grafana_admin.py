"""Grafana's admin password follows its secret. Grafana is a stand-in: the two calls of its API, with a password that is not the secret's by itself."""
import base64
import json
import os
import unittest
from unittest import mock

import guest
import files
from scene import Killed, Scene

A = {"prometheus": "prom 1", "grafana": "graf 1", "caddy": "caddy 1"}
FIRST, SECOND = "the-first-password", "the-second: 둘째"


class Grafana:
    """GET /api/user and PUT /api/user/password of one user, as pkg/api/user.go answers them."""

    def __init__(self, test):
        self.password, self.asked, self.ill = FIRST, [], None
        self.address = guest.serve(test, self.answer, bodies=True)

    def answer(self, method, path, headers, body):
        self.asked.append("%s %s" % (method, path))
        if self.ill:
            return self.ill, b"{}"
        if headers.get("Authorization") != "Basic " + base64.b64encode(("admin:" + self.password).encode()).decode():
            return 401, b'{"message": "Invalid username or password"}'
        if (method, path) == ("GET", "/api/user"):
            return 200, b'{"login": "admin"}'
        if (method, path) == ("PUT", "/api/user/password"):
            form = json.loads(body)
            if form["oldPassword"] != self.password:
                return 401, b'{"message": "invalid old password"}'
            self.password = form["newPassword"]
            return 200, b'{"message": "User password changed"}'
        return 404, b"{}"


class AdminPassword(unittest.TestCase):
    def setUp(self):
        self.api = Grafana(self)
        self.scene = self.begin()

    def begin(self):
        self.api.password = FIRST
        scene = Scene(self)
        scene.grafana = self.api.address
        scene.secret("grafana-admin-password", FIRST + "\n")
        scene.release("a", A, versions={"grafana-admin-password": "1"})
        self.assertEqual(scene.run("a"), ("applied", None))
        scene.write_database("before")
        scene.secret("grafana-admin-password", SECOND + "\n")
        scene.release("b", A, versions={"grafana-admin-password": "2"})
        self.api.asked = []
        return scene

    def test_a_first_release_asks_nothing(self):
        scene = Scene(self)
        scene.grafana = self.api.address
        scene.secret("grafana-admin-password", SECOND)
        scene.release("a", A)
        self.assertEqual((scene.run("a")[0], self.api.asked, scene.warnings), ("applied", [], []))

    def test_a_database_of_another_machine_with_another_password_is_said(self):
        for password, warned in ((SECOND, False), ("the old stack's", True)):
            scene = Scene(self)
            scene.grafana, self.api.password = self.api.address, password
            scene.secret("grafana-admin-password", SECOND)
            scene.write_database("before")
            scene.release("a", A)
            self.assertEqual(scene.run("a")[0], "applied")
            self.assertEqual(["it is that of a database of before" in warning for warning in scene.warnings], [True] if warned else [])
            self.assertEqual(self.api.password, password)

    def test_a_changed_secret_is_given_to_grafana(self):
        self.assertEqual((self.scene.run("b")[0], self.scene.warnings), ("applied", []))
        self.assertEqual(self.api.password, SECOND)
        self.assertEqual(self.api.asked, ["GET /api/user", "PUT /api/user/password"])
        self.assertEqual(self.scene.run("b")[0], "applied")
        self.assertEqual(len(self.api.asked), 2, "nothing changed, nothing is asked")

    def test_grafana_that_has_the_new_password_is_left_alone(self):
        self.api.password = SECOND
        self.assertEqual((self.scene.run("b")[0], self.scene.warnings, self.api.asked), ("applied", [], ["GET /api/user"]))

    def test_a_password_that_a_person_changed_is_said_and_the_release_is_good(self):
        self.api.password = "somebody's own"
        self.assertEqual(self.scene.run("b")[0], "applied")
        self.assertIn("accepts neither the new value nor the one before", self.scene.warnings[0])
        self.assertEqual(self.api.password, "somebody's own")

    def test_grafana_that_cannot_be_asked_is_said_and_the_release_is_good(self):
        self.api.ill = 503
        self.assertEqual(self.scene.run("b")[0], "applied")
        self.assertIn("stays as it is: HTTP 503.", self.scene.warnings[0])

    def test_no_password_is_in_what_is_said_or_run(self):
        self.api.ill = 500
        with mock.patch("subprocess.run", side_effect=AssertionError("no program is run for it")):
            self.scene.run("b")
        said = json.dumps([self.scene.status.said, self.scene.warnings], ensure_ascii=False)
        for secret in (FIRST, SECOND):
            self.assertNotIn(secret, said)

    def test_going_back_takes_the_old_password_back(self):
        """The database comes back with the old password in it, as the stand-in's does by hand."""
        self.scene.release("c", {**A, "prometheus": "unhealthy"}, versions={"grafana-admin-password": "2"})
        self.assertEqual(self.scene.run("c")[0], "rolled-back")
        self.assertEqual((self.api.password, self.api.asked), (FIRST, []), "it is changed only when everything is healthy")
        self.assertEqual(self.scene.loaded["grafana"]["secrets"], {"admin-password": (FIRST + "\n").encode()})

    def test_a_kill_at_any_change_of_the_machine_does_not_lose_the_way_to_the_new_password(self):
        point, killed = 1, True
        while killed:
            scene = self.begin()
            scene.effects, scene.kill_at = 0, point
            try:
                scene.run("b")
                killed = False
            except Killed:
                pass
            scene.kill_at = None
            with self.subTest(killed_at=point):
                self.assertEqual((scene.run("b")[0], scene.warnings, self.api.password), ("applied", [], SECOND))
            point += 1
        self.assertGreater(point, 8)

    def test_a_reboot_in_the_middle_still_has_the_old_password_where_secrets_are_kept(self):
        """Killed when it has its new files, then the memory is emptied and filled as the next boot does it."""
        scene = self.scene
        scene.release("c", {**A, "prometheus": "deadly"}, versions={"grafana-admin-password": "2"})
        with self.assertRaises(Killed):
            scene.run("c")
        run = os.path.join(scene.root, "run")
        files.remove(run)
        os.makedirs(os.path.join(run, "secrets", "grafana"))
        with open(os.path.join(run, "secrets", "grafana", "admin-password"), "w", encoding="utf-8") as file:
            file.write(FIRST)
        scene.release("c", {**A, "prometheus": "prom 3"}, versions={"grafana-admin-password": "2"})
        self.assertEqual((scene.run("c")[0], scene.warnings, self.api.password), ("applied", [], SECOND))


if __name__ == "__main__":
    unittest.main()
