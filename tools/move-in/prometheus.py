"""Metrics. Blocks of two servers can lie in one folder; what is not a block yet is made one by Prometheus itself, on a copy."""
import json
import os
import time

from docker import ask, docker, inspect
from said import MoveError

IMAGE = r"^prometheus$"
HELPER = "lgtm-moving-in-prometheus"
# Without it this Prometheus would delete what it takes for too old.
CONFIG = 'storage:\n  tsdb:\n    retention:\n      time: 100y\n'


def find(container):
    text, _ = container.answer("/api/v1/status/flags", r"storage\.tsdb\.path", [9090])
    path = json.loads(text)["data"]["storage.tsdb.path"]
    if not path.startswith("/"):
        raise MoveError("its folder is %r, seen from where it was started. Start it with an absolute --storage.tsdb.path." % path)
    return {"paths": [path], "bytes": container.bytes_of(path)}


def flush(container):
    """Nothing: its log of what is in memory is carried over too."""


def into(server, about):
    folder = os.path.join(server.stage, os.listdir(server.stage)[0])
    image = server.image()

    def place():
        blocks = snapshot(server, folder, image)
        for name, block in blocks.items():
            os.rename(block, os.path.join(server.data, name))
        return {name: meta(os.path.join(server.data, name)) for name in blocks}

    blocks = server.stopped(place)
    if not blocks:
        yield "metrics: there were none"
        return
    first, last = min(block["minTime"] for block in blocks.values()), max(block["maxTime"] for block in blocks.values())
    day = lambda at: time.strftime("%Y-%m-%d %H:%M", time.gmtime(at / 1000))
    yield "metrics: %d blocks, %d samples, from %s to %s UTC" % (len(blocks), sum(block["stats"]["numSamples"] for block in blocks.values()), day(first), day(last))
    yield "metrics: the new server deletes what is older than its own retention"


def snapshot(server, folder, image):
    """Blocks of everything in a folder, by name: a Prometheus of the new server's version reads it and writes them."""
    with open(os.path.join(server.stage, "prometheus.yml"), "w", encoding="utf-8") as file:
        file.write(CONFIG)
    server.own(server.stage)
    uid, gid = server.services["prometheus"]["user"]
    inside = "/moving/" + os.path.basename(folder)
    docker("run", "-d", "--name", HELPER, "--user", "%d:%d" % (uid, gid), "-v", "%s:/moving" % server.stage, "--entrypoint", server.services["prometheus"]["program"], image,
           "--config.file=/moving/prometheus.yml", "--storage.tsdb.path=%s" % inside, "--web.enable-admin-api")
    try:
        base = "http://%s:9090" % next(each["IPAddress"] for each in inspect(HELPER)[0]["NetworkSettings"]["Networks"].values())
        until = time.monotonic() + 600
        while "Ready" not in (ask(base + "/-/ready") or ""):
            if time.monotonic() > until or not inspect(HELPER)[0]["State"]["Running"]:
                raise MoveError("Prometheus cannot read what came from the old server: %s" % docker("logs", "--tail", "5", HELPER))
            time.sleep(0.5)
        answer = json.loads(ask(base + "/api/v1/admin/tsdb/snapshot?skip_head=false", "POST", 600) or "{}")
        if answer.get("status") != "success":
            raise MoveError("Prometheus makes no snapshot: %s" % answer)
        made = os.path.join(folder, "snapshots", answer["data"]["name"])
        return {name: os.path.join(made, name) for name in os.listdir(made) if os.path.exists(os.path.join(made, name, "meta.json"))}
    finally:
        docker("rm", "-f", "-v", HELPER)


def meta(block):
    with open(os.path.join(block, "meta.json"), encoding="utf-8") as file:
        return json.load(file)
