"""Files under the server's root, written so that nobody ever sees half of one."""
import os
import shutil

ROOT = os.environ.get("PULUMI_LGTM_ROOT", "/var/lib/pulumi-lgtm")


class Failed(Exception):
    """Something the user has to know. Printed as it is."""


def path(*parts):
    return os.path.join(ROOT, *parts)


def read(file):
    try:
        with open(file, encoding="utf-8") as opened:
            return opened.read()
    except FileNotFoundError:
        return None


def write(file, text, mode=0o644):
    """Whole or not at all, even after a power cut."""
    folder = os.path.dirname(file)
    os.makedirs(folder, exist_ok=True)
    temporary = "%s.%d.tmp" % (file, os.getpid())
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    os.replace(temporary, file)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def discard(thing):
    """Removes a file or a whole folder."""
    if os.path.isdir(thing) and not os.path.islink(thing):
        shutil.rmtree(thing)
    else:
        os.remove(thing)
