"""Logs. Chunks are named by what is in them and an index file by when it was made, so those of two servers can lie in one folder."""
import base64
import os
import re
from datetime import date, timedelta

from bucket import files_of, open_bucket, upload
from docker import ask
from new_server import merge
from said import MoveError

IMAGE = r"^loki$"
LOOKS = r"(?m)^schema_config:"


def find(container):
    text, _ = container.answer("/config", LOOKS, [3100])
    periods = [dict(re.findall(r"(?m)^ +-? ?(\w+): \"?([^\"\n]+)", period)) for period in re.findall(r"(?ms)^  - from: .*?(?=^  - from: |^\w)", text[text.index("\nschema_config:"):])]
    odd = ["%s with schema %s in %s" % (period["store"], period["schema"], period["object_store"]) for period in periods if (period["store"], period["schema"], period["object_store"]) != ("tsdb", "v13", "filesystem")]
    if odd:
        raise MoveError("it keeps %s, and only tsdb with schema v13 on its own disk can be carried over. Keep the old server for as long as its logs are needed." % ", ".join(odd))
    found = re.search(r"(?ms)^storage_config:.*?^  filesystem:\n    directory: (\S+)", text)
    if not found or found.group(1).strip('"') == "":
        raise MoveError("it does not say in which folder its chunks are.")
    if re.search(r"(?m)^auth_enabled: true", text):
        raise MoveError("it has several tenants, and the new server has one.")
    path = found.group(1)
    return {"paths": [path], "bytes": container.bytes_of(path), "prefixes": sorted({re.search(r"(?m)^      prefix: (\S+)", block).group(1) for block in re.findall(r"(?ms)^    index:\n.*?(?=^    \w)", text[text.index("\nschema_config:"):])})}


def flush(container):
    """What is in memory becomes chunks; the index leaves when it is stopped. Until then it takes no lines, and whoever sends tries again."""
    _, base = container.answer("/config", LOOKS, [3100])
    if ask(base + "/ingester/shutdown?flush=true&delete_ring_tokens=false&terminate=false", "POST", 600) is None:
        raise MoveError("%s does not write what it has in memory. Nothing was copied." % container.name)


def into(server, about):
    text = server.config("loki.yml")
    store = re.search(r"object_store: (\w+)\n", text).group(1)
    prefix = re.search(r"(?m)^ +prefix: (\S+)", text).group(1)
    begins = date(*map(int, re.search(r'from: "?(\d+)-(\d+)-(\d+)', text).groups()))
    chunks = os.path.join(server.stage, os.listdir(server.stage)[0])
    tables = days(os.path.join(chunks, "index"), about["prefixes"])
    kept = {number: name for number, name in tables.items() if date(1970, 1, 1) + timedelta(days=number) >= begins}
    if not kept:
        raise MoveError("There is no index of a day from %s on among what came from the old server. Nothing was changed." % begins)

    tables_of = {os.path.join("index", "%s%d" % (prefix, number)): os.path.join(chunks, "index", name) for number, name in kept.items()}

    def place():
        count = merge(os.path.join(chunks, "fake"), os.path.join(server.data, "chunks", "fake"))
        for table, folder in tables_of.items():
            merge(folder, os.path.join(server.data, "chunks", table))
        return count

    if store == "filesystem":
        count = server.stopped(place)
    else:
        bucket = open_bucket(text, server.program)
        # The index last: nobody is to find what is not there yet.
        count = upload(bucket, objects(os.path.join(chunks, "fake"), store))
        upload(bucket, [(os.path.join(folder, name), os.path.join(table, name)) for table, folder in tables_of.items() for name in files_of(folder)])
        server.stopped(lambda: None)
    first, last = (date(1970, 1, 1) + timedelta(days=number) for number in (min(kept), max(kept)))
    yield "logs: %d chunks, days from %s to %s" % (count, first, last)
    if len(kept) < len(tables):
        yield "logs: %d days before %s were left out: the new server reads none" % (len(tables) - len(kept), begins)
    yield "logs: the new server deletes what is older than its own retention (%s)" % re.search(r"retention_period: (\S+)", text).group(1)


def objects(folder, store):
    """Chunks and their keys. On a disk the last part of a key is written in base64 (FSEncoder of Loki's pkg/storage/chunk/client); Azure's client writes a dash for a colon."""
    for name in files_of(folder):
        series, last = os.path.split(name)
        key = os.path.join("fake", series, base64.b64decode(last).decode())
        yield os.path.join(folder, name), key.replace(":", "-") if store == "azure" else key


def days(index, prefixes):
    """Tables of the index by day."""
    found = {}
    for name in os.listdir(index) if os.path.isdir(index) else []:
        for prefix in prefixes:
            if re.match(re.escape(prefix) + r"\d+$", name):
                found[int(name[len(prefix):])] = name
    return found
