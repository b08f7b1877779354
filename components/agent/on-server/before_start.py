"""Runs before Alloy: puts its places in the log files right, which it would follow into a loss.

Alloy 1.19 counts a line as read before it is sent, so a crash would lose what it held in memory: it goes back as far as that can be,
unless before_stop.py saw that everything was sent. And it would go on at the end of a file that was cut meanwhile, or in the middle of
another one of the same name (internal/component/loki/source/file: initRun in tailer.go, reopen in internal/tail/file.go).
"""
import glob
import os
import re
import subprocess

from files import discard, read, write
from paths import DATA, DELIVERED

# More than three batches of loki.write: one on its way, one that waits, one that fills. See alloy-outputs.ts.
HELD = 256 << 10
# A file that rested for so long was sent, unless the server was away all the time.
RESTED = 86400


def main():
    sent = os.path.exists(DELIVERED)
    discard(DELIVERED)
    for path in glob.glob(DATA + "/loki.source.file.*/positions.yml"):
        # Written every ten seconds: a file that was made later is not the one that was read.
        saved = os.stat(path).st_mtime
        text = read(path).decode("utf-8", "replace")
        right = re.sub(r'(?s)^(  \? path: (.*?)\n    labels: (.*?)\n  : )"(\d+)"\n', lambda entry: mended(entry, saved, sent), text, flags=re.M)
        if right != text:
            write(path, right.encode(), 0o600)


def mended(entry, saved, sent):
    """The entry with its place, or nothing for a file that is to be read from its start."""
    head, log, labels, place = entry.groups()
    # YAML quotes a path with signs of its own.
    log, place = log.strip("'"), int(place)
    try:
        now = os.stat(log)
        if now.st_size < place or made(log) > saved:
            return ""
        # Without labels: a place of Promtail's, which sends what it reads.
        if sent or "{}" in labels or now.st_mtime < saved - RESTED:
            return entry.group()
        return '%s"%d"\n' % (head, line_before(log, place))
    except OSError:
        return entry.group()


def line_before(log, place):
    """Where a line begins, not more than HELD before this place."""
    if place <= HELD:
        return 0
    with open(log, "rb") as file:
        file.seek(place - HELD)
        file.readline(HELD)
        return min(file.tell(), place)


def made(log):
    """When the file was made, in seconds; 0 where the file system or an old coreutils does not say."""
    said = subprocess.run(["stat", "-c", "%W", "--", log], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True).stdout.strip()
    return int(said) if said.isdigit() else 0


if __name__ == "__main__":
    main()
