"""The container engine, Compose, images and the firewall. Programs of the machine are stand-ins, each said where it is."""
import hashlib
import json
import os
import platform
import stat
import unittest
from unittest import mock

import guest
import compose_plugin
import containers
import engine
import firewall
import images
from errors import StepError


class Images(unittest.TestCase):
    """`docker` is a stand-in: a script that has no images and answers a pull as the test says."""

    def docker(self, pull):
        return guest.program(self, "docker", 'echo "$*" >>$here/calls\ncase "$1" in\nimage) exit 1 ;;\npull) %s ;;\nesac\n' % pull)

    def test_a_busy_registry_is_asked_again(self):
        here = self.docker('test -e $here/second && exit 0; touch $here/second; echo "toomanyrequests: rate limit" >&2; exit 1')
        waits = []
        images.pull(["grafana/loki:1"], lambda text: None, sleep=waits.append)
        self.assertEqual(waits, [5])
        self.assertEqual(guest.read(here + "/calls").count("pull"), 2)

    def test_an_image_that_does_not_exist_is_not_asked_again(self):
        self.docker('echo "manifest for grafana/loki:0 not found: manifest unknown" >&2; exit 1')
        with self.assertRaisesRegex(StepError, "grafana/loki:0 cannot be had"):
            images.pull(["grafana/loki:0"], lambda text: None, sleep=self.fail)

    def test_an_unreachable_registry_ends_in_words(self):
        self.docker('echo "dial tcp: i/o timeout" >&2; exit 1')
        guest.environment(self, PULUMI_LGTM_PULL_SECONDS="0")
        with self.assertRaises(StepError) as caught:
            images.pull(["grafana/loki:1"], lambda text: None, sleep=self.fail)
        self.assertEqual(caught.exception.lines, ["dial tcp: i/o timeout"])


class Containers(unittest.TestCase):
    def test_what_an_interrupted_compose_left_half_replaced_is_removed_before_it_runs_again(self):
        """`docker` is a stand-in: it lists what Compose 5.6 leaves behind when it is killed, and writes down what it is asked."""
        here = guest.program(self, "docker", 'echo "$*" >>$here/calls\ncase "$1" in ps) printf "lgtm-caddy\\n00ffb58aa081_lgtm-loki\\n" ;; esac\n')
        runtime = containers.Runtime({"root": here}, {"services": [{"name": "caddy"}, {"name": "loki"}], "runtime": "containers"}, print)
        runtime.start(["caddy", "loki"])
        calls = guest.read(here + "/calls").splitlines()
        self.assertEqual([call.split()[0] for call in calls], ["ps", "rm", "compose"])
        self.assertEqual(calls[1], "rm --force 00ffb58aa081_lgtm-loki")


