"""How this program speaks: standard output is for data."""
import sys


class MoveError(Exception):
    """What a person is to read: what is wrong and what to do."""


def say(line):
    print(line, file=sys.stderr, flush=True)
