"""Secrets in an Azure Key Vault, read with the machine's managed identity."""
from __future__ import annotations

import json
import re

from store_azure import identity
from store_http import Token, got, request

VERSION = re.compile(r"[0-9a-f]{32}")


def fetch(config: dict, versions: dict) -> dict[str, bytes]:
    token = Token(lambda: identity(config.get("clientId"), "https://vault.azure.net"))
    found = {}
    for name, version in versions.items():
        url = "%s/secrets/%s-%s%s?api-version=7.4" % (config["vault"].rstrip("/"), config["prefix"], name, "/" + version if VERSION.fullmatch(version or "") else "")
        body = got(url, *request("GET", url, lambda: {"authorization": "Bearer " + token.get()}))
        if body is not None:
            found[name] = json.loads(body)["value"].encode()
    return found
