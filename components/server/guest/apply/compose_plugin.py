"""Compose v2 where the distribution has none: the official release with its checksum."""
import hashlib
import os
import platform
import urllib.request

import files
from errors import StepError

VERSION = "5.6.0"
ADDRESS = "https://github.com/docker/compose/releases/download/v%s/docker-compose-linux-%s"
PLUGINS = "/usr/local/lib/docker/cli-plugins"
MACHINES = {"x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def install_release(log, address: str = ADDRESS, folder: str = PLUGINS) -> None:
    """Downloads the plugin, compares it with the checksum that the release states, and puts it where Docker looks."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise StepError("Docker Compose has no release for this machine (%s); x86_64 and aarch64 are known." % platform.machine())
    url = address % (VERSION, machine)
    log("fetching %s" % url)
    try:
        stated = fetch(url + ".sha256").decode("ascii", "replace").split()
        data = fetch(url)
    except OSError as error:
        raise StepError("Docker Compose v2 is not in this distribution and %s cannot be fetched: %s. Put its release into %s/docker-compose of the "
                        "machine's image, or allow the machine to reach it." % (url, error, folder))
    found = hashlib.sha256(data).hexdigest()
    if not stated or stated[0] != found:
        raise StepError("%s has the sha256 %s and its checksum file says %s; it is not installed." % (url, found, stated[:1]))
    os.makedirs(folder, exist_ok=True)
    files.write(os.path.join(folder, "docker-compose"), data, 0o755)


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=120) as response:
        return response.read()
