"""Positions as Promtail and Alloy write them: where each of them is in each file. Both write YAML of one form, which is all that is read here."""
import glob
import json
import os
import re

from failed import Failed
from files import read, write
from paths import DATA

SCALAR = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|(.*?))\s*$""")


# Not a file, but a place in the journal.
CURSORS = ("cursor-", "journal-")


def scalar(text):
    double, single, plain = SCALAR.match(text).groups()
    if double is not None:
        return json.loads('"%s"' % double)
    return plain if single is None else single.replace("''", "'")


def of_promtail(path):
    """Offset or cursor by file or name of a cursor. Throws where it cannot be known: without it every line would be sent again."""
    again = "Without it the agent would send every line again; nothing was switched."
    try:
        data = read(path)
    except OSError as error:
        raise Failed("Promtail's positions cannot be read: %s. %s" % (error, again))
    if data is None:
        raise Failed("Promtail's positions are not in %s. Is that what positions.filename says in its file, and has it read anything yet? %s" % (path, again))
    found = parse(data.decode("utf-8", "replace"), path, again)
    odd = sorted(key for key, at in found.items() if not key.startswith(CURSORS) and not at.isdigit())
    if odd:
        raise Failed("%s has no number for %s. %s" % (path, ", ".join(odd), again))
    if not found:
        raise Failed("Promtail's positions in %s name no file. Has it read anything yet? %s" % (path, again))
    return found


def parse(text, path, again=""):
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found, key = {}, None
    if lines[:1] == ["positions: {}"]:
        return found
    for line in lines[1:] if lines[:1] == ["positions:"] else [""]:
        # A key of more than 128 characters has a line of its own.
        long = re.match(r"  \? (.*)$", line)
        value = re.match(r"  : (.*)$", line)
        pair = re.match(r"""  ("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^?:\s].*?): (\S.*)$""", line)
        if long:
            key = scalar(long.group(1))
        elif value and key is not None:
            found[key], key = scalar(value.group(1)), None
        elif pair:
            found[scalar(pair.group(1))] = scalar(pair.group(2))
        else:
            raise Failed("%s has a line that no Promtail writes: %r. %s" % (path, line[:80], again))
    return found


def write_promtail(path, positions, owner=None):
    """In the form that both read. A file that is there keeps its owner and its mode."""
    there = os.stat(path) if os.path.exists(path) else None
    lines = ["  %s: %s\n" % (json.dumps(key, ensure_ascii=False), json.dumps(value)) for key, value in sorted(positions.items())]
    owner = owner or (there and (there.st_uid, there.st_gid))
    write(path, ("positions:\n%s" % "".join(lines)).encode() if lines else b"positions: {}\n", 0o600, owner)


def still_there(positions):
    """Without files that are gone, or are shorter than what was read of them: those were rotated, and begin anew."""
    return {path: at for path, at in positions.items() if path.startswith(CURSORS) or (os.path.exists(path) and os.path.getsize(path) >= int(at))}


def of_agent(jobs):
    """Where the agent is in what these jobs read, in Promtail's form."""
    found = {}
    for job in jobs:
        for kind in ("file", "journal"):
            path = os.path.join(DATA, "loki.source.%s.%s" % (kind, job["component"]), "positions.yml")
            entries = entries_of(path)
            if kind == "journal":
                found.update({"cursor-" + job["name"]: at for _, _, at in entries})
                continue
            own = {file for file, labels, _ in entries if labels != "{}"}
            for file, labels, at in entries:
                # "{}" is what was carried over, and stands as long as the file was not read.
                if labels == "{}" and file in own:
                    continue
                # Two jobs may read one file, and Promtail has one position for it: rather a line twice than one lost.
                found[file] = str(min(int(at), int(found.get(file, at))))
    return found


def entries_of(path):
    """(file, labels, position) of a positions file of Alloy's."""
    text = (read(path) or b"").decode("utf-8", "replace")
    found = re.findall(r"^  \? path: (.*)\n    labels: (.*)\n  : (.*)$", text, re.M)
    if len(found) != len(re.findall(r"^  \? ", text, re.M)):
        raise Failed("%s is not as Alloy writes it, so the agent's positions cannot be handed on." % path)
    return [tuple(scalar(part) for part in entry) for entry in found]


def folders_of(prefix):
    return glob.glob(os.path.join(DATA, "loki.source.*.%s_*" % prefix))
