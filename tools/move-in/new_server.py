"""The new server: this library's own containers, their folders, and a roll-out that has to wait meanwhile."""
import fcntl
import json
import os
import shutil
import tarfile
import time

from docker import ask, docker, inspect
from said import WHOLE, MoveError, say


class NewServer:
    def __init__(self, root, part):
        self.root, self.part = root, part
        self.container = "lgtm-" + part
        self.data = os.path.join(root, "data", part)
        # On the same disk, so that files need only be renamed.
        self.stage = os.path.join(root, "data", "moving-in", part)
        applied = os.path.join(root, "applied.json")
        if not os.path.exists(applied):
            raise MoveError("There is no monitoring server in %s. Roll one out first." % root)
        with open(applied, encoding="utf-8") as file:
            release = json.load(file)["release"]
        # What the guest runs, which knows the ways into object storage.
        self.program = os.path.join(root, "releases", release, "apply")
        with open(os.path.join(root, "releases", release, "plan.json"), encoding="utf-8") as file:
            self.services = {service["name"]: service for service in json.load(file)["services"]}
        if part not in self.services:
            raise MoveError("The new server has no %s, so there is nowhere to put it." % part)
        self.lock = None

    def __enter__(self):
        self.lock = open(os.path.join(self.root, "lock"), "a", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MoveError("A roll-out is under way on the new server. Try again when it has ended.")
        shutil.rmtree(self.stage, ignore_errors=True)
        os.makedirs(self.stage, mode=0o700)
        return self

    def __exit__(self, *_):
        shutil.rmtree(os.path.dirname(self.stage), ignore_errors=True)
        self.lock.close()

    def unpack(self, source):
        """Of the archive only plain files and folders below the stage."""
        whole = False
        try:
            with tarfile.open(fileobj=source, mode="r|") as archive:
                for member in archive:
                    whole = member.name == WHOLE
                    if whole:
                        continue
                    path = os.path.normpath(os.path.join(self.stage, member.name))
                    if not path.startswith(self.stage + "/"):
                        raise MoveError("The archive has a path that leads elsewhere: %s" % member.name)
                    if member.isfile():
                        os.makedirs(os.path.dirname(path), exist_ok=True)
                        with open(path, "wb") as target:
                            shutil.copyfileobj(archive.extractfile(member), target, 1 << 20)
        except (tarfile.TarError, EOFError) as error:
            raise MoveError("What came from the old server is not whole: %s. Nothing was changed." % error)
        if not whole:
            raise MoveError("What came from the old server is not whole: it ended early. Nothing was changed.")
        if not os.listdir(self.stage):
            raise MoveError("Nothing came from the old server. Nothing was changed.")

    def config(self, name):
        with open(os.path.join(self.root, "config", self.part, name), encoding="utf-8") as file:
            return file.read()

    def image(self):
        return inspect(self.container)[0]["Config"]["Image"]

    def stopped(self, work):
        """Does something while the service is stopped, and waits until it is healthy again."""
        docker("stop", "-t", "60", self.container)
        try:
            result = work()
        finally:
            self.own(self.data)
            docker("start", self.container)
        health = self.services[self.part]["health"]
        until = time.monotonic() + 180
        while not healthy(health):
            if time.monotonic() > until:
                raise MoveError("%s does not become healthy: docker logs %s" % (self.container, self.container))
            time.sleep(1)
        say("%s: runs again" % self.container)
        return result

    def own(self, folder):
        """Everything in it belongs to the service's user, as the guest has it."""
        uid, gid = self.services[self.part]["user"]
        for base, _, names in os.walk(folder):
            for path in [base, *(os.path.join(base, name) for name in names)]:
                os.chown(path, uid, gid, follow_symlinks=False)


def healthy(url):
    answer = ask(url, seconds=5)
    return answer is not None and ("ready" in answer.lower() or '"database": "ok"' in answer) and "not ready" not in answer.lower()


def merge(source, target):
    """Puts files of one folder into another; one that is there stays. Returns how many are new."""
    count = 0
    for base, _, names in os.walk(source):
        there = os.path.join(target, os.path.relpath(base, source))
        os.makedirs(there, exist_ok=True)
        for name in names:
            if not os.path.exists(os.path.join(there, name)):
                os.rename(os.path.join(base, name), os.path.join(there, name))
                count += 1
    return count
