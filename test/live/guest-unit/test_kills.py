"""A kill -9 in the middle of a switch, on a stand-in runtime (scene.py)."""
import unittest

import guest  # noqa: F401
from scene import Killed, Scene

A = {"prometheus": "prom 1", "grafana": "graf 1", "caddy": "caddy 1"}


class Kills(unittest.TestCase):
    """kill -9 at every single change of the machine, then the next run."""

    def each_kill(self, configs, then):
        point, killed = 1, True
        while killed:
            scene = Scene(self)
            scene.release("a", A)
            scene.run("a")
            scene.write_database("before")
            scene.release("b", configs)
            scene.effects, scene.kill_at = 0, point
            try:
                scene.run("b")
                killed = False
            except Killed:
                pass
            scene.kill_at = None
            with self.subTest(killed_at=point):
                then(scene)
            self.doCleanups()
            point += 1
        # As many changes as a switch of three services makes at least: else the kills were not where they should be.
        self.assertGreater(point, 12)

    def test_the_next_run_ends_the_switch(self):
        new = {"prometheus": "prom 2", "grafana": "v2", "loki": "loki 1", "caddy": "caddy 2"}

        def then(scene):
            self.assertEqual(scene.run("b")[0], "applied")
            self.assertEqual(scene.configs(), new)
            self.assertEqual((scene.applied(), scene.read_database()), ("b", "migrated"))
        self.each_kill(new, then)

    def test_the_next_run_goes_back_from_an_unhealthy_release(self):
        def then(scene):
            self.assertEqual(scene.run("b")[0], "rolled-back")
            self.assertEqual((scene.configs(), scene.applied(), scene.read_database()), (A, "a", "before"))
        self.each_kill({**A, "prometheus": "prom 2", "grafana": "v2 unhealthy", "caddy": "caddy 2"}, then)

    def test_the_next_run_takes_the_old_release_if_the_pointer_went_back(self):
        def then(scene):
            self.assertEqual(scene.run("a")[0], "applied")
            self.assertEqual((scene.configs(), scene.applied()), (A, "a"))
        self.each_kill({"prometheus": "prom 2", "grafana": "graf 2", "loki": "loki 1", "caddy": "caddy 2"}, then)

    def test_a_switch_that_is_interrupted_again_and_again_goes_back(self):
        """Dies whenever Prometheus takes the new file, as a machine without the memory for it would."""
        scene = Scene(self)
        scene.release("a", A)
        scene.run("a")
        scene.release("b", {**A, "prometheus": "deadly"})
        results = []
        for _ in range(4):
            try:
                results.append(scene.run("b")[0])
            except Killed:
                results.append("killed")
        self.assertEqual(results, ["killed", "killed", "killed", "rolled-back"])
        self.assertEqual((scene.configs(), scene.applied()), (A, "a"))


if __name__ == "__main__":
    unittest.main()
