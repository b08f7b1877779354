"""Where the values of secrets come from."""
from __future__ import annotations

import importlib
import os

CLOUDS = {"ssm": "secrets_ssm", "key-vault": "secrets_key_vault", "secret-manager": "secrets_secret_manager"}


def fetch(config: dict, names) -> dict[str, bytes]:
    """Values by name; a secret that is not there is left out. Raises OSError, in the store's words, when it cannot be reached or refuses."""
    kind = config["kind"]
    if kind == "folder":
        return from_folder(config["path"], names)
    if kind not in CLOUDS:
        raise OSError("machine.json: secrets.kind is %r; it can be folder, ssm, key-vault or secret-manager" % kind)
    try:
        return importlib.import_module(CLOUDS[kind]).fetch(config, list(names))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # Without the error's text and history: they may quote the answer.
        raise OSError("%s gave an answer that this program does not understand (%s)" % (place(config), type(error).__name__)) from None


def place(config: dict) -> str:
    return config.get("path") or " ".join(filter(None, (config["kind"], config.get("vault"), config.get("project"), config.get("prefix"))))


def from_folder(path: str, names) -> dict[str, bytes]:
    found = {}
    for name in names:
        try:
            with open(os.path.join(path, name), "rb") as file:
                found[name] = file.read()
        except FileNotFoundError:
            pass
    return found
