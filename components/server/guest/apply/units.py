"""What systemd has to know: secrets before the engine, the engine only with the data disk."""
from __future__ import annotations

import os

import files
from machine import in_root
from program import must, run

SYSTEM = "/etc/systemd/system"
SECRETS = "pulumi-lgtm-secrets.service"
STAGE0 = "pulumi-lgtm.service"
ENGINE = "docker.service.d/pulumi-lgtm.conf"


def secrets_unit(root: str) -> str:
    return """[Unit]
Description=Secrets of the monitoring server, into memory
Before=docker.service
After=network-online.target
RequiresMountsFor=%(root)s
ConditionPathExists=%(root)s/current

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/python3 -B %(root)s/current/apply --machine %(root)s/machine.json --secrets-only

[Install]
WantedBy=multi-user.target
""" % {"root": root}


def engine_drop_in(machine: dict) -> str:
    # With a data disk the engine waits for it: services that started without would write under the place where it is mounted.
    disk = "RequiresMountsFor=%s\n" % in_root(machine, "data") if machine.get("dataDisk") else ""
    return "[Unit]\nWants=%s\nAfter=%s\n%s" % (SECRETS, SECRETS, disk)


def before_engine(machine: dict) -> None:
    """Written before the engine is installed, so that its very first start keeps the order."""
    if put(ENGINE, engine_drop_in(machine)) | put(SECRETS, secrets_unit(machine["root"])):
        must("systemd does not read its units", ["systemctl", "daemon-reload"])
    if run(["systemctl", "is-enabled", SECRETS]).returncode != 0:
        must("The unit %s cannot be enabled" % SECRETS, ["systemctl", "enable", SECRETS])


def after_applied(machine: dict, release: str) -> None:
    """`<root>/current` is the release whose secrets the next boot fills in."""
    link = in_root(machine, "current")
    if not os.path.islink(link) or os.readlink(link) != "releases/%s" % release:
        files.remove(link + ".part")
        os.symlink("releases/%s" % release, link + ".part")
        os.replace(link + ".part", link)


def stop_stage0(machine: dict) -> None:
    """Stops the watch for new releases of this server, if it is this server's and there is one."""
    path = os.path.join(SYSTEM, STAGE0)
    if os.path.exists(path) and os.geteuid() == 0:
        with open(path, encoding="utf-8") as file:
            ours = machine["root"] + "/" in file.read()
        if ours:
            must("The unit %s cannot be stopped" % STAGE0, ["systemctl", "disable", "--now", STAGE0], timeout=300)


def remove() -> None:
    run(["systemctl", "disable", "--now", SECRETS])
    for name in (SECRETS, ENGINE):
        files.remove(os.path.join(SYSTEM, name))
    files.remove_empty(os.path.join(SYSTEM, os.path.dirname(ENGINE)))
    run(["systemctl", "daemon-reload"])


def put(name: str, text: str) -> bool:
    """Writes a unit; True when it was another."""
    path = os.path.join(SYSTEM, name)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return False
    os.makedirs(os.path.dirname(path), exist_ok=True)
    files.write(path, text.encode())
    return True
