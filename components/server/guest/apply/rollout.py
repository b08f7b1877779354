"""The steps that bring this machine to a release, or back to the one before."""
from __future__ import annotations

import importlib
import os

import disk
import engine
import files
import firewall
import grafana_admin
import grafana_db
import health
import memory
import ports
import prune
import units
from errors import Refused, StepError
from machine import in_root, is_server
from release import Release
from secret_files import SecretFiles
from switch import Switch

# So often a switch may be interrupted before the old release is taken back.
ATTEMPTS = 3


def runtime_of(machine: dict, plan: dict, log):
    return importlib.import_module(plan["runtime"]).Runtime(machine, plan, log)


class Rollout:
    def __init__(self, machine: dict, name: str, status):
        self.machine = machine
        self.name = name
        self.status = status
        self.applied = (files.read_json(in_root(machine, "applied.json")) or {}).get("release")
        self.marker = in_root(machine, "switching.json")
        self.warnings: list[str] = []

    def run(self) -> list[str]:
        """Rolls out; returns warnings as lines. Raises Refused when nothing was changed, else a StepError with its result."""
        self.prepare()
        self.recover()
        self.validate()
        self.switch()
        return self.finish()

    def prepare(self) -> None:
        status, machine = self.status, self.machine
        status.step("release", "reading the release %s" % self.name[:12])
        self.release = Release(machine, self.name)
        plan = self.release.plan
        self.server = is_server(machine, plan)
        self.runtime = runtime_of(machine, plan, status.log)
        status.step("memory", "checking the machine's memory")
        memory.check(plan["memory"], memory.total_mib())
        if self.server:
            if machine.get("dataDisk"):
                status.step("disk", "preparing the data disk")
                disk.prepare(machine, status.log)
            status.step("engine", "checking the container engine")
            units.before_engine(machine)
            engine.ensure(status.log)
            firewall.block_metadata(self.release.compose(), status.log)
        status.step("secrets", "fetching %d secrets" % len(plan["secrets"]))
        self.secrets = SecretFiles(machine, self.release)
        self.secrets.fetch(self._patience(), lambda text: status.step("secrets", text))
        status.hidden += self.secrets.values
        for problem in self.secrets.problems:
            status.log(problem)
        self.secrets.stage()
        status.step("images" if plan["runtime"] == "containers" else "programs", "checking that everything that will run is here")
        self.runtime.prepare()

    def _patience(self) -> float:
        """Seconds in which a new machine's rights, or a secret's new version, may still be on their way to the cloud's store: PULUMI_LGTM_SECRETS_SECONDS (900, then 60)."""
        if (self.machine.get("secrets") or {"kind": "folder"})["kind"] == "folder":
            return 0
        return float(os.environ.get("PULUMI_LGTM_SECRETS_SECONDS", "60" if self.applied else "900"))

    def recover(self) -> None:
        """A switch to another release was interrupted: the good one comes back first."""
        marker = files.read_json(self.marker)
        if marker and marker["to"] != self.name:
            self._restore(marker, "The switch to %s was interrupted." % marker["to"][:12])

    def validate(self) -> None:
        """Fills everything into a staging folder and lets each changed service's own checker see it."""
        status = self.status
        self.target = Switch(self.machine, self.release, self.runtime, self.secrets, status.log)
        self.actions = self.target.actions()
        status.step("validate", "checking the configuration of %s" % (", ".join(self.actions) or "nothing: no service changed"))
        try:
            for name in self.actions:
                self._check(name)
        finally:
            files.remove(in_root(self.machine, "staging"))
            self.secrets.forget_staged()
        if "start" in self.actions.values():
            self._check_ports()

    def _check(self, name: str) -> None:
        folder = in_root(self.machine, "staging", "config", name)
        files.sync(folder, self.release.config(name))
        try:
            self.runtime.validate(self.release.services[name], folder)
        except StepError as error:
            if isinstance(error, Refused) or self.release.plan["runtime"] == "containers":
                raise
            raise Refused("%s refuses its new configuration." % name, error.lines or str(error).splitlines())

    def _check_ports(self) -> None:
        """Before a first start. A running service holds its ports itself; whether it can change them shows in the switch."""
        skip = {name for name, each in self.runtime.running().items() if each["running"]} | set(self.target.absent)
        ports.check([each for each in self.release.plan["listeners"] if each["service"] not in skip])

    def switch(self) -> None:
        status = self.status
        marker = files.read_json(self.marker)
        if marker:
            marker["attempts"] += 1
            status.log("an interrupted switch goes on (attempt %d)" % marker["attempts"])
        else:
            if not self.actions and not self._removed(self.applied):
                return self._healthy_as_before()
            marker = {"from": self.applied, "to": self.name, "attempts": 1, "database": None}
            if "grafana" in self.actions:
                status.step("backup", "copying Grafana's database")
                marker["database"] = grafana_db.backup(self.machine)
            self.secrets.remember()
        if not os.path.isdir(self.secrets.previous):
            # A reboot emptied the memory; what it filled in since are the good release's values.
            self.secrets.remember()
        files.write_json(self.marker, marker)
        try:
            if marker["attempts"] > ATTEMPTS:
                raise StepError("The switch was interrupted %d times. Look at the machine's own log for a lack of memory or a crash." % ATTEMPTS)
            status.step("switch", "changing %s" % (", ".join("%s (%s)" % each for each in self.actions.items()) or "nothing"))
            self.target.perform(self.actions, self._removed(marker["from"]))
            status.step("health", "waiting until every service answers")
            self.target.check(health.limit())
            self.warnings = grafana_admin.rotate(self.target, self.secrets, bool(marker["database"]) and not marker["from"])
        except StepError as error:
            if not marker["from"] or marker["from"] == self.name:
                files.remove(self.marker)
                raise
            failed_step = status.current
            self._restore(marker, error.message)
            status.current = failed_step
            error.result = "rolled-back"
            error.message += " The release before it runs again."
            raise

    def _healthy_as_before(self) -> None:
        self.status.step("health", "nothing to change; looking whether every service answers")
        self.target.check(health.limit())

    def _restore(self, marker: dict, why: str) -> None:
        """Takes the release before back, configuration and Grafana's database together."""
        status = self.status
        before = self._release(marker["from"])
        if before is None:
            files.remove(self.marker)
            return
        status.step("roll-back", "%s Going back to %s." % (why, before.name[:12]))
        runtime = runtime_of(self.machine, before.plan, status.log)
        secrets = SecretFiles(self.machine, before)
        try:
            secrets.fetch()
            secrets.recall()
            old = Switch(self.machine, before, runtime, secrets, status.log)
            if marker["database"] and "grafana" in before.services and os.path.exists(marker["database"]):
                old.restore_database(marker["database"])
            gone = [name for name in self._services(marker["to"]) if name not in before.services]
            old.perform(old.actions(), gone)
            old.check(health.limit())
        except StepError as error:
            raise StepError("%s Then the release before it could not be taken back either: %s" % (why, error.message), error.lines)
        files.remove(self.marker)

    def finish(self) -> list[str]:
        machine, status = self.machine, self.status
        status.step("finish", "keeping this release as the good one")
        files.write_json(in_root(machine, "applied.json"), {"release": self.name})
        files.remove(self.marker)
        if self.server:
            # Before the next boot is told to use this release.
            self.secrets.keep()
            units.after_applied(machine, self.name)
        prune.prune(machine, {self.name, self.applied}, self.release.plan["runtime"] == "containers", status.log)
        return self.secrets.problems + self.warnings

    def _removed(self, before) -> list[str]:
        return [name for name in self._services(before) if name not in self.release.services]

    def _services(self, name) -> list[str]:
        release = self._release(name)
        return list(release.services) if release else []

    def _release(self, name):
        """A release of before; None when there is none or it is not complete any more."""
        try:
            return Release(self.machine, name) if name else None
        except StepError:
            return None
