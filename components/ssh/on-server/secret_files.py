"""Secrets as files: one a secret, for root alone."""
import os
import re

from files import Failed, discard, path, read, write

# Grafana's database is encrypted with it, so it stays as long as the data does.
KEPT = "grafana-secret-key"


def write_secrets(given):
    folder = path("secrets")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    os.chmod(folder, 0o700)
    for name, text in given["values"].items():
        if not re.match(r"^[a-z0-9][a-z0-9-]*$", name):
            raise Failed("A secret cannot be called %r. Allowed: lower-case letters, digits and hyphens." % name)
        file = os.path.join(folder, name)
        old = read(file)
        if old != text and not (old is not None and name in given["once"]):
            write(file, text, 0o600)


def forget_all_but(names):
    """Removes what the release that runs does not use: a revoked client's token, for one."""
    for name in os.listdir(path("secrets")):
        if name not in names and name != KEPT:
            discard(path("secrets", name))
