"""Secrets in an Azure Key Vault, read with the machine's managed identity."""
from __future__ import annotations

import json

from store_azure import identity
from store_http import Token, got, request


def fetch(config: dict, names: list[str]) -> dict[str, bytes]:
    token = Token(lambda: identity(config.get("clientId"), "https://vault.azure.net"))
    found = {}
    for name in names:
        url = "%s/secrets/%s-%s?api-version=7.4" % (config["vault"].rstrip("/"), config["prefix"], name)
        body = got(url, *request("GET", url, lambda: {"authorization": "Bearer " + token.get()}))
        if body is not None:
            found[name] = json.loads(body)["value"].encode()
    return found
