"""Runs before Alloy stops, as root, since Alloy's configuration is another for that moment: nothing more is read, and what was read is sent.

Where that succeeds a file says so, and the next start need not send anything again.
"""
import os
import re
import time
import urllib.request

from configuration import reload
from drain import drain
from failed import Failed, say, words
from files import discard, read_json, write
from paths import CONFIG, DELIVERED


def main():
    url = read_json(os.path.join(CONFIG, "agent.json"), {})["reload"]
    discard(DELIVERED)
    if drain(lambda: reload(url, 15)) and delivered(url.replace("/-/reload", "/metrics")):
        write(DELIVERED, b"")
    else:
        say("not everything that was read could be sent; some of it is read again at the next start")


def delivered(url):
    """Each batch is one request, and one more for each retry."""
    for _ in range(10):
        with urllib.request.urlopen(url, timeout=5) as answer:
            text = answer.read().decode()
        begun, requests, retries = (sum(map(float, re.findall(r"(?m)^loki_write_%s\{.*\} (\S+)$" % name, text))) for name in ("request_size_bytes_count", "request_duration_seconds_count", "batch_retries_total"))
        if begun == requests - retries:
            return True
        time.sleep(0.5)
    return False


if __name__ == "__main__":
    try:
        main()
    except (Failed, OSError) as error:
        say(words(error))
