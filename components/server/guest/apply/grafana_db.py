"""Copies of Grafana's database: a new version changes its tables, and the version before cannot read them."""
from __future__ import annotations

import glob
import os
import shutil
import sqlite3
import time
from contextlib import closing

from errors import StepError
from machine import in_root

KEPT = 3


def backup(machine: dict):
    """Copies the database while Grafana runs and returns the copy's path; None where there is no database yet."""
    source = database(machine)
    if not os.path.exists(source):
        return None
    folder = in_root(machine, "data", "grafana-backups")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    target = os.path.join(folder, "grafana-%s.db" % time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
    try:
        with closing(sqlite3.connect(source, timeout=60)) as live, closing(sqlite3.connect(target + ".part")) as copy:
            live.backup(copy)
    except sqlite3.Error as error:
        raise StepError("Grafana's database %s cannot be copied: %s. Nothing was switched." % (source, error))
    os.chmod(target + ".part", 0o600)
    os.replace(target + ".part", target)
    own(machine)
    for old in sorted(glob.glob(os.path.join(folder, "grafana-*.db")))[:-KEPT]:
        os.remove(old)
    return target


def restore(machine: dict, copy: str) -> None:
    """Puts a copy back. Grafana must not run."""
    target = database(machine)
    shutil.copyfile(copy, target + ".part")
    if os.path.exists(target):
        shutil.copystat(target, target + ".part")
        shutil.chown(target + ".part", os.stat(target).st_uid, os.stat(target).st_gid)
    for log in (target + "-wal", target + "-shm"):
        if os.path.exists(log):
            os.remove(log)
    os.replace(target + ".part", target)


def own(machine: dict) -> None:
    """A log file that our own reading made belongs to Grafana too."""
    source = database(machine)
    owner = os.stat(source)
    for path in (source + "-wal", source + "-shm"):
        if os.path.exists(path) and os.geteuid() == 0:
            os.chown(path, owner.st_uid, owner.st_gid)


def database(machine: dict) -> str:
    return in_root(machine, "data", "grafana", "grafana.db")
