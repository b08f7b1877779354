"""How this program speaks."""
import sys


class Failed(Exception):
    """What a person is to read: what is wrong and what to do."""


def say(line):
    print(line, file=sys.stderr, flush=True)


def words(error):
    """Of a Failed, or of an OSError such as a full disk."""
    return str(error) if isinstance(error, Failed) else ": ".join(filter(None, [error.filename, error.strerror or str(error)]))
