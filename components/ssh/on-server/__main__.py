"""What `pulumi up` runs on a server, over SSH and as root. Every command reads its input from stdin, where no list of processes shows it.

secrets: stdin {"values": {name: text}, "once": [names]} becomes one file a secret; a name in `once` is never overwritten.
release: stdin {"bundle": {hash, document}, "release": {hash, document}, "waitSeconds": n} goes into the store, the pointer
         last; then the server's own words until it is done. Progress on stderr; on stdout {"release", "ca"}. Exit code 1: not applied.
remove:  takes off the server what was installed. The data stays without --delete-data.
"""
import argparse
import json
import os
import sys

from delivery import deliver
from files import Failed
from removal import remove
from secret_files import write_secrets
from unit import say


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["secrets", "release", "remove"])
    parser.add_argument("--delete-data", action="store_true")
    args = parser.parse_args()
    os.umask(0o022)
    given = sys.stdin.read()
    try:
        if args.command == "secrets":
            write_secrets(json.loads(given))
        elif args.command == "release":
            status = deliver(json.loads(given))
            print(json.dumps({"release": status["release"], "ca": status["ca"]}))
        else:
            remove(args.delete_data)
    except Failed as failed:
        say(str(failed))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
