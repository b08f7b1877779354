"""The agent of an application server: puts it on, changes it, takes it off. Run as root; needs Python 3.8 and systemd.

apply:  reads a document from --document: files, units, programs, where the token is. A bad one is refused with the program's
        message, and what ran before goes on. The token comes from stdin, or from the machine's secret store.
remove: takes off what was put on, and nothing else.
"""
import argparse
import json
import os
import sys

from configuration import apply
from failed import Failed, words
from removal import remove


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["apply", "remove"])
    parser.add_argument("--document", help="path of the document to apply")
    parser.add_argument("--token-from-stdin", action="store_true")
    parser.add_argument("--keep-data", action="store_true", help="remove: leave positions and buffers, for an agent that comes back")
    args = parser.parse_args()
    os.umask(0o022)
    try:
        if os.geteuid() != 0:
            raise Failed("This has to be run by root: it writes units of systemd.")
        if args.command == "remove":
            remove(args.keep_data)
            return 0
        with open(args.document, encoding="utf-8") as file:
            document = json.load(file)
        apply(document, sys.stdin.read().strip() if args.token_from_stdin else None)
    except (Failed, OSError) as error:
        print(words(error), file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
