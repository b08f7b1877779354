"""Secrets as files in memory, one folder a service: fetched, staged for the checkers, put in place, taken back."""
from __future__ import annotations

import base64
import os
import shutil

import files
import secrets_store
from errors import Refused
from machine import secrets_folder


class SecretFiles:
    """`staged` are the files of every service that has secrets; `problems` says which values were missing and stayed as they were."""

    def __init__(self, machine: dict, plan: dict):
        self.live = secrets_folder(machine, plan)
        self.next = self.live + ".next"
        self.previous = self.live + ".previous"
        self.machine = machine
        self.plan = plan
        self.owners = {service["name"]: service["user"] for service in plan["services"]}
        self.staged: dict[str, dict[str, bytes]] = {}
        self.problems: list[str] = []
        self.values: list[str] = []

    def fetch(self) -> None:
        """Fetches every secret. A missing one keeps the file that is there; without one the release is refused."""
        config = self.machine.get("secrets") or {"kind": "folder", "path": os.path.join(self.machine["root"], "secrets")}
        why = "it is not in the secret store (%s)" % config.get("path", config["kind"])
        try:
            found = secrets_store.fetch(config, self.plan["secrets"])
        except OSError as error:
            found, why = {}, "the secret store cannot be read: %s" % error
        self.values = [value.decode(errors="replace").strip() for value in found.values()]
        lacking = set()
        for service in self.plan["services"]:
            have = files.tree(os.path.join(self.live, service["name"]))
            wanted = {}
            for file in service["secrets"]:
                if file["secret"] in found:
                    wanted[file["file"]] = rendered(found[file["secret"]], file.get("basicUser"))
                elif file["file"] in have:
                    wanted[file["file"]] = have[file["file"]]
                    self.problems.append("secret %s: %s; %s keeps the value it has." % (file["secret"], why, service["name"]))
                else:
                    lacking.add(file["secret"])
            if service["secrets"]:
                self.staged[service["name"]] = wanted
        if lacking:
            raise Refused("Secrets are missing: %s. Reason: %s." % (", ".join(sorted(lacking)), why))

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
