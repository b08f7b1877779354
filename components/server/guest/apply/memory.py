"""Whether the machine has the memory that the services' shares were computed for."""
import re

from errors import Refused

# The kernel and the firmware keep a part of the nominal size for themselves.
LEAST = 0.88


def total_mib(path="/proc/meminfo"):
    """MiB the kernel has; None on a system that does not tell this way."""
    try:
        with open(path, encoding="ascii") as file:
            match = re.search(r"^MemTotal:\s+(\d+) kB", file.read(), re.M)
            return int(match.group(1)) // 1024 if match else None
    except FileNotFoundError:
        return None


def check(planned: int, have) -> None:
    if have is not None and have < LEAST * planned:
        raise Refused("The machine has %d MiB of memory and the release is made for %d MiB. Take a larger machine, or set `memory` of the spec to %d "
                      "or less." % (have, planned, have))
