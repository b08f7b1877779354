"""Runs other programs. Nothing secret is ever an argument."""
from __future__ import annotations

import os
import subprocess

from errors import StepError


def run(args: list[str], timeout: float = 120, env=None) -> subprocess.CompletedProcess:
    """Runs a program and returns whatever came of it: output and errors together in `stdout`, exit code 127 when it is not there."""
    try:
        return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=timeout,
                              env={**os.environ, "LC_ALL": "C", **(env or {})}, universal_newlines=True, errors="replace")
    except FileNotFoundError:
        return subprocess.CompletedProcess(args, 127, "%s: not found on this machine\n" % args[0])
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode(errors="replace") if isinstance(late.stdout, bytes) else late.stdout or ""
        return subprocess.CompletedProcess(args, 124, said + "%s: no end after %d seconds\n" % (args[0], timeout))


def must(what: str, args: list[str], timeout: float = 120, env=None) -> str:
    """Runs a program that has to succeed; `what` begins the message when it does not."""
    done = run(args, timeout, env)
    if done.returncode != 0:
        raise StepError("%s: %s ended with exit code %d." % (what, " ".join(args[:3]), done.returncode), tail(done.stdout))
    return done.stdout


def tail(text: str, count: int = 20) -> list[str]:
    return [line[:2000] for line in text.splitlines() if line.strip()][-count:]
