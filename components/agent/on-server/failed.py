"""How this program speaks."""
import sys


class Failed(Exception):
    """What a person is to read: what is wrong and what to do."""


def say(line):
    print(line, file=sys.stderr, flush=True)
