"""A document becomes a running agent: staged, checked by the program itself, put in place; and back again where it does not run."""
import fcntl
import grp
import hashlib
import json
import os
import pwd
import tempfile
import time
import urllib.error
import urllib.request

import programs
import reach
from drain import drain
from failed import Failed, say, words
from files import discard, read, read_json, write
from notes import say_notes
from paths import BASE, CONFIG, DATA, INSTALLED, ROOT, TOKEN, UNITS, USER
from token_source import token_of

HEALTH_SECONDS = float(os.environ.get("LGTM_AGENT_HEALTH_SECONDS", "60"))


def apply(document, given_token):
    os.makedirs(ROOT, exist_ok=True)
    with open(os.path.join(ROOT, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        check_system()
        found = {program["name"]: programs.ensure(program) for program in document["programs"]}
        token = given_token or token_of(document["token"])
        check_groups(document)
        reach.check(document["server"], document["files"].get("server-ca.pem"), token)
        wanted = fingerprint(document, found, token)
        if read_json(INSTALLED, {}).get("fingerprint") == wanted and all(os.path.exists(path) for path in paths_of(document)):
            start(document, set())
            say("the agent runs, unchanged")
            return
        ensure_user()
        switch = promtail_switch(document, found["alloy"])
        refuse_what_alloy_refuses(document, found["alloy"], token)
        before, changed = snapshot(document), set()
        try:
            if restarts(document, found) or (switch and switch.hands_back()):
                drain(lambda: reload(document["reload"], 15))
            if switch:
                switch.begin(owner())
                changed |= switch.restarts
            install(document, found, token, changed)
            start(document, changed)
            remember(document, wanted)
        except (Failed, OSError) as error:
            go_back(before, document["reload"], "units" in changed or switch)
            if switch:
                switch.go_back()
            raise Failed("%s\nWhat ran before runs again." % words(error) if before["was_there"] else words(error))
        if switch:
            switch.end()
        programs.prune(found.values())
        say_notes(document)
        say("the agent runs")


def promtail_switch(document, alloy):
    """Where a Promtail is, or was, to be taken over. A machine that never had one has not even the program for it."""
    if not document.get("promtail") and not os.path.exists(os.path.join(ROOT, "promtail.json")):
        return None
    import promtail

    return promtail.Switch(document, alloy)


def check_system():
    if not BASE and not os.path.isdir("/run/systemd/system"):
        raise Failed("This server is not run by systemd, which has to start the agent.")


def check_groups(document):
    """systemd starts no unit with a group that is not there, and says it in a number."""
    wanted = {group for text in document["units"].values() for line in text.splitlines() if line.startswith("SupplementaryGroups=") for group in line.split("=", 1)[1].split()}
    there = {group.gr_name for group in grp.getgrall()}
    if "docker" in wanted - there:
        raise Failed("docker: this server has no group docker, whose members may read containers' logs. Install Docker first, or leave docker out.")
    if wanted - there:
        raise Failed("This server has no group %s, which the agent needs." % ", ".join(sorted(wanted - there)))


def ensure_user():
    try:
        pwd.getpwnam(USER)
    except KeyError:
        done = programs.run(["useradd", "--system", "--no-create-home", "--home-dir", ROOT, "--shell", "/usr/sbin/nologin", USER])
        if done.returncode != 0:
            raise Failed("The user %s cannot be made: %s" % (USER, done.stdout.strip()))


def owner():
    user = pwd.getpwnam(USER)
    return (user.pw_uid, user.pw_gid)


def refuse_what_alloy_refuses(document, alloy, token):
    """Alloy checks the configuration where it will be, but for the files that it names: those are staged."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in document["files"].items():
            write(os.path.join(folder, name), text.replace("/etc/lgtm-agent/", folder + "/").encode())
        write(os.path.join(folder, "token"), token.encode(), 0o600)
        done = programs.run([alloy, "validate", "--stability.level=experimental", os.path.join(folder, "config.alloy")])
        if done.returncode != 0:
            raise Failed("Alloy refuses the configuration; what runs on this server was not touched.\n%s" % done.stdout.replace(folder, CONFIG).strip()[-3000:])


def paths_of(document):
    return [os.path.join(CONFIG, name) for name in document["files"]] + [os.path.join(UNITS, name) for name in document["units"]]


def snapshot(document):
    """What is there now, of this document and of the one before it."""
    known = read_json(INSTALLED, {"paths": []})["paths"]
    files = {path: read(path) for path in set(paths_of(document)) | set(known) | {TOKEN}}
    return {"files": files, "was_there": any(value is not None for path, value in files.items() if path.startswith(UNITS))}


def units_of(document, found):
    filled = {}
    for name, text in document["units"].items():
        for program, path in found.items():
            text = text.replace("@@%s@@" % program, path)
        filled[os.path.join(UNITS, name)] = text.encode()
    return filled


def restarts(document, found):
    """Whether the agent has to stop for this document."""
    return any(read(path) not in (None, text) for path, text in units_of(document, found).items())


def install(document, found, token, changed):
    """Puts everything in place, and adds to `changed` what of "files", "units" and "token" did."""
    uid, gid = owner()
    os.makedirs(DATA, exist_ok=True)
    os.chown(DATA, uid, gid)
    os.chmod(DATA, 0o700)
    os.makedirs(CONFIG, exist_ok=True)
    os.chmod(CONFIG, 0o755)
    for name, text in document["files"].items():
        if write(os.path.join(CONFIG, name), text.encode()):
            changed.add("files")
    # Readable by the agent alone; it reads the file anew, so that a rotated token needs no restart.
    if write(TOKEN, token.encode(), 0o400, (uid, gid)):
        changed.add("token")
    for path, text in units_of(document, found).items():
        if write(path, text):
            changed.add("units")
    wanted = set(paths_of(document))
    for path in read_json(INSTALLED, {"paths": []})["paths"]:
        if path not in wanted:
            discard(path)
            changed.add("units" if path.startswith(UNITS) else "files")


def start(document, changed):
    names = sorted(document["units"])
    if "units" in changed:
        systemctl("daemon-reload")
        systemctl("enable", *names)
        systemctl("restart", *names)
    else:
        systemctl("start", *names)
        if "files" in changed:
            reload(document["reload"])
    for check in document["health"]:
        wait_for(check)


def reload(url, seconds=60):
    """Alloy answers with what is wrong, some of which its check does not see, and goes on with what it had."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=b"", method="POST"), timeout=seconds) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        raise Failed("Alloy refuses the configuration.\n%s" % error.read(3000).decode(errors="replace").strip())
    except (urllib.error.URLError, OSError) as error:
        raise Failed("Alloy does not answer at %s: %s" % (url, getattr(error, "reason", error)))


def wait_for(check):
    until, why = time.monotonic() + HEALTH_SECONDS, ""
    while True:
        try:
            with urllib.request.urlopen(check["url"], timeout=5) as answer:
                answer.read()
                return
        except (urllib.error.URLError, OSError) as error:
            why = str(getattr(error, "reason", error))
        if time.monotonic() > until:
            said = programs.run(["journalctl", "-u", check["unit"], "-n", "15", "--no-pager", "-o", "cat"]).stdout.strip()
            raise Failed("%s does not answer at %s (%s). Its last lines:\n%s" % (check["unit"], check["url"], why, said))
        time.sleep(0.5)


def go_back(before, reload_url, restart):
    """The files that were there; what is new goes. Alloy runs what it could take of the refused ones, so it reads these again."""
    for path, data in before["files"].items():
        if data is None:
            discard(path)
        else:
            write(path, data, 0o400 if path == TOKEN else 0o644, owner() if path == TOKEN else None)
    if not restart:
        try:
            return reload(reload_url, 15)
        except Failed:
            # It can stay stuck between the two.
            pass
    for path, data in sorted(before["files"].items()):
        if path.startswith(UNITS) and data is None:
            programs.run(["systemctl", "disable", "--now", os.path.basename(path)])
    programs.run(["systemctl", "daemon-reload"])
    for path, data in sorted(before["files"].items()):
        if path.startswith(UNITS) and data is not None:
            programs.run(["systemctl", "restart", os.path.basename(path)])


def fingerprint(document, found, token):
    """Of everything that was applied: what is the same needs no check and no restart. The token's part cannot be read out of it."""
    return hashlib.sha256(json.dumps([document, sorted(found.values()), token], sort_keys=True).encode()).hexdigest()


def remember(document, wanted):
    write(INSTALLED, json.dumps({"paths": paths_of(document), "fingerprint": wanted}).encode(), 0o600)


def systemctl(*args):
    done = programs.run(["systemctl", *args])
    if done.returncode != 0:
        raise Failed("systemctl %s: %s" % (" ".join(args), done.stdout.strip()[-2000:]))

