"""Containers do not reach the cloud's metadata service: it hands out the machine's identity.

Only TCP and not port 53: on GCP and Azure the same addresses answer the machine's name look-ups."""
from __future__ import annotations

import re

from program import must, run

METADATA = ("169.254.169.254", "168.63.129.16")
CHAIN = "DOCKER-USER"
COMMENT = "pulumi-lgtm"


def block_metadata(compose: dict, log) -> None:
    """Puts the rules in front of the engine's own, which keeps them over its restarts. Done at every start: a reboot forgets them."""
    # The engine makes this chain too, and keeps what is in it: made before it starts, no container ever runs without the rules.
    if run(["iptables", "-w", "-n", "-L", CHAIN]).returncode != 0:
        must("The metadata service cannot be closed to containers", ["iptables", "-w", "-N", CHAIN])
    for rule in rules(bridge(compose)):
        if run(["iptables", "-w", "-C", CHAIN, *rule]).returncode != 0:
            must("The metadata service cannot be closed to containers", ["iptables", "-w", "-I", CHAIN, "1", *rule])
            log("closed %s to containers" % rule[rule.index("-d") + 1])


def unblock_metadata() -> None:
    for line in run(["iptables", "-w", "-S", CHAIN]).stdout.splitlines():
        words = line.split()
        if words[:1] == ["-A"] and COMMENT in words:
            run(["iptables", "-w", "-D", *words[1:]])


def rules(interface: str) -> list[list[str]]:
    return [[*(["-i", interface] if interface else []), "-d", address, "-p", "tcp", "-m", "tcp", "!", "--dport", "53",
             "-m", "comment", "--comment", COMMENT, "-j", "REJECT"] for address in METADATA]


def bridge(compose: dict) -> str:
    """The services' own bridge, where the compose file names one; else the rules hold for every container of the machine."""
    match = re.search(rb"com\.docker\.network\.bridge\.name: (\S+)", compose.get("docker-compose.yml", b""))
    return match.group(1).decode() if match else ""
