"""Stage 0: fetches the wanted release, verifies it and runs its own `apply`. It is given to a machine once and never changes.

python3 stage0.py --machine <machine.json> [--once]      (beside it: store.py, the store of this machine)"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import store

FINAL = ("refused", "rolled-back")  # not tried again by itself
RETRY = (30, 600)  # shortest and longest pause in seconds before a release that failed for want of something is tried again


class Wrong(Exception):
    """What the store holds is not what its name says."""


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def results(root):
    """How each release that was tried here ended."""
    return read(os.path.join(root, "outcome.json")).get("results", {})


def verified(source, folder, name):
    """Bytes of a document whose sha256 is its name."""
    if not re.fullmatch("[0-9a-f]{64}", str(name)):
        raise Wrong("%r, wanted from %s/, is not a sha256" % (name, folder))
    data = source.get("%s/%s.json" % (folder, name))
    if data is None:
        raise OSError("%s/%s.json is not in the store" % (folder, name))
    found = hashlib.sha256(data).hexdigest()
    if found != name:
        raise Wrong("%s/%s.json has the sha256 %s. It was changed or cut short in the store; deploy again." % (folder, name, found))
    return data


def unpack(source, root, name):
    """The release's folder, complete or not there at all."""
    folder = os.path.join(root, "releases", os.path.basename(str(name)))
    if not os.path.isdir(folder):
        release = verified(source, "releases", name)
        contents = json.loads(verified(source, "bundles", json.loads(release)["bundle"]))["files"]
        shutil.rmtree(folder + ".part", ignore_errors=True)
        for path, text in [*contents.items(), ("release.json", release.decode())]:
            target = os.path.normpath(os.path.join(folder + ".part", path))
            if not target.startswith(folder + ".part" + os.sep):
                raise Wrong("the bundle has a file outside of its folder: %r" % path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        os.sync()
        os.rename(folder + ".part", folder)
    return folder


def refuse(machine, pointer, why):
    name = pointer["release"]
    print("fetch: refused: %s" % why, flush=True)
    status = {"format": 1, "release": name, "rollout": pointer.get("rollout"), "result": "refused", "step": "fetch", "message": why, "lastLines": [], "ca": "",
              "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    ended = {**results(machine["root"]), str(name): "refused"}
    path = os.path.join(machine["root"], "outcome.json")
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump({"last": name, "results": ended}, file)
    os.replace(path + ".part", path)
    store.Store(machine.get("statusStore") or machine["store"]).put("status/%s.json" % os.path.basename(str(name)), json.dumps(status).encode())


def main():
    parser = argparse.ArgumentParser(description="Runs the release that the store's pointer names, whenever it changes.")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--once", action="store_true", help="one roll-out; its exit code")
    args = parser.parse_args()
    machine = read(args.machine)
    root, start = machine["root"], time.monotonic()
    # Said no to before this start: what ran instead goes on until the pointer names another.
    hopeless = set() if args.once else {name for name, result in results(root).items() if result in FINAL}
    done, said, code, again, pause, rollout = None, None, 1, float("inf"), RETRY[0], False
    while True:
        good = read(os.path.join(root, "applied.json")).get("release")
        try:
            source = store.Store(machine["store"])
            pointer = json.loads(source.get("pointer.json") or b"{}")
            name = pointer.get("release")
            if not name:
                raise OSError("the store has no pointer.json yet")
            if pointer.get("rollout") != rollout:
                # The same release once more: its report is waited for.
                done, hopeless = (done, hopeless) if rollout is False else (None, set())
                rollout = pointer.get("rollout")
            hopeless = hopeless if name in hopeless else set()
            want = good if hopeless and good else name
            if want != done or time.monotonic() > again:
                folder = unpack(source, root, want)
            said = None
        except Wrong as error:
            done, want, again, code = name, name, float("inf"), 1
            try:
                refuse(machine, pointer, str(error))
            except OSError as late:
                print("fetch: the status could not be stored: %s" % late, flush=True)
        except (OSError, ValueError, KeyError, TypeError) as error:
            if str(error) != said:
                said = str(error)
                print("fetch: %s; asking again" % said, flush=True)
            want, folder = done or good, os.path.join(root, "releases", str(done or good))
            if args.once and not want and time.monotonic() - start < store.PATIENCE:
                time.sleep(store.INTERVAL)
                continue
        if want and (want != done or time.monotonic() > again):
            pause = min(pause * 2, RETRY[1]) if want == done else RETRY[0]
            code = subprocess.call([sys.executable, "-B", os.path.join(folder, "apply"), "--machine", args.machine, "--release", want])
            done, again = want, float("inf") if code == 0 or results(root).get(want) in FINAL else time.monotonic() + pause
        if args.once:
            return code
        time.sleep(store.INTERVAL)


if __name__ == "__main__":
    sys.exit(main())
