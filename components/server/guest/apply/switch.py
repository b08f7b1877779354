"""Brings the running services from one release to another, touching only what changed."""
from __future__ import annotations

import os
import re

import files
import grafana_db
import health
from errors import StepError
from live import Live, action, fingerprint
from machine import in_root


class Switch:
    """One target: a release, its runtime and its secrets."""

    def __init__(self, machine: dict, release, runtime, secrets, log):
        self.machine = machine
        self.release = release
        self.runtime = runtime
        self.secrets = secrets
        self.log = log
        self.live = Live(machine)
        self.absent = runtime.missing()
        self.wanted = {name: fingerprint(machine, release, service) for name, service in release.services.items()}

    def actions(self) -> dict[str, str]:
        """What each service needs, in the order of the plan; services that need nothing are not in it."""
        running = self.runtime.running()
        found = {}
        for name, service in self.release.services.items():
            if name not in self.absent:
                what = action(service, self.live.get(name), self.wanted[name], running.get(name, {}).get("running", False), self.secrets.changed(name))
                if what:
                    found[name] = what
        return found

    def perform(self, actions: dict[str, str], remove: list[str]) -> None:
        """Does it. Interrupted at any moment, the next run finds the touched services unknown and starts them anew."""
        self.live.forget([*actions, *remove])
        if remove:
            self.log("removing %s" % ", ".join(remove))
            self.runtime.stop(remove)
            for name in remove:
                files.remove(in_root(self.machine, "config", name))
                files.remove(os.path.join(self.secrets.live, name))
        for name in self.release.services:
            self._folders(name)
            if name in actions:
                files.sync(in_root(self.machine, "config", name), self.release.config(name))
                self.secrets.install(name)
        compose = self.release.compose()
        if compose:
            files.sync(in_root(self.machine, "compose"), compose)
        started = [name for name, what in actions.items() if what == "start"]
        if started:
            self.log("starting %s" % ", ".join(started))
            self.runtime.start(started)
        for name, what in actions.items():
            if what == "reload":
                self.log("reloading %s" % name)
                self.runtime.reload(self.release.services[name])
            elif what == "restart":
                self.log("restarting %s" % name)
                self.runtime.restart(name)
            self.live.learn(name, self.wanted[name])

    def check(self, seconds: float) -> None:
        """Waits until all are healthy; an error quotes the last lines of those that are not."""
        services = [service for name, service in self.release.services.items() if name not in self.absent]
        bad = health.wait(services, self.log, seconds)
        if bad:
            names = [service["name"] for service in services if service["name"] in bad]
            lines = [line for name in names for line in ["%s: %s" % (name, said) for said in telling(self.runtime.logs(name, 200))]]
            raise StepError("Not healthy after %d s: %s." % (seconds, "; ".join("%s (%s)" % (name, bad[name]) for name in names)), lines)

    def restore_database(self, copy: str) -> None:
        self.log("putting Grafana's database of before back")
        self.live.forget(["grafana"])
        self.runtime.stop(["grafana"])
        grafana_db.restore(self.machine, copy)

    def _folders(self, name: str) -> None:
        """A service's folders, its data owned by its user."""
        os.makedirs(in_root(self.machine, "config", name), exist_ok=True)
        data = in_root(self.machine, "data", name)
        os.makedirs(data, exist_ok=True)
        if self.release.plan["runtime"] != "containers":
            return
        uid, gid = self.release.services[name]["user"]
        if os.geteuid() != 0:
            # Under the owner's own closed folder; the container's user has another number than ours.
            os.chmod(data, 0o777)
        elif (os.stat(data).st_uid, os.stat(data).st_gid) != (uid, gid):
            own(data, uid, gid)


def telling(lines: list[str], last: int = 15, errors: int = 5) -> list[str]:
    """The last lines of a log, and before them the last that name an error: some programs quote a whole file after it."""
    head, end = lines[:-last], lines[-last:]
    return [line for line in head if re.search(r"error|fatal|panic", line, re.I)][-errors:] + end


def own(folder: str, uid: int, gid: int) -> None:
    """Gives a folder and everything in it to a user: a replaced service version may run under another number."""
    for base, folders, names in os.walk(folder):
        os.chown(base, uid, gid)
        for name in [*folders, *names]:
            os.chown(os.path.join(base, name), uid, gid, follow_symlinks=False)
