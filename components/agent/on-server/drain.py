"""Stops reading before the agent stops. Alloy ends all its components at once: an entry that still waits for its next line would be counted as read and never sent."""
import os
import re
import time

import programs
from failed import Failed
from files import read, write
from paths import CONFIG

FILE = os.path.join(CONFIG, "config.alloy")
UNIT = "lgtm-agent.service"
# What is batched leaves within a second.
SEND_SECONDS = 2


def drain(reload):
    """Returns when what was read has had the time to be sent, and whether nothing is read any more. The file is as before then; what runs is not, so a restart or a stop has to follow."""
    if programs.run(["systemctl", "is-active", UNIT]).stdout.strip() not in ("active", "deactivating"):
        return False
    data = read(FILE)
    if data is None:
        return False
    text = data.decode()
    without = re.sub(r'(?ms)^loki\.source\.\w+ "[^"]+" \{\n.*?^\}\n', "", text)
    if without == text:
        return True
    try:
        write(FILE, without.encode())
        reload()
        time.sleep(longest_wait(text) + SEND_SECONDS)
        return True
    except Failed:
        # It does not answer: then there is nothing to wait for either.
        return False
    finally:
        write(FILE, data)


def longest_wait(text):
    """Seconds that an entry of several lines waits for its next one, at most."""
    if "stage.multiline" not in text:
        return 0
    units = {"ms": 0.001, "s": 1, "m": 60}
    said = re.findall(r'max_wait_time\s*=\s*"([^"]+)"', text)
    waits = [sum(float(number) * units.get(unit, 0) for number, unit in re.findall(r"([\d.]+)(ms|s|m)", each)) for each in said]
    # Alloy's own is 3 seconds, and is not written where it is meant.
    return min(60, max([3, *waits]))
