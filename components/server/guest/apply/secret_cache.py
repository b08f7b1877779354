"""The good release's secrets, encrypted on the system disk: after a reboot without network the services find them.

systemd-creds encrypts, with the machine's TPM where it has one and the key file of its own, which only root can read; without a
TPM with that file alone, which is on the same disk. Secrets that come from a folder are on the disk anyway and are not kept here."""
from __future__ import annotations

import base64
import json
import os
import subprocess

import files
from machine import in_root
from program import tail

NAME = "secrets.cache"


def load(machine: dict) -> dict[str, tuple]:
    """Version and value by name; empty where nothing is kept or it cannot be read."""
    path = in_root(machine, NAME)
    if not os.path.exists(path):
        return {}
    try:
        with open(path, "rb") as file:
            return {name: (version, base64.b64decode(value)) for name, (version, value) in json.loads(creds("decrypt", file.read())).items()}
    except (OSError, ValueError) as error:
        print("secrets: what is kept of them cannot be read: %s" % (error if isinstance(error, OSError) else type(error).__name__), flush=True)
        return {}


def save(machine: dict, kept: dict[str, tuple]) -> None:
    """Keeps these and no others. Raises OSError with the program's words."""
    if kept != load(machine):
        text = json.dumps({name: [version, base64.b64encode(value).decode()] for name, (version, value) in kept.items()})
        files.write(in_root(machine, NAME), creds("encrypt", text.encode()), 0o600)


def creds(verb: str, data: bytes) -> bytes:
    # Bound to the TPM but to none of its measurements: a new firmware must not cost the secrets.
    bound = ["--tpm2-pcrs="] if verb == "encrypt" else []
    try:
        done = subprocess.run(["systemd-creds", verb, "--name=pulumi-lgtm", *bound, "-", "-"], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    except subprocess.TimeoutExpired:
        raise OSError("systemd-creds %s: no end after 60 seconds" % verb) from None
    if done.returncode != 0:
        raise OSError("systemd-creds %s: %s" % (verb, " ".join(tail(done.stderr.decode(errors="replace"), 2)) or "exit code %d" % done.returncode))
    return done.stdout
