"""What is reported of a release while it is rolled out: lines for people, and status/<release>.json for `pulumi up`."""
from __future__ import annotations

import json
import os
import time
from datetime import datetime, timezone

import files
from machine import in_root
from stores import open_store, status_store


class Status:
    def __init__(self, machine: dict, release: str):
        self.machine = machine
        self.release = release
        self.current = "start"
        self.hidden: list[str] = []
        self.store = None
        self.rollout = None
        self.mute_until = 0.0

    def step(self, name: str, text: str) -> None:
        self.current = name
        self.log(text)
        # A store that is away must not hold up a roll-out at every step.
        if time.monotonic() > self.mute_until and not self._report("running", text, [], ""):
            self.mute_until = time.monotonic() + 60

    def log(self, text: str) -> None:
        print("%s: %s" % (self.current, self._hide(text)), flush=True)

    def finish(self, result: str, message: str, lines=(), ca: str = "") -> None:
        """The last report. It is repeated until the store took it: `pulumi up` waits for it."""
        self.log(message or result)
        for line in lines:
            print("  %s" % self._hide(line), flush=True)
        keep_outcome(self.machine, self.release, result)
        first = not os.path.exists(in_root(self.machine, "applied.json"))
        # The rights of a new machine need some minutes to reach the clouds' stores.
        until = time.monotonic() + float(os.environ.get("PULUMI_LGTM_REPORT_SECONDS", "900" if first else "60"))
        wait = 1
        while not self._report(result, message, list(lines), ca) and time.monotonic() + wait < until:
            time.sleep(wait)
            wait = min(wait * 2, 30)

    def _report(self, result: str, message: str, lines: list[str], ca: str) -> bool:
        document = {
            "format": 1, "release": self.release, **self._rollout(), "result": result, "step": self.current, "message": self._hide(message),
            "lastLines": [self._hide(line) for line in lines], "ca": ca, "at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        try:
            self.store = self.store or status_store(self.machine)
            self.store.put("status/%s.json" % self.release, json.dumps(document, ensure_ascii=False).encode())
            return True
        except (OSError, ValueError, KeyError) as error:
            print("report: the status could not be stored: %s" % error, flush=True)
            return False

    def _rollout(self) -> dict:
        """What the pointer says of this time, so that an earlier report of the same release is not taken for this one."""
        if self.rollout is None:
            try:
                pointer = json.loads(open_store(self.machine["store"]).get("pointer.json") or b"{}")
            except (OSError, ValueError, KeyError):
                return {}
            named = pointer.get("release") == self.release and pointer.get("rollout")
            self.rollout = {"rollout": named} if named else {}
        return self.rollout

    def _hide(self, text: str) -> str:
        """A program that quotes a secret does not get it into a report."""
        for value in self.hidden:
            if len(value) >= 6:
                text = text.replace(value, "***")
        return text


def keep_outcome(machine: dict, release: str, result: str) -> None:
    """Notes how a release ended: stage 0 does not try a refused one again at its next start."""
    path = in_root(machine, "outcome.json")
    known = (files.read_json(path) or {}).get("results", {})
    here = {name: ended for name, ended in known.items() if os.path.isdir(in_root(machine, "releases", name))}
    files.write_json(path, {"last": release, "results": {**here, release: result}})
