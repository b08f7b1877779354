"""Requests to a cloud: tried again when it is busy or unreachable, errors in its own words."""
import http.client
import json
import os
import time
import urllib.error
import urllib.request

# Seconds between two looks at the pointer.
INTERVAL = float(os.environ.get("PULUMI_LGTM_POLL_SECONDS", "15"))
# Seconds in which a new machine's rights on the store may still be on their way.
PATIENCE = 900
TRIES = 3


def request(method, url, sign, body=b"", timeout=20, sleep=time.sleep):
    """Sends a request with the headers that `sign()` makes anew for each try; returns (status, body). Raises OSError."""
    for attempt in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=body or None, headers=sign(), method=method), timeout=timeout) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            code, said = error.code, error.read(2000)
            if code < 500 and code not in (408, 429):
                return code, said
            problem = words(code, said)
        except (OSError, http.client.HTTPException) as error:
            problem = str(getattr(error, "reason", error))
        if attempt < TRIES:
            sleep(2 ** (attempt - 1))
    raise OSError("%s %s: %s" % (method, url, problem))


def got(url, status, body):
    """What a read of an object means: its bytes, or None when it is not there."""
    if status == 404:
        return None
    return done("GET", url, status, body)


def done(method, url, status, body):
    if status // 100 != 2:
        raise OSError("%s %s: %s" % (method, url, words(status, body)))
    return body


def words(status, body):
    return "HTTP %d: %s" % (status, " ".join(body.decode(errors="replace").split())[:500])


def metadata(method, url, headers, timeout=5):
    """Asks the machine's metadata service, never through a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers, method=method), timeout=timeout) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        # A machine without an identity is no missing object.
        raise OSError("metadata service: " + words(error.code, error.read(2000)))


class Token:
    """A token of the machine's identity, fetched again some minutes before it ends. `fetch()` returns (value, seconds it lives)."""

    def __init__(self, fetch):
        self.fetch = fetch
        self.value = None
        self.until = 0

    def get(self):
        if time.time() > self.until:
            self.value, lives = self.fetch()
            self.until = time.time() + max(lives - 300, 30)
        return self.value


def bearer(url, headers):
    """A token in OAuth's form, as Azure's and Google's metadata services give it."""
    answer = json.loads(metadata("GET", url, headers))
    return answer["access_token"], int(answer["expires_in"])
