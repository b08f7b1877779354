"""A machine in a folder with stand-in services: no engine, but the real steps, files, secrets and Grafana database."""
import json
import os
import sqlite3
from contextlib import closing
from unittest import mock

import guest
import files
import rollout
from errors import Refused, StepError

PUSH = "the-first-push-token"


def release_of(plan, versions=None):
    """A release as SecretFiles wants it."""
    return mock.Mock(plan=plan, document={"secretVersions": versions or {}})


class Killed(BaseException):
    """Stands in for kill -9: nothing of ours catches it."""


class Runtime:
    """Stand-in runtime: a service "runs" with whatever its folders held when it was started or reloaded last."""

    def __init__(self, scene, plan):
        self.scene = scene
        self.services = {service["name"]: service for service in plan["services"]}

    def missing(self):
        return {name: "left out" for name in self.services if name in self.scene.absent}

    def prepare(self):
        pass

    def validate(self, service, config_dir):
        if any(b"nonsense" in data for data in files.tree(config_dir).values()):
            raise Refused("%s refuses its new configuration." % service["name"], ["line 1: nonsense"])

    def _load(self, name, verb):
        self.scene.effect()
        root = self.scene.root
        config = files.tree(os.path.join(root, "config", name))
        secrets = files.tree(os.path.join(root, "run", "secrets", name))
        if b"deadly" in config.get("main.conf", b""):
            raise Killed()
        self.scene.loaded[name] = {"config": config, "secrets": secrets, "args": self.services[name]["args"]}
        self.scene.did.append((verb, name))
        if name == "grafana" and b"v2" in config.get("main.conf", b""):
            self.scene.write_database("migrated")
        self.scene.effect()

    def start(self, names):
        for name in names:
            self._load(name, "start")

    def reload(self, service):
        if b"reload-fails" in files.tree(os.path.join(self.scene.root, "config", service["name"])).get("main.conf", b""):
            raise StepError("%s did not take its new configuration." % service["name"])
        self._load(service["name"], "reload")

    def restart(self, name):
        self._load(name, "restart")

    def stop(self, names):
        self.scene.effect()
        for name in names:
            self.scene.loaded.pop(name, None)
            self.scene.did.append(("stop", name))

    def running(self):
        return {name: {"running": name in self.scene.loaded, "restarts": 0, "memoryBytes": 1, "limitBytes": 2} for name in self.services}

    def logs(self, name, count):
        return ["the last line of %s" % name]


class Status:
    """Stand-in of the reporter: keeps the steps."""

    def __init__(self):
        self.steps, self.said, self.hidden, self.current = [], [], [], ""

    def step(self, name, text):
        self.current = name
        self.steps.append(name)
        self.log(text)

    def log(self, text):
        self.said.append(text)


class Scene:
    def __init__(self, test):
        self.root = guest.folder(test)
        self.machine = {"format": 1, "root": self.root, "local": True, "store": {"kind": "folder", "path": self.root + "/store"},
                        "secrets": {"kind": "folder", "path": self.root + "/secrets"}, "dataDisk": None}
        self.loaded, self.did, self.absent, self.kill_at, self.effects = {}, [], set(), None, 0
        # Address of Grafana's API; with one its service has an admin password.
        self.grafana = None
        self.secret("push", PUSH)
        guest.environment(test, PULUMI_LGTM_HEALTH_SECONDS="0")
        write = files.write

        def counted(*args, **kwargs):
            self.effect()
            write(*args, **kwargs)
        for patch in (mock.patch.object(files, "write", counted), mock.patch("health.answer", self.answer), mock.patch("health.time.sleep", lambda _: None),
                      mock.patch.object(rollout, "runtime_of", lambda machine, plan, log: Runtime(self, plan))):
            patch.start()
            test.addCleanup(patch.stop)

    def effect(self):
        """Called at each change of the machine; the test is "killed" at one of them."""
        self.effects += 1
        if self.kill_at is not None and self.effects == self.kill_at:
            raise Killed()

    def secret(self, name, value):
        os.makedirs(os.path.join(self.root, "secrets"), exist_ok=True)
        with open(os.path.join(self.root, "secrets", name), "w", encoding="utf-8") as file:
            file.write(value)

    def answer(self, url):
        """Health of a service: what it has loaded says so."""
        name = "grafana" if url.endswith("/api/health") else url.rsplit("/", 1)[1]
        if name not in self.loaded:
            return "Connection refused"
        return "HTTP 503" if b"unhealthy" in self.loaded[name]["config"].get("main.conf", b"") else ""

    def release(self, name, configs, versions=None, bindings=None, args=None):
        """Unpacks a release whose services have these main.conf."""
        services = [{"name": each, "image": "img/%s:1" % each, "version": "1", "program": "/bin/%s" % each, "args": (args or {}).get(each, ["run"]), "env": {},
                     "user": [os.getuid(), os.getgid()], "health": "%s/api/health" % self.grafana if each == "grafana" and self.grafana else "http://127.0.0.1:1/%s" % each, "validate": [], "limitMiB": 10, "metadata": False,
                     "secrets": self.secrets_of(each),
                     **({"reload": {"http": "x"}} if each in ("caddy", "prometheus") else {})} for each in configs]
        plan = {"format": 1, "runtime": "containers", "memory": 1, "services": services, "listeners": [], "bindings": sorted(bindings or {}),
                "secrets": sorted({file["secret"] for service in services for file in service["secrets"]})}
        contents = {"plan.json": json.dumps(plan), "release.json": json.dumps({"format": 1, "bundle": "b", "bindings": bindings or {}, "secretVersions": versions or {}}),
                    **{"config/%s/main.conf" % each: text for each, text in configs.items()}}
        for path, text in contents.items():
            target = os.path.join(self.root, "releases", name, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8") as file:
                file.write(text)

    def secrets_of(self, service):
        if service == "grafana" and self.grafana:
            return [{"secret": "grafana-admin-password", "file": "admin-password"}]
        return [{"secret": "push", "file": "push.basic", "basicUser": "push"}] if service == "caddy" else []

    def run(self, name):
        """Rolls out; returns "applied" or the error's result, with the error."""
        self.did = []
        self.status = Status()
        try:
            self.warnings = rollout.Rollout(self.machine, name, self.status).run()
            return "applied", None
        except StepError as error:
            return error.result, error

    def applied(self):
        return (files.read_json(os.path.join(self.root, "applied.json")) or {}).get("release")

    def configs(self):
        return {name: each["config"]["main.conf"].decode() for name, each in self.loaded.items()}

    def write_database(self, text):
        with closing(sqlite3.connect(self.database())) as db, db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("CREATE TABLE IF NOT EXISTS t (v TEXT)")
            db.execute("DELETE FROM t")
            db.execute("INSERT INTO t VALUES (?)", (text,))

    def read_database(self):
        with closing(sqlite3.connect(self.database())) as db:
            return db.execute("SELECT v FROM t").fetchone()[0]

    def database(self):
        folder = os.path.join(self.root, "data", "grafana")
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, "grafana.db")
