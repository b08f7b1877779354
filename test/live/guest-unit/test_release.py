"""Placeholders, and which of them refuse a release."""
import unittest

import guest
import live
import release
from errors import Refused
from scene import Scene


class Placeholders(unittest.TestCase):
    def test_every_declared_name_is_filled_in(self):
        known = {"root": "/r", "home:grafana": "/usr/share/grafana", "address": "10.0.0.1"}
        self.assertEqual(release.fill("@@root@@/x @@home:grafana@@ @@address@@ a@@b me@example.com", known, "f"), "/r/x /usr/share/grafana 10.0.0.1 a@@b me@example.com")

    def test_a_name_without_a_value_refuses_and_names_the_file(self):
        with self.assertRaisesRegex(Refused, "config/caddy/Caddyfile: the placeholder @@adress@@ has no value in this release. It has: address"):
            release.fill("@@adress@@", {"address": "x"}, "config/caddy/Caddyfile")

    def test_a_value_is_not_filled_in_again(self):
        self.assertEqual(release.fill("@@a@@", {"a": "@@b@@", "b": "x"}, "f"), "@@b@@")

    def test_only_the_plan_keeps_config_for_the_checkers(self):
        self.assertEqual(release.filled({"v": [["amtool", "@@config@@/a.yml"]], "h": "@@root@@", "n": 1}, {"root": "/r"}), {"v": [["amtool", "@@config@@/a.yml"]], "h": "/r", "n": 1})
        with self.assertRaises(Refused):
            release.fill("@@config@@", {"root": "/r"}, "config/x")

    def test_a_binding_that_is_missing_or_has_a_line_break_refuses(self):
        scene = Scene(self)
        scene.release("a", {"prometheus": "at @@address@@"}, bindings={"address": "10.0.0.1"})
        self.assertEqual(scene.run("a")[0], "applied")
        self.assertEqual(scene.configs(), {"prometheus": "at 10.0.0.1"})
        scene.release("b", {"prometheus": "at @@address@@"}, bindings={"address": "10.0.0.1\nevil: true"})
        self.assertEqual((scene.run("b")[0], scene.did), ("refused", []))
        scene.release("c", {"prometheus": "at @@address@@"})
        result, error = scene.run("c")
        self.assertEqual((result, scene.did), ("refused", []))
        self.assertIn("@@address@@", error.message)

    def test_the_images_know_where_grafana_is_and_processes_are_told(self):
        plan = {"runtime": "processes", "services": [{"name": "grafana"}, {"name": "loki"}], "bindings": []}
        found = release.values({"root": "/r", "homes": {"grafana": "/opt/grafana"}}, plan, {})
        self.assertEqual(found["home:grafana"], "/opt/grafana")
        self.assertEqual(release.values({"root": "/r"}, {**plan, "runtime": "containers"}, {})["home:grafana"], "/usr/share/grafana")


class Actions(unittest.TestCase):
    service = {"name": "x"}
    now = {"definition": "d", "files": "f", "watched": "w", "secrets": "s"}

    def test_only_what_changed_decides(self):
        reloads = {"name": "x", "reload": {"http": "h"}}
        for expected, arguments in [
            (None, (self.service, self.now, self.now, True, False)),
            ("start", (self.service, None, self.now, True, False)),
            ("start", (self.service, self.now, self.now, False, False)),
            ("start", (reloads, self.now, {**self.now, "definition": "e", "files": "g"}, True, False)),
            ("update", (self.service, self.now, {**self.now, "watched": "x"}, True, False)),
            ("restart", (self.service, self.now, {**self.now, "files": "g"}, True, False)),
            ("reload", (reloads, self.now, {**self.now, "files": "g"}, True, False)),
            ("reload", (reloads, self.now, {**self.now, "secrets": "t"}, True, False)),
            ("restart", (self.service, self.now, self.now, True, True)),
        ]:
            self.assertEqual(live.action(*arguments), expected, arguments)

    def test_a_service_of_the_compose_file_is_told_from_its_neighbours(self):
        text = "name: lgtm\nservices:\n  loki:\n    image: l\n    ports:\n      - 1\n  tempo:\n    image: t\nnetworks:\n  lgtm: {}\n"
        self.assertEqual(live.compose_block(text, "loki"), "    image: l\n    ports:\n      - 1\n")
        self.assertEqual(live.compose_block(text, "tempo"), "    image: t\n")
        self.assertEqual(live.compose_block(text, "grafana"), "")


if __name__ == "__main__":
    unittest.main()
