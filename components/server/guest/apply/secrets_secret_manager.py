"""Secrets in Google Secret Manager, read with the machine's service account."""
from __future__ import annotations

import base64
import json

from store_gcs import service_account
from store_http import Token, got, request


def fetch(config: dict, names: list[str]) -> dict[str, bytes]:
    token = Token(service_account)
    endpoint = (config.get("endpoint") or "https://secretmanager.googleapis.com").rstrip("/")
    found = {}
    for name in names:
        url = "%s/v1/projects/%s/secrets/%s-%s/versions/latest:access" % (endpoint, config["project"], config["prefix"], name)
        status, body = request("GET", url, lambda: {"authorization": "Bearer " + token.get()})
        # So it speaks of a value that was destroyed or disabled: as good as not there.
        if status == 400 and b"FAILED_PRECONDITION" in body:
            continue
        body = got(url, status, body)
        if body is not None:
            found[name] = base64.b64decode(json.loads(body)["payload"]["data"])
    return found
