"""Atomic writes, and folders that are brought to a wanted content."""
import json
import os


def write(path, data, mode=0o644, owner=None):
    """A reader sees the old or the new content, also after a crash. Returns whether anything changed."""
    if read(path) == data:
        os.chmod(path, mode)
        if owner:
            os.chown(path, *owner)
        return False
    os.makedirs(os.path.dirname(path), exist_ok=True)
    part = path + ".part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if owner:
            os.chown(part, *owner)
        os.chmod(part, mode)
        os.replace(part, path)
    except OSError as error:
        discard(part)
        # A write does not say where.
        raise OSError(error.errno, error.strerror, path)
    return True


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def discard(path):
    try:
        os.remove(path)
    except FileNotFoundError:
        pass


def read_json(path, default):
    data = read(path)
    return default if data is None else json.loads(data.decode("utf-8"))
