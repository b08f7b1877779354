"""Stage 1: rolls a release out on this machine. `python3 <release>/apply --machine <machine.json> --release <hash>`."""
import argparse
import sys

import commands


def main() -> int:
    parser = argparse.ArgumentParser(prog="apply", description="Rolls out a release of the monitoring server on this machine.")
    parser.add_argument("--machine", required=True, help="path of machine.json")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--release", help="hash of the release to roll out; exit code 0 when it is applied, else 1")
    mode.add_argument("--status", action="store_true", help="print what runs, as JSON")
    mode.add_argument("--destroy", action="store_true", help="stop everything and remove what was installed; data stays")
    mode.add_argument("--secrets-only", action="store_true", help="fill the secrets of the applied release into memory, before the engine starts")
    parser.add_argument("--delete-data", action="store_true", help="with --destroy: delete the data too")
    args = parser.parse_args()
    if args.release:
        return commands.release(args.machine, args.release)
    if args.status:
        return commands.status(args.machine)
    if args.secrets_only:
        return commands.secrets_only(args.machine)
    return commands.destroy(args.machine, args.delete_data)


if __name__ == "__main__":
    sys.exit(main())
