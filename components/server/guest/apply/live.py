"""What the running services have loaded, so that only what changed is touched; kept in <root>/live.json."""
from __future__ import annotations

import hashlib
import json
import re

import files
from machine import in_root


def fingerprint(machine: dict, release, service: dict) -> dict[str, str]:
    """Digests of a service: its definition, its files, those of them that it watches by itself, and its secrets' versions."""
    name = service["name"]
    compose = release.compose().get("docker-compose.yml", b"").decode()
    definition = [service[key] for key in ("image", "program", "args", "env", "user", "limitMiB")]
    definition += [compose_block(compose, name), machine.get("programs", {}).get(name), machine.get("homes", {}).get(name)]
    config = release.config(name)
    watched = {path for path in config if service.get("watched") and path.startswith(service["watched"])}
    versions = release.document.get("secretVersions", {})
    return {
        "definition": digest(definition),
        "files": files.digest({path: config[path] for path in config if path not in watched}),
        "watched": files.digest({path: config[path] for path in watched}),
        "secrets": digest([[file, versions.get(file["secret"])] for file in service["secrets"]]),
    }


def compose_block(text: str, name: str) -> str:
    """The lines of one service in the compose file, which the library writes with two spaces a level."""
    match = re.search(r"^  %s:\n((?:    .*\n|\n)*)" % re.escape(name), text, re.M)
    return match.group(1) if match else ""


def digest(value) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def action(service: dict, now, wanted: dict[str, str], running: bool, secret_changed: bool):
    """What a service needs: "start", "reload", "restart", "update" (new files, which it finds by itself) or None.

    `now` is what it has loaded, None when that is not known: after a crash in the middle of a switch it is started anew."""
    if now is None or not running or now["definition"] != wanted["definition"]:
        return "start"
    if now["files"] == wanted["files"] and now["secrets"] == wanted["secrets"] and not secret_changed:
        return None if now["watched"] == wanted["watched"] else "update"
    return "reload" if service.get("reload") else "restart"


class Live:
    def __init__(self, machine: dict):
        self.path = in_root(machine, "live.json")
        self.loaded: dict[str, dict] = files.read_json(self.path, {})

    def get(self, name: str):
        return self.loaded.get(name)

    def forget(self, names) -> None:
        """Called before a service is touched."""
        for name in names:
            self.loaded.pop(name, None)
        files.write_json(self.path, self.loaded)

    def learn(self, name: str, wanted: dict[str, str]) -> None:
        """Called when a service runs with this."""
        self.loaded[name] = wanted
        files.write_json(self.path, self.loaded)
