"""A release as unpacked on this machine, and its placeholders filled in. Names and values only, nothing runs here."""
from __future__ import annotations

import os
import re

import files
from errors import Refused
from machine import in_root, secrets_folder

PLACEHOLDER = re.compile(r"@@([a-z:]+)@@")
# Where the official images keep what their arguments name.
IMAGE_HOMES = {"grafana": "/usr/share/grafana"}


class Release:
    """`document` is the stored release, `plan` the bundle's plan.json with everything but `@@config@@` filled in."""

    def __init__(self, machine: dict, name: str):
        self.name = name
        self.machine = machine
        self.folder = in_root(machine, "releases", name)
        self.document = files.read_json(os.path.join(self.folder, "release.json"))
        raw = files.read_json(os.path.join(self.folder, "plan.json"))
        if self.document is None or raw is None:
            raise Refused("The release %s is not complete in %s: release.json or plan.json is missing. Deploy again." % (name, self.folder))
        if raw.get("format") != 1 or self.document.get("format") != 1:
            raise Refused("The release %s has format %r and its plan %r; this program knows 1." % (name, self.document.get("format"), raw.get("format")))
        self.values = values(machine, raw, self.document["bindings"])
        self.plan = filled(raw, self.values)
        self.services = {service["name"]: service for service in self.plan["services"]}

    def config(self, service: str) -> dict[str, bytes]:
        """Files of a service's configuration by path, filled in."""
        return self._filled(os.path.join("config", service))

    def compose(self) -> dict[str, bytes]:
        return self._filled("compose")

    def _filled(self, folder: str) -> dict[str, bytes]:
        contents = files.tree(os.path.join(self.folder, folder))
        return {path: fill(data.decode("utf-8"), self.values, "%s/%s" % (folder, path)).encode("utf-8") for path, data in contents.items()}


def values(machine: dict, plan: dict, bindings: dict) -> dict[str, str]:
    """The value of each placeholder on this machine."""
    for name, value in bindings.items():
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise Refused("The binding %s of the release has a line break or control character in it: %r." % (name, value))
    unbound = [name for name in plan.get("bindings", []) if name not in bindings]
    if unbound:
        raise Refused("The release binds no value to %s, which the bundle's files need. Give them in the release's bindings." % ", ".join(unbound))
    homes = {"home:%s" % service["name"]: "/nonexistent" for service in plan["services"]}
    known = IMAGE_HOMES if plan["runtime"] == "containers" else machine.get("homes", {})
    homes.update({"home:%s" % name: path for name, path in known.items()})
    return {**bindings, **homes, "root": machine["root"], "secrets": secrets_folder(machine, plan)}


def fill(text: str, known: dict[str, str], where: str) -> str:
    """Replaces every `@@name@@`. A name without a value is an error, not an empty text."""
    def value(match):
        if match.group(1) not in known:
            raise Refused("%s: the placeholder %s has no value in this release. It has: %s." % (where, match.group(0), ", ".join(sorted(known))))
        return known[match.group(1)]
    return PLACEHOLDER.sub(value, text)


def filled(part, known: dict[str, str], where: str = "plan.json"):
    """A JSON value with every text in it filled in. `@@config@@` stays: it is another folder at each check."""
    if isinstance(part, str):
        return fill(part, {**known, "config": "@@config@@"}, where)
    if isinstance(part, list):
        return [filled(each, known, where) for each in part]
    if isinstance(part, dict):
        return {key: filled(each, known, where) for key, each in part.items()}
    return part
