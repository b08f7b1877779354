"""How a running service takes changed files without a restart."""
from __future__ import annotations

import urllib.error
import urllib.request

from errors import StepError
from program import tail


def reload(service: dict, command) -> None:
    """Asks over HTTP, or by `command`, which runs one of the service's own programs beside it. An error is what the program said."""
    how = service["reload"]
    refused = "%s did not take its new configuration" % service["name"]
    if "command" in how:
        done = command(how["command"])
        if done.returncode != 0:
            raise StepError(refused + ".", tail(done.stdout))
        return
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(how["http"], data=b"", method="POST"), timeout=60):
            return
    except urllib.error.HTTPError as error:
        raise StepError("%s: HTTP %d at %s." % (refused, error.code, how["http"]), tail(error.read(20000).decode(errors="replace")))
    except OSError as error:
        raise StepError("%s: %s: %s." % (refused, how["http"], error))
