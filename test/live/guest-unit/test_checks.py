"""What is looked at before and after a switch: ports, memory, health."""
import os
import socket
import unittest

import guest
import health
import memory
import ports
from errors import Refused


class Ports(unittest.TestCase):
    def test_a_taken_port_is_refused_with_its_key_and_holder(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with self.assertRaises(Refused) as caught:
                ports.check([{"service": "loki", "key": "internalPorts.loki", "address": "127.0.0.1", "port": port}])
        self.assertIn("Port %d of 127.0.0.1 is taken by %s (process %d). Free it, or give internalPorts.loki another number." % (port, guest.read("/proc/self/comm").strip(), os.getpid()),
                      caught.exception.message)
        ports.check([{"service": "loki", "key": "internalPorts.loki", "address": "127.0.0.1", "port": port}])

    def test_a_listener_on_every_address_takes_the_loopbacks_port_too(self):
        with socket.socket() as other:
            other.bind(("0.0.0.0", 0))
            other.listen()
            self.assertTrue(ports.busy("127.0.0.1", other.getsockname()[1]))


class Memory(unittest.TestCase):
    def test_a_machine_below_the_plan_is_refused(self):
        memory.check(2048, 1900)
        memory.check(2048, None)
        with self.assertRaisesRegex(Refused, "has 1700 MiB of memory and the release is made for 2048 MiB"):
            memory.check(2048, 1700)


class Health(unittest.TestCase):
    def test_only_200_is_healthy(self):
        address = guest.serve(self, lambda method, path, headers: (int(path[1:]), b"because"))
        self.assertEqual([health.answer("%s/%d" % (address, code)) for code in (200, 204, 503)], ["", "HTTP 204", "HTTP 503: because"])
        self.assertIn("refused", health.answer("http://127.0.0.1:%d" % guest.free_port()))

    def test_what_is_left_after_the_time_is_named(self):
        address = guest.serve(self, lambda method, path, headers: (200 if path == "/good" else 503, b"starting"))
        bad = health.wait([{"name": name, "health": "%s/%s" % (address, name)} for name in ("good", "bad")], lambda text: None, 0)
        self.assertEqual(bad, {"bad": "HTTP 503: starting"})


if __name__ == "__main__":
    unittest.main()
