"""machine.json: who this machine is, and where its things are."""
import json
import os

# The engine's own folder in memory; a plain process finds its secrets under the root.
SERVER_SECRETS = "/run/pulumi-lgtm/secrets"


def load(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        machine = json.load(file)
    if machine.get("format") != 1:
        raise ValueError("%s: format is %r, this program knows 1. Deploy with the library version that wrote it." % (path, machine.get("format")))
    return machine


def is_server(machine: dict, plan: dict) -> bool:
    """Whether this machine is a server of its own, on which apply installs the engine, units and firewall rules.

    Otherwise it is somebody's own machine (`"local": true`, plain processes, or not run by root) and stays as it is."""
    return plan["runtime"] == "containers" and not machine.get("local") and os.geteuid() == 0


def secrets_folder(machine: dict, plan: dict) -> str:
    return SERVER_SECRETS if is_server(machine, plan) else in_root(machine, "run", "secrets")


def in_root(machine: dict, *parts: str) -> str:
    return os.path.join(machine["root"], *parts)
