"""One roll-out at a time."""
import fcntl
import os
import time
from contextlib import contextmanager

from errors import StepError
from machine import in_root


@contextmanager
def locked(machine: dict, wait: float = 1800):
    """Waits up to `wait` seconds for another run to end. The lock ends with the process, however that ends."""
    with open(in_root(machine, "lock"), "a", encoding="utf-8") as file:
        os.chmod(file.name, 0o600)
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise StepError("Another roll-out holds %s for more than %d minutes. See `ps` for a running apply." % (file.name, wait / 60))
                time.sleep(0.5)
        yield
