"""Old releases and their images go, so that the disk does not fill."""
from __future__ import annotations

import os

import files
import images
from machine import in_root

KEPT = 5


def prune(machine: dict, needed: set, containers: bool, log) -> None:
    """Keeps the releases that are needed and the newest others, KEPT in all; then removes images only the others had."""
    folder = in_root(machine, "releases")
    names = sorted((name for name in os.listdir(folder)), key=lambda name: os.stat(os.path.join(folder, name)).st_mtime, reverse=True)
    ranked = [name for name in names if name in needed] + [name for name in names if name not in needed and not half(name)]
    kept, old = ranked[:KEPT], ranked[KEPT:] + [name for name in names if half(name)]
    before = {name: image_names(os.path.join(folder, name)) for name in names}
    for name in old:
        files.remove(os.path.join(folder, name))
    if containers:
        images.forget(set().union(*(before[name] for name in old)) - set().union(*(before[name] for name in kept)), log)


def half(name: str) -> bool:
    """An unpacking that was interrupted."""
    return name.endswith(".part")


def image_names(release: str) -> set[str]:
    plan = files.read_json(os.path.join(release, "plan.json")) or {"services": []}
    return {service["image"] for service in plan["services"]}
