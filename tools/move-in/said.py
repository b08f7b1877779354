"""How this program speaks: standard output is for data."""
import sys

# Name of the last member of an archive.
WHOLE = "lgtm-moving-in-whole"


class MoveError(Exception):
    """What a person is to read: what is wrong and what to do."""


def say(line):
    print(line, file=sys.stderr, flush=True)
