"""The commands of `apply`, each returning its exit code."""
from __future__ import annotations

import json
import os
import traceback

import disk
import files
import firewall
import health
import machine as machines
import secret_cache
import units
from errors import StepError
from lock import locked
from program import tail
from release import Release
from rollout import Rollout, runtime_of
from secret_files import SecretFiles
from status import Status

# Of a server's own authority; other ways of TLS leave none.
CA = ("data", "caddy", "certificates", "pki", "authorities", "local", "root.crt")


def release(machine_path: str, name: str) -> int:
    """Rolls a release out. 0: it runs and is healthy; 1: not, and status/<release>.json says why."""
    machine = machines.load(machine_path)
    status = Status(machine, name)
    try:
        with locked(machine):
            warnings = Rollout(machine, name, status).run()
            status.finish("applied", "", warnings, own_ca(machine))
            return 0
    except StepError as error:
        status.finish(error.result, error.message, error.lines)
    except Exception as error:  # a defect or a full disk must be reported too, not only end up in the journal
        status.finish("failed", "%s: %s" % (type(error).__name__, error), tail(traceback.format_exc()))
    return 1


def status(machine_path: str) -> int:
    """Prints the applied release, how the last roll-out ended, and what each service does."""
    machine = machines.load(machine_path)
    name = applied(machine)
    outcome = files.read_json(machines.in_root(machine, "outcome.json")) or {"last": "", "results": {}}
    services = {}
    # A first release that failed is left running.
    shown = name or outcome["last"]
    if shown and os.path.isdir(machines.in_root(machine, "releases", shown)):
        found = Release(machine, shown)
        runtime = runtime_of(machine, found.plan, lambda text: None)
        missing, running = runtime.missing(), runtime.running()
        for each, service in found.services.items():
            said = missing.get(each) or health.answer(service["health"])
            services[each] = {**running.get(each, {"running": False}), "healthy": not said, "says": said, "missing": each in missing}
    print(json.dumps({"release": name or "", "result": outcome["results"].get(outcome["last"], "none"), "lastRelease": outcome["last"], "services": services}, indent=2))
    return 0


def secrets_only(machine_path: str) -> int:
    """Before the engine starts: the applied release's secrets into memory, the metadata service closed to containers."""
    machine = machines.load(machine_path)
    name = applied(machine)
    if not name:
        return 0
    found = Release(machine, name)
    firewall.block_metadata(found.compose(), print)
    secrets = SecretFiles(machine, found)
    code = 0
    try:
        secrets.fetch()
    except StepError as error:
        # The others are put into place all the same: no service has to wait for another's secret.
        print("secrets: %s" % error.message, flush=True)
        code = 1
    for service in secrets.staged:
        secrets.install(service)
    print("secrets: %d files" % sum(map(len, secrets.staged.values())), flush=True)
    return code


def destroy(machine_path: str, delete_data: bool) -> int:
    """Stops everything, removes units, rules and what apply wrote. Data stays unless told otherwise; so does the engine, others may use it."""
    machine = machines.load(machine_path)
    units.stop_stage0(machine)
    with locked(machine):
        # A first release that failed was never applied, but is left running.
        name = applied(machine) or (files.read_json(machines.in_root(machine, "outcome.json")) or {}).get("last")
        # And one that was interrupted.
        name = name or (files.read_json(machines.in_root(machine, "switching.json")) or {}).get("to")
        if name and os.path.isdir(machines.in_root(machine, "releases", name)):
            plan = Release(machine, name).plan
            runtime_of(machine, plan, print).destroy()
            if machines.is_server(machine, plan):
                firewall.unblock_metadata()
                units.remove()
            secrets = machines.secrets_folder(machine, plan)
            for folder in (secrets, secrets + ".next", secrets + ".previous"):
                files.remove(folder)
            files.remove_empty(os.path.dirname(secrets))
        for part in ("config", "compose", "staging", "applied.json", "live.json", "outcome.json", "switching.json", "current", secret_cache.NAME):
            files.remove(machines.in_root(machine, part))
        if delete_data:
            files.empty(machines.in_root(machine, "data"))
        if machine.get("dataDisk"):
            disk.release(machine)
    print("destroy: done; the data %s" % ("is deleted" if delete_data else "stays in %s" % machines.in_root(machine, "data")), flush=True)
    return 0


def applied(machine: dict):
    return (files.read_json(machines.in_root(machine, "applied.json")) or {}).get("release")


def own_ca(machine: dict) -> str:
    path = machines.in_root(machine, *CA)
    if not os.path.exists(path):
        return ""
    with open(path, encoding="ascii") as file:
        return file.read()
