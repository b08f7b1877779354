"""Whether the services do their work: each answers 200 on its own health address."""
from __future__ import annotations

import os
import time
import urllib.error
import urllib.request


def limit() -> float:
    """Seconds that services have to become healthy."""
    return float(os.environ.get("PULUMI_LGTM_HEALTH_SECONDS", "300"))


def answer(url: str) -> str:
    """Empty when it answers 200, else what it says instead."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as response:
            return "" if response.status == 200 else "HTTP %d" % response.status
    except urllib.error.HTTPError as error:
        return "HTTP %d: %s" % (error.code, error.read(300).decode(errors="replace").strip())
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
    except Exception as error:  # http.client raises its own errors for half an answer
        return str(error) or type(error).__name__


def wait(services: list[dict], log, seconds: float) -> dict[str, str]:
    """Waits until all are healthy in the same round. What is left after the time: service -> its last answer."""
    until = time.monotonic() + seconds
    told = None
    while True:
        bad = {service["name"]: said for service in services for said in [answer(service["health"])] if said}
        if not bad:
            return {}
        if time.monotonic() > until:
            return bad
        if sorted(bad) != told:
            told = sorted(bad)
            log("waiting for %s" % ", ".join(told))
        time.sleep(1)
