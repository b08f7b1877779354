"""Traces. A block is a folder with a name of its own."""
import json
import os
import re
import time

from bucket import files_of, open_bucket, upload
from docker import ask
from new_server import merge
from said import MoveError, say

IMAGE = r"^tempo$"
LOOKS = r"(?m)^storage:\n +trace:"
# What Tempo 2.8 and 3.0 read.
FORMAT = "vParquet4"


def find(container):
    text, _ = container.answer("/status/config", LOOKS, [3200, 3100])
    trace = text[re.search(LOOKS, text).start():]
    backend = re.search(r"(?m)^        backend: (\w+)", trace)
    if not backend or backend.group(1) != "local":
        raise MoveError("it keeps its traces in %s, and only those on its own disk can be carried over." % (backend.group(1) if backend else "an unknown place"))
    path = re.search(r"(?m)^        local:\n            path: (\S+)", trace).group(1)
    return {"paths": [path], "bytes": container.bytes_of(path)}


def flush(container):
    """Everything in memory becomes blocks. Then it takes no more spans until it is started again."""
    _, base = container.answer("/status/config", LOOKS, [3200, 3100])
    said = ask(base + "/shutdown", "POST")
    if said is None:
        return
    if "404" in said:
        # Tempo 3 writes what is open to its own log when it is stopped, and makes a block of it 30 s after a trace's end (modules/livestore/config.go).
        say("tempo: this version cannot be told to write everything out, so spans of its last minute stay behind. A run a minute after nobody sends to it any more brings them.")
        return
    until = time.monotonic() + 120
    # The answer comes at once, the end of the work shows here.
    while "Terminated" not in (ask(base + "/ready") or "Terminated") and time.monotonic() < until:
        time.sleep(1)
    time.sleep(1)


def into(server, about):
    text = server.config("tempo.yml")
    tenant = os.path.join(server.stage, os.listdir(server.stage)[0], "single-tenant")
    blocks = {name: meta(os.path.join(tenant, name)) for name in (os.listdir(tenant) if os.path.isdir(tenant) else [])}
    good = [name for name, about in blocks.items() if about and about["format"] == FORMAT]

    def place():
        for name in good:
            merge(os.path.join(tenant, name), os.path.join(server.data, "blocks", "single-tenant", name))

    if not good:
        raise MoveError("There is no block of traces that the new server reads (%s) among %d. Nothing was changed." % (FORMAT, len(blocks)))
    if re.search(r"backend: local\b", text):
        server.stopped(place)
    else:
        # What makes a folder a block comes last.
        files = [(os.path.join(tenant, name, file), os.path.join("single-tenant", name, file)) for name in good for file in files_of(os.path.join(tenant, name))]
        upload(open_bucket(text, server.program), sorted(files, key=lambda each: each[1].endswith("meta.json")))
        server.stopped(lambda: None)
    yield "traces: %d blocks, %d traces" % (len(good), sum(blocks[name]["totalObjects"] for name in good))
    if len(good) < len(blocks):
        yield "traces: %d blocks were left out, being unfinished, deleted or of another format than %s" % (len(blocks) - len(good), FORMAT)


def meta(block):
    try:
        with open(os.path.join(block, "meta.json"), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None
