"""What the agent runs with, and a person should know all the same."""
import glob
import shutil

from failed import say
from paths import ROOT


def say_notes(document):
    for pattern in document["watched"]:
        found = glob.glob(pattern, recursive=True)
        if not found:
            say("note: no file matches %s yet. One that comes is read from its start." % pattern)
        for path in found:
            try:
                open(path, "rb").close()
            except IsADirectoryError:
                pass
            except OSError as error:
                say("note: %s cannot be read: %s" % (path, error.strerror))
    free = shutil.disk_usage(ROOT).free >> 20
    if free < document["bufferMiB"]:
        say("note: %d MiB are free on the disk of %s, and the agent may need %d MiB while the monitoring server is away." % (free, ROOT, document["bufferMiB"]))
