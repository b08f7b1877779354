"""Stage 0's unit, and what is said on the terminal of whoever deploys."""
import subprocess
import sys

from files import Failed, path

UNIT = "pulumi-lgtm.service"
AGAIN = "pulumi-lgtm-again.service"


def say(text):
    print(text, file=sys.stderr, flush=True)


def systemctl(*words):
    return subprocess.run(["systemctl", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, universal_newlines=True)


def runs():
    return systemctl("is-active", "--quiet", UNIT).returncode == 0


def ensure_running():
    if not runs():
        systemctl("reset-failed", UNIT)
        systemctl("start", UNIT)


def try_again():
    """One more roll-out of what the pointer names, as a unit of its own: it outlives the connection."""
    ensure_running()
    command = ["systemd-run", "--collect", "--quiet", "--unit", AGAIN, sys.executable, "-B", path("stage0", "stage0.py"), "--machine", path("machine.json"), "--once"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, universal_newlines=True)
    # One that is at it already is as good.
    if done.returncode != 0 and systemctl("is-active", "--quiet", AGAIN).returncode != 0:
        raise Failed("The release could not be tried again: systemd-run says: %s" % done.stdout.strip())


def journal():
    done = subprocess.run(["journalctl", "--unit", UNIT, "--unit", AGAIN, "--lines", "20", "--no-pager", "--output", "cat"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, universal_newlines=True)
    return "Its last lines:\n" + "".join("  %s\n" % line for line in done.stdout.splitlines())
