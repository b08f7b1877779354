"""Carries a Compose stack of Grafana, Loki, Tempo and Prometheus over to a monitoring server. Run as root; needs Python 3.6 and Docker, nothing else.

On the old server:  find                what there is, as JSON; touches nothing
                    out PART            the part as a tar archive; its service is stopped while it is copied, and started again
On the new server:  into PART --found F the archive of standard input, beside what is there; F is what `find` said
"""
import argparse
import json
import signal
import sys

import grafana
import loki
import prometheus
import tempo
from new_server import NewServer
from old_server import containers_of, put_out
from said import MoveError, say

PARTS = {"prometheus": prometheus, "loki": loki, "tempo": tempo, "grafana": grafana}


def find():
    """By part: container, image, path, bytes, what else the new server must know, or `refused` with the reason."""
    found = {}
    for name, part in PARTS.items():
        containers = containers_of(part.IMAGE)
        if len(containers) > 1:
            found[name] = {"refused": "there are %d containers of it: %s" % (len(containers), ", ".join(each.name for each in containers))}
        elif containers:
            try:
                found[name] = {**containers[0].about(), **part.find(containers[0])}
            except MoveError as error:
                found[name] = {**containers[0].about(), "refused": str(error)}
    if "grafana" in found:
        # By which its datasources are recognised.
        found["grafana"]["stack"] = {name: {key: each[key] for key in ("names", "published")} for name, each in found.items() if "names" in each}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["find", "out", "into"])
    parser.add_argument("part", nargs="?", choices=sorted(PARTS))
    parser.add_argument("--found", help="what `find` said, as a file")
    parser.add_argument("--root", default="/var/lib/pulumi-lgtm", help="folder of the new server")
    args = parser.parse_args()
    # A connection that breaks, or an impatient person: what was stopped is started again all the same.
    for each in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(each, lambda *_: sys.exit(1))
    try:
        if args.command == "find":
            print(json.dumps(find(), indent=2))
            return 0
        part = PARTS[args.part]
        if args.command == "out":
            containers = containers_of(part.IMAGE)
            if len(containers) != 1:
                raise MoveError("There are %d containers of %s here." % (len(containers), args.part))
            about = part.find(containers[0])
            put_out(containers[0], about["paths"], lambda: part.flush(containers[0]), sys.stdout.buffer)
            return 0
        with open(args.found, encoding="utf-8") as file:
            about = json.load(file).get(args.part)
        if not about or about.get("refused"):
            raise MoveError("%s: %s" % (args.part, (about or {}).get("refused", "it was not found on the old server")))
        with NewServer(args.root, args.part) as server:
            server.unpack(sys.stdin.buffer)
            for line in part.into(server, about):
                say(line)
    except MoveError as error:
        say(str(error))
        return 1
    except BrokenPipeError:
        say("The new server takes no more: see what it says.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
