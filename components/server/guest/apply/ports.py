"""Ports that must be free before a service starts."""
from __future__ import annotations

import errno
import glob
import os
import re
import socket

from errors import Refused


def check(listeners: list[dict]) -> None:
    """Refuses when a port is taken, naming the key to set and, where it can be known, who has it."""
    taken = []
    for listener in listeners:
        if busy(listener["address"], listener["port"]):
            by = holder(listener["port"])
            taken.append("Port %d of %s is taken%s. Free it, or give %s another number." % (listener["port"], listener["address"], " by %s" % by if by else "", listener["key"]))
    if taken:
        raise Refused(" ".join(taken))


def busy(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def holder(port: int) -> str:
    """Name and number of the process that listens on a port, where /proc tells; else empty."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if os.path.exists(table):
            with open(table, encoding="ascii") as file:
                rows = [line.split() for line in file.readlines()[1:]]
            inodes |= {row[9] for row in rows if row[3] == "0A" and int(row[1].rsplit(":", 1)[1], 16) == port}
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            match = re.match(r"socket:\[(\d+)\]", os.readlink(link))
            if match and match.group(1) in inodes:
                pid = link.split("/")[2]
                with open("/proc/%s/comm" % pid, encoding="utf-8") as file:
                    return "%s (process %s)" % (file.read().strip(), pid)
        except OSError:
            continue
    return ""
