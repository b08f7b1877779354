"""Secrets as files in memory, one folder a service: fetched, staged for the checkers, put in place, taken back."""
from __future__ import annotations

import base64
import os
import shutil
import time

import files
import secret_cache
import secrets_store
from errors import Refused, StepError
from machine import in_root, secrets_folder


class SecretFiles:
    """`staged` are the files of every service that has secrets; `problems` says which values the store did not give and stayed as they were."""

    def __init__(self, machine: dict, release):
        plan = release.plan
        self.live = secrets_folder(machine, plan)
        self.next = self.live + ".next"
        self.previous = self.live + ".previous"
        self.machine = machine
        self.plan = plan
        self.config = machine.get("secrets") or {"kind": "folder", "path": os.path.join(machine["root"], "secrets")}
        self.versions = {name: release.document.get("secretVersions", {}).get(name) for name in plan["secrets"]}
        self.owners = {service["name"]: service["user"] for service in plan["services"]}
        # Version and value by name: what is kept for a reboot.
        self.kept: dict[str, tuple] = {}
        self.staged: dict[str, dict[str, bytes]] = {}
        self.problems: list[str] = []
        self.values: list[str] = []

    def fetch(self, patience: float = 0, tell=print, sleep=time.sleep) -> None:
        """Fetches every secret of which the wanted version is not kept here. One that the store does not give keeps the value that it has.

        Rights and new values need a while to reach every copy of a cloud's store, so it is asked again for `patience` seconds where
        a value is missing or still the one before. Then, if one is missing, the release is refused; with a cloud's store it fails
        instead, for that may mend itself."""
        until, pause, told = time.monotonic() + patience, 2, ""
        before = {} if self.config["kind"] == "folder" else secret_cache.load(self.machine)
        here = {name: before[name][1] for name, version in self.versions.items() if name in before and before[name][0] == version}
        asked = [name for name, version in self.versions.items() if name not in here or version is None]
        while True:
            why = "it is not in the secret store (%s)" % secrets_store.place(self.config)
            try:
                found = secrets_store.fetch(self.config, asked)
            except OSError as error:
                found, why = {}, "the secret store cannot be read: %s" % error
            lacking = self._stage_values({**here, **found}, set(asked) - set(found), why)
            old = [name for name, value in found.items() if name in before and before[name][1] == value and before[name][0] != self.versions[name]]
            late = time.monotonic() + pause > until
            # Late is the value of before taken all the same: somebody may have set the same one again.
            if not lacking and (late or not old):
                return
            text = "Secrets are missing: %s. Reason: %s." % (", ".join(sorted(lacking)), why) if lacking else "The secret store still gives the value of before: %s." % ", ".join(old)
            if late:
                raise (Refused if self.config["kind"] == "folder" else StepError)(text)
            if text != told:
                told = text
                tell(text + " Asking again.")
            sleep(pause)
            pause = min(pause * 2, 30)

    def keep(self) -> None:
        """Keeps the values for the next boot, which may be without network."""
        if self.config["kind"] != "folder" and self.kept:
            try:
                secret_cache.save(self.machine, self.kept)
            except OSError as error:
                self.problems.append("The secrets are not kept for a reboot without network: %s" % error)

    def _stage_values(self, values: dict, ungiven: set, why: str) -> set:
        """Fills `staged` with these values, else with the live ones of the wanted version. Returns the names of which there is neither."""
        self.kept = {name: (self.versions[name], value) for name, value in values.items()}
        self.staged, self.problems, self.values, lacking = {}, [], [], set()
        same = self._same_as_applied()
        for service in self.plan["services"]:
            have = files.tree(os.path.join(self.live, service["name"]))
            wanted = {}
            for file in service["secrets"]:
                name, value = file["secret"], values.get(file["secret"])
                if value is not None:
                    wanted[file["file"]] = rendered(value, file.get("basicUser"))
                elif name in same and file["file"] in have:
                    value = wanted[file["file"]] = have[file["file"]]
                else:
                    lacking.add(name)
                    continue
                self.values.append(value.decode(errors="replace").strip())
                if name in ungiven:
                    self.problems.append("secret %s: %s; %s keeps the value it has." % (name, why, service["name"]))
            if service["secrets"]:
                self.staged[service["name"]] = wanted
        return lacking

    def _same_as_applied(self) -> set:
        """Names of which the applied release, whose values the live files are, has the same version."""
        name = (files.read_json(in_root(self.machine, "applied.json")) or {}).get("release")
        document = files.read_json(in_root(self.machine, "releases", name, "release.json")) if name else None
        return {secret for secret, version in self.versions.items() if document.get("secretVersions", {}).get(secret) == version} if document else set()

    def stage(self) -> None:
        """Puts the new files beside the live ones, where the checkers see them, and new names into place: nothing reads those yet."""
        files.remove(self.next)
        for service, contents in self.staged.items():
            self._put(self.next, service, contents)
            live = files.tree(os.path.join(self.live, service))
            self._put(self.live, service, {**contents, **live})

    def changed(self, service: str) -> bool:
        live = files.tree(os.path.join(self.live, service))
        return any(live.get(name) != value for name, value in self.staged.get(service, {}).items())

    def install(self, service: str) -> None:
        if service in self.staged:
            self._put(self.live, service, self.staged[service])

    def remember(self) -> None:
        """Keeps the live files, so that a roll-back has the values that worked."""
        files.remove(self.previous)
        if os.path.isdir(self.live):
            shutil.copytree(self.live, self.previous)

    def recall(self) -> None:
        """Stages the remembered values for this plan's services, in place of what the store has now."""
        for service in list(self.staged):
            old = files.tree(os.path.join(self.previous, service))
            self.staged[service] = {name: old.get(name, value) for name, value in self.staged[service].items()}

    def forget_staged(self) -> None:
        files.remove(self.next)

    def _put(self, root: str, service: str, contents: dict[str, bytes]) -> None:
        """Writes one service's folder, readable by its user alone. The folder keeps its inode: a container has it mounted."""
        for folder in (os.path.dirname(root), root):
            os.makedirs(folder, exist_ok=True)
        folder = os.path.join(root, service)
        os.makedirs(folder, exist_ok=True)
        owner, root_user = self.owners[service], os.geteuid() == 0 and self.plan["runtime"] == "containers"
        # Not being root, the folder above keeps others out and a container's user must read: it has another number.
        open_mode = 0 if root_user or self.plan["runtime"] != "containers" else 0o055
        os.chmod(root, 0o700)
        os.chmod(folder, 0o700)
        for name, value in contents.items():
            path = os.path.join(folder, name)
            files.write(path, value, (0o400 | (open_mode & 0o044)), owner if root_user else None)
        for name in os.listdir(folder):
            if name not in contents:
                os.remove(os.path.join(folder, name))
        if root_user:
            os.chown(folder, owner[0], owner[1])
        os.chmod(folder, 0o500 | open_mode)


def rendered(value: bytes, user) -> bytes:
    """The value as a file, or as the credentials of a client in HTTP basic form."""
    if user is None:
        return value
    return base64.b64encode(user.encode() + b":" + value.rstrip(b"\r\n"))
