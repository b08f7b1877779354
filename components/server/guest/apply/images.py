"""Images: fetched while the old services still run, so that a switch never waits for a registry."""
from __future__ import annotations

import os
import re
import time

from errors import StepError
from program import run, tail

# What no waiting changes.
FINAL = re.compile(r"manifest unknown|not found|denied|unauthorized|invalid reference|no matching manifest|no space left", re.I)
LONGEST_WAIT = 60


def pull(images: list[str], log, sleep=time.sleep, clock=time.monotonic) -> None:
    """Pulls what is not here. A busy or unreachable registry is asked again, at most for PULUMI_LGTM_PULL_SECONDS (600) in all."""
    until = clock() + float(os.environ.get("PULUMI_LGTM_PULL_SECONDS", "600"))
    for image in sorted(set(images)):
        if run(["docker", "image", "inspect", image]).returncode == 0:
            continue
        log("fetching %s" % image)
        wait = 5
        while True:
            done = run(["docker", "pull", "--quiet", image], timeout=900)
            if done.returncode == 0:
                break
            if FINAL.search(done.stdout):
                raise StepError("The image %s cannot be had. Check its name and version and that this machine may read the registry; "
                                "`imageRegistry` of the spec names another." % image, tail(done.stdout))
            if clock() + wait > until:
                raise StepError("The image %s could not be fetched in time. The machine needs a way out to the registry, or `imageRegistry` "
                                "of the spec names one it reaches; what ran before still runs." % image, tail(done.stdout))
            log("%s: asking again in %d s: %s" % (image, wait, " ".join(tail(done.stdout, 1))))
            sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def forget(images: set[str], log) -> None:
    """Removes images that no kept release needs; one that something else uses stays."""
    for image in sorted(images):
        if run(["docker", "image", "inspect", image]).returncode == 0 and run(["docker", "image", "rm", image]).returncode == 0:
            log("removed the image %s" % image)
