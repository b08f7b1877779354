"""Containers do not reach the cloud's metadata service, which hands out the machine's identity; but those on the bridge made for it do.

Only TCP and not port 53: on GCP and Azure the same addresses answer the machine's name look-ups."""
from __future__ import annotations

import re

from program import must, run

# Credentials come from the first. The second is Azure's agent channel, which no container needs.
METADATA, WIRE_SERVER = "169.254.169.254", "168.63.129.16"
# As components/server/compose.ts names it.
OPEN_BRIDGE = "lgtm-cloud0"
CHAIN = "DOCKER-USER"
COMMENT = "pulumi-lgtm"


def block_metadata(compose: dict, log) -> None:
    """Puts the rules in front of the engine's own, which keeps them over its restarts. Done at every start: a reboot forgets them."""
    # The engine makes this chain too, and keeps what is in it: made before it starts, no container ever runs without the rules.
    if run(["iptables", "-w", "-n", "-L", CHAIN]).returncode != 0:
        must("The metadata service cannot be closed to containers", ["iptables", "-w", "-N", CHAIN])
    for rule in rules(bridges(compose)):
        if run(["iptables", "-w", "-C", CHAIN, *rule]).returncode != 0:
            must("The metadata service cannot be closed to containers", ["iptables", "-w", "-I", CHAIN, "1", *rule])
            log("closed %s to containers" % rule[rule.index("-d") + 1])


def unblock_metadata() -> None:
    for line in run(["iptables", "-w", "-S", CHAIN]).stdout.splitlines():
        words = line.split()
        if words[:1] == ["-A"] and COMMENT in words:
            run(["iptables", "-w", "-D", *words[1:]])


def rules(interfaces: list[str]) -> list[list[str]]:
    """For each bridge; for every container of the machine where the compose file names no bridge."""
    closed = [(interface, address) for interface in interfaces or [""] for address in (METADATA, WIRE_SERVER)
              if (interface, address) != (OPEN_BRIDGE, METADATA)]
    return [[*(["-i", interface] if interface else []), "-d", address, "-p", "tcp", "-m", "tcp", "!", "--dport", "53",
             "-m", "comment", "--comment", COMMENT, "-j", "REJECT"] for interface, address in closed]


def bridges(compose: dict) -> list[str]:
    """The services' own bridges, as the compose file names them."""
    return [name.decode() for name in re.findall(rb"com\.docker\.network\.bridge\.name: (\S+)", compose.get("docker-compose.yml", b""))]
