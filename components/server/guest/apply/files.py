"""Files: atomic writes, and a folder brought to a wanted content without changing the folder itself."""
from __future__ import annotations

import hashlib
import json
import os
import shutil


def write(path: str, data: bytes, mode: int = 0o644, owner=None) -> None:
    """Writes a file atomically: a reader sees the old or the new content, also after a crash."""
    part = path + ".part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if owner and os.geteuid() == 0:
        os.chown(part, owner[0], owner[1])
    os.chmod(part, mode)
    os.replace(part, path)


def write_json(path: str, value, mode: int = 0o600) -> None:
    write(path, (json.dumps(value, indent=2, sort_keys=True) + "\n").encode(), mode)


def read_json(path: str, default=None):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return default


def tree(folder: str) -> dict[str, bytes]:
    """Content of every file of a folder by relative path; empty where there is no folder."""
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            if not name.endswith(".part"):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found


def digest(contents: dict[str, bytes]) -> str:
    total = hashlib.sha256()
    for path in sorted(contents):
        total.update(json.dumps([path, hashlib.sha256(contents[path]).hexdigest()]).encode())
    return total.hexdigest()


def sync(folder: str, wanted: dict[str, bytes], mode: int = 0o644) -> None:
    """Brings a folder to exactly this content. The folder keeps its inode: a container has it mounted."""
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    have = tree(folder)
    for path in sorted(wanted):
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
        if have.get(path) != wanted[path]:
            write(target, wanted[path], mode)
    for path in have:
        if path not in wanted:
            os.remove(os.path.join(folder, path))
    for base, _, names in os.walk(folder, topdown=False):
        for name in names:
            if name.endswith(".part"):
                os.remove(os.path.join(base, name))
        if base != folder and not os.listdir(base):
            os.rmdir(base)


def remove(path: str) -> None:
    """Removes a file or a folder, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        for base, _, _ in os.walk(path):
            os.chmod(base, 0o700)
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def remove_empty(folder: str) -> None:
    """Removes a folder that has nothing in it any more."""
    if os.path.isdir(folder) and not os.listdir(folder):
        os.rmdir(folder)


def empty(folder: str) -> None:
    """Removes everything in a folder but not the folder, which may be a mounted disk."""
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        if name != "lost+found":
            remove(os.path.join(folder, name))
