"""Takes off the server what was installed."""
import json
import os
import subprocess
import sys

from engine_removal import remove_engine
from files import Failed, discard, path, read
from secret_files import KEPT
from unit import UNIT, say, systemctl

# Of `apply`, in memory; emptied by it.
IN_MEMORY = "/run/pulumi-lgtm"


def remove(delete_data):
    systemctl("stop", UNIT)
    take_down(delete_data)
    remove_engine()
    for file in (read(path("ssh", "installed")) or "").split("\n"):
        if file.startswith("/etc/systemd/system/"):
            systemctl("disable", "--now", os.path.basename(file))
        if file and os.path.exists(file):
            os.remove(file)
    systemctl("daemon-reload")
    if os.path.isdir(IN_MEMORY):
        discard(IN_MEMORY)
    for name in os.listdir(path("secrets")) if os.path.isdir(path("secrets")) else []:
        if delete_data or name != KEPT:
            discard(path("secrets", name))
    for name in os.listdir(path()):
        if name != "data" and not (name == "secrets" and os.listdir(path(name))):
            discard(path(name))
    if delete_data and not os.path.ismount(path("data")):
        discard(path())
    say("removed" if delete_data else "removed; the data stays in %s" % path("data"))


def take_down(delete_data):
    """Lets the release that runs, or the newest one that arrived, take down what it put up."""
    applied = json.loads(read(path("applied.json")) or "{}").get("release")
    there = os.listdir(path("releases")) if os.path.isdir(path("releases")) else []
    complete = sorted((name for name in there if os.path.isdir(path("releases", name, "apply"))), key=lambda name: os.stat(path("releases", name)).st_mtime)
    release = applied if applied in complete else complete[-1] if complete else None
    if release is None:
        return
    command = [sys.executable, "-B", path("releases", release, "apply"), "--machine", path("machine.json"), "--destroy"]
    done = subprocess.run(command + (["--delete-data"] if delete_data else []), stdout=sys.stderr, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Failed("The server could not take down what runs there; its words are above. Mend that and run `pulumi destroy` again.")
