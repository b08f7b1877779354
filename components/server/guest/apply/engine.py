"""The container engine and Compose: what is there is used, what is missing is installed from the distribution."""
from __future__ import annotations

import json
import os
import time

import files
from compose_plugin import install_release
from errors import StepError
from program import must, run, tail

DAEMON = "/etc/docker/daemon.json"
APT = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-y", "--no-install-recommends"]
TRIES = 5


def ensure(log) -> None:
    """Docker runs, survives its own restarts without stopping containers, and has Compose v2."""
    changed = live_restore()
    if run(["docker", "--version"]).returncode != 0:
        log("installing the container engine")
        install(["docker.io"], log)
        # From Debian 13 on the command is a package of its own, which docker.io only recommends.
        if run(["docker", "--version"]).returncode != 0:
            install(["docker-cli"], log)
    if run(["docker", "version"], timeout=60).returncode != 0:
        must("The container engine does not start", ["systemctl", "enable", "--now", "docker.service"], timeout=180)
        answer()
    elif changed:
        # A running engine reads this key anew without stopping anything.
        must("The container engine does not take live-restore", ["systemctl", "reload", "docker.service"], timeout=60)
    if run(["docker", "compose", "version"]).returncode != 0:
        compose(log)


def compose(log) -> None:
    log("installing Docker Compose")
    name = compose_package()
    if name:
        install([name], log)
    else:
        install_release(log)
    must("Docker Compose v2 does not run after its installation", ["docker", "compose", "version"])


def compose_package():
    """The distribution's package of Compose v2: docker-compose-v2 on Ubuntu, docker-compose from Debian 13; Debian 12 has 1.29 only."""
    for name in ("docker-compose-v2", "docker-compose"):
        for line in run(["apt-cache", "policy", name]).stdout.splitlines():
            words = line.split()
            if words[:1] == ["Candidate:"] and words[1][:1].isdigit() and not words[1].startswith("1."):
                return name
    return None


def install(packages: list[str], log, sleep=time.sleep) -> None:
    """Installs packages; another apt at work is waited for, a failure is tried again with growing pauses."""
    for attempt in range(1, TRIES + 1):
        run(["dpkg", "--configure", "-a"], timeout=600)
        updated = run([*APT, "update"], timeout=600)
        done = run([*APT, "install", *packages], timeout=1800, env={"DEBIAN_FRONTEND": "noninteractive"})
        if done.returncode == 0:
            return
        if attempt < TRIES:
            log("apt could not install %s; trying again: %s" % (" ".join(packages), " ".join(tail(done.stdout, 1))))
            sleep(10 * 2 ** (attempt - 1))
    raise StepError("apt could not install %s in %d tries. The machine needs Ubuntu or Debian and a way out to its package mirror, or an image "
                    "in which these are installed." % (" ".join(packages), TRIES), tail(updated.stdout, 5) + tail(done.stdout, 15))


def live_restore() -> bool:
    """Merges live-restore into the engine's settings; what is set there stays. True when the file changed."""
    try:
        settings = files.read_json(DAEMON, {})
    except ValueError as error:
        raise StepError("%s is not JSON: %s. Correct it; it is not overwritten." % (DAEMON, error))
    if "live-restore" in settings or run(["docker", "info", "--format", "{{.Swarm.LocalNodeState}}"]).stdout.strip() == "active":
        return False
    os.makedirs(os.path.dirname(DAEMON), exist_ok=True)
    files.write(DAEMON, (json.dumps({**settings, "live-restore": True}, indent=2) + "\n").encode())
    return True


def answer(seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while run(["docker", "version"], timeout=30).returncode != 0:
        if time.monotonic() > until:
            raise StepError("The container engine was started but does not answer after %d s." % seconds,
                            tail(run(["journalctl", "--no-pager", "-n", "20", "-u", "docker.service"]).stdout))
        time.sleep(1)