class Engine(unittest.TestCase):
    def test_live_restore_is_merged_into_what_is_set(self):
        place = guest.folder(self)
        guest.program(self, "docker", "echo inactive\n")
        with mock.patch.object(engine, "DAEMON", place + "/docker/daemon.json"):
            self.assertTrue(engine.live_restore())
            self.assertFalse(engine.live_restore())
            with open(engine.DAEMON, "w", encoding="utf-8") as file:
                file.write('{"log-driver": "journald"}')
            self.assertTrue(engine.live_restore())
            self.assertEqual(json.loads(guest.read(engine.DAEMON)), {"log-driver": "journald", "live-restore": True})
            for kept in ('{"live-restore": false}', '{"x": '):
                with open(engine.DAEMON, "w", encoding="utf-8") as file:
                    file.write(kept)
                if kept.endswith("}"):
                    self.assertFalse(engine.live_restore())
                else:
                    with self.assertRaisesRegex(StepError, "is not JSON"):
                        engine.live_restore()
                self.assertEqual(guest.read(engine.DAEMON), kept)

    def test_an_engine_in_a_swarm_is_left_as_it_is(self):
        guest.program(self, "docker", "echo active\n")
        with mock.patch.object(engine, "DAEMON", guest.folder(self) + "/daemon.json"):
            self.assertFalse(engine.live_restore())
            self.assertFalse(os.path.exists(engine.DAEMON))

    def test_the_package_of_compose_is_the_one_with_version_two(self):
        """apt-cache is a stand-in with the answers of three distributions."""
        for expected, v2, plain in (("docker-compose-v2", "2.29.1-1", "1.29.2-6"), ("docker-compose", "(none)", "2.26.1-4"), (None, "(none)", "1.29.2-3")):
            guest.program(self, "apt-cache", 'test $2 = docker-compose && v="%s" || v="%s"\nprintf "$2:\\n  Installed: (none)\\n  Candidate: $v\\n"\n' % (plain, v2))
            self.assertEqual(engine.compose_package(), expected)

    def test_a_busy_apt_is_tried_again(self):
        """apt-get and dpkg are stand-ins: the first installation fails."""
        guest.program(self, "dpkg", "exit 0\n")
        guest.program(self, "apt-get", 'case "$*" in *" install "*) test -e $here/second && exit 0; touch $here/second; echo "E: no route"; exit 100 ;; esac\n')
        waits = []
        engine.install(["docker.io"], lambda text: None, sleep=waits.append)
        self.assertEqual(waits, [10])

    def test_composes_release_is_installed_only_with_its_checksum(self):
        data = b"the plugin"
        stated = {"sum": hashlib.sha256(data).hexdigest()}
        address = guest.serve(self, lambda method, path, headers: (200, ("%s *docker-compose" % stated["sum"]).encode() if path.endswith(".sha256") else data)) + "/v%s/%s"
        place = guest.folder(self)
        compose_plugin.install_release(lambda text: None, address, place)
        path = place + "/docker-compose"
        self.assertEqual((guest.read_bytes(path), stat.S_IMODE(os.stat(path).st_mode)), (data, 0o755))
        os.remove(path)
        stated["sum"] = "0" * 64
        with self.assertRaisesRegex(StepError, "checksum file says"):
            compose_plugin.install_release(lambda text: None, address, place)
        self.assertEqual(os.listdir(place), [])
        with mock.patch.object(platform, "machine", return_value="riscv64"), self.assertRaisesRegex(StepError, "riscv64"):
            compose_plugin.install_release(lambda text: None, address, place)


class Firewall(unittest.TestCase):
    def test_names_are_still_looked_up_and_only_our_bridge_is_closed_where_it_is_named(self):
        compose = {"docker-compose.yml": b"networks:\n  lgtm:\n    driver_opts:\n      com.docker.network.bridge.name: lgtm0\n"}
        self.assertEqual(firewall.bridges(compose), ["lgtm0"])
        self.assertEqual(firewall.bridges({"docker-compose.yml": b"networks:\n  lgtm: {}\n"}), [])
        for rule in firewall.rules(["lgtm0"]):
            self.assertEqual(rule[:2], ["-i", "lgtm0"])
            self.assertIn(" -p tcp -m tcp ! --dport 53 ", " ".join(rule))
        self.assertEqual([rule[rule.index("-d") + 1] for rule in firewall.rules([])], ["169.254.169.254", "168.63.129.16"])

    def test_the_bridge_of_those_who_ask_the_cloud_is_open_to_credentials_and_not_to_azures_agent(self):
        compose = {"docker-compose.yml": b"networks:\n  cloud:\n    driver_opts:\n      com.docker.network.bridge.name: lgtm-cloud0\n"
                                         b"  lgtm:\n    driver_opts:\n      com.docker.network.bridge.name: lgtm0\n"}
        closed = [(rule[rule.index("-i") + 1], rule[rule.index("-d") + 1]) for rule in firewall.rules(firewall.bridges(compose))]
        self.assertEqual(closed, [("lgtm-cloud0", "168.63.129.16"), ("lgtm0", "169.254.169.254"), ("lgtm0", "168.63.129.16")])


if __name__ == "__main__":
    unittest.main()
