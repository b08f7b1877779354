"""Grafana takes its admin password only when its database is made. A new one is given to it through its own API, on the loopback."""
from __future__ import annotations

import base64
import http.client
import json
import os
import urllib.error
import urllib.request

import files

SECRET = "grafana-admin-password"
USER = "admin"


def rotate(target, secrets, taken_over: bool) -> list[str]:
    """Called when the services run with the new secrets: if the password is another than before, Grafana is given it.

    `taken_over`: the database was here before the first release of this machine, and nobody knows its password. Returns what a
    person has to know and do; the release is good without."""
    service = target.release.services.get("grafana")
    if not service or "grafana" in target.absent:
        return []
    for file in service["secrets"]:
        if file["secret"] == SECRET:
            new, old = (password(os.path.join(folder, "grafana"), file["file"]) for folder in (secrets.live, secrets.previous))
            changed = old and new and old != new
            return change(service["health"].split("/api/health")[0], old if changed else "", new, target.log) if changed or taken_over else []
    return []


def change(base: str, old: str, new: str, log) -> list[str]:
    said = ask("GET", base + "/api/user", new)
    if said == "HTTP 401" and not old:
        said = "it is that of a database of before"
    elif said == "HTTP 401":
        log("giving Grafana its new admin password")
        said = ask("PUT", base + "/api/user/password", old, {"oldPassword": old, "newPassword": new, "confirmNew": new})
        if said == "HTTP 401":
            said = "it accepts neither the new value nor the one before"
    if said == "HTTP 200":
        return []
    return ["Grafana's admin password stays as it is: %s. Sign in with the password it has and set it to the value of the secret %s; "
            "docs/troubleshooting.md says how when nobody knows it." % (said, SECRET)]


def ask(method: str, url: str, password: str, body=None) -> str:
    """Grafana's answer as "HTTP <code>", or why there is none. Nothing of what was sent is in it."""
    headers = {"authorization": "Basic " + base64.b64encode(("%s:%s" % (USER, password)).encode()).decode(), "content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, headers, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
            return "HTTP %d" % response.status
    except urllib.error.HTTPError as error:
        return "HTTP %d" % error.code
    except (OSError, http.client.HTTPException) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__


def password(folder: str, file: str) -> str:
    """As Grafana reads the file: without white space around."""
    return files.tree(folder).get(file, b"").decode(errors="replace").strip()
