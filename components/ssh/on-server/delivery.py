"""A release goes into the store, the pointer last; then the server's own words until it is done."""
import hashlib
import json
import os
import time

from files import Failed, path, read, write
from secret_files import forget_all_but
from unit import UNIT, ensure_running, journal, runs, say, try_again

# Stage 0 looks at the pointer every second. It may wait for an earlier roll-out to end, but it runs.
FIRST_WORD_SECONDS = 60


class NotApplied(Failed):
    """The server is done with the release and does not run it."""


def pointer_to(release):
    return json.dumps({"format": 1, "release": release}, separators=(",", ":"))


def deliver(given):
    """Puts a release into the store and waits until the server is done with it. Returns its status."""
    wanted = given["release"]["hash"]
    for kind, thing in (("bundles", given["bundle"]), ("releases", given["release"])):
        if hashlib.sha256(thing["document"].encode("utf-8")).hexdigest() != thing["hash"]:
            raise Failed("What arrived for %s/%s.json is not what was sent: its sha256 differs. Run `pulumi up` again." % (kind, thing["hash"]))
        file = path("store", kind, thing["hash"] + ".json")
        if read(file) != thing["document"]:
            write(file, thing["document"])
    status = status_of(wanted)
    if read(path("store", "pointer.json")) != pointer_to(wanted):
        # What an earlier roll-out of the same release left is no answer to this one.
        forget_status(wanted)
        write(path("store", "pointer.json"), pointer_to(wanted))
        ensure_running()
    elif status is None or status["result"] not in ("applied", "running"):
        # Refused or failed before: its cause may be gone, and stage 0 by itself tries a refused release no more.
        forget_status(wanted)
        try_again()
    else:
        ensure_running()
    try:
        status = wait(wanted, given["waitSeconds"])
    except NotApplied:
        # The stack's state has the release before, and so has the pointer: the server does not try the failed one by itself,
        # after its user has gone back.
        good = json.loads(read(path("applied.json")) or "{}").get("release")
        if good and good != wanted:
            write(path("store", "pointer.json"), pointer_to(good))
        raise
    forget_all_but(json.loads(given["release"]["document"])["secretVersions"])
    return status


def status_of(release):
    text = read(path("store", "status", release + ".json"))
    try:
        status = json.loads(text) if text else None
    except ValueError:
        return None
    return status if status and status.get("release") == release else None


def forget_status(release):
    try:
        os.remove(path("store", "status", release + ".json"))
    except FileNotFoundError:
        pass


def wait(release, seconds, sleep=time.sleep, clock=time.monotonic):
    started = clock()
    last = None
    while True:
        status = status_of(release)
        if status is None and clock() - started > FIRST_WORD_SECONDS and not runs():
            raise Failed("The server does nothing about release %s: its unit %s does not run.\n%s" % (release[:12], UNIT, journal()))
        if status is not None:
            word = status["step"] + (": " + status["message"] if status["message"] and status["result"] == "running" else "")
            if word != last:
                say(word)
                last = word
            if status["result"] == "applied":
                return status
            if status["result"] != "running":
                raise NotApplied(in_its_own_words(status))
        if clock() - started > seconds:
            raise Failed("Release %s is not done after %d s; the server is at: %s.\nIt goes on by itself: run `pulumi up` again, with a larger "
                         "`waitSeconds` if it is slow.\n%s" % (release[:12], seconds, last or "nothing yet", journal()))
        sleep(0.5)


def in_its_own_words(status):
    happened = {
        "refused": "was refused by the server's own checks; nothing was changed",
        "rolled-back": "ran but did not become healthy; what ran before runs again",
    }.get(status["result"], "failed")
    lines = "".join("\n  " + line for line in status["lastLines"])
    return "Release %s %s.\nStep: %s\n%s%s" % (status["release"][:12], happened, status["step"], status["message"], lines)
