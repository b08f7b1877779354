"""The container engine: taken off again only where it came with the monitoring server and nobody else uses it by now."""
import json
import os
import subprocess

from files import discard, path, read, write
from unit import say, systemctl

PACKAGES = ["docker.io", "docker-cli", "docker-compose-v2", "docker-compose", "containerd", "runc"]
PLUGIN = "/usr/libexec/docker/cli-plugins/docker-compose"
DAEMON = "/etc/docker/daemon.json"
# Older engines make one at their start.
ENGINE_KEY = "/etc/docker/key.json"


def run(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, universal_newlines=True)


def remove_engine():
    """`before` was written by the installation: what the server had."""
    noted = read(path("ssh", "before"))
    before = ["engine", "plugin", "live-restore"] if noted is None else noted.split()
    if "live-restore" not in before:
        forget_live_restore()
    if "engine" not in before and run("docker", "version").returncode == 0:
        others = run("docker", "ps", "--all", "--quiet").stdout.split() + run("docker", "volume", "ls", "--quiet").stdout.split()
        if others:
            say("the container engine stays: other containers or volumes are on it")
            return
        systemctl("stop", "docker.service", "docker.socket")
        uninstall()
        for folder in ("/var/lib/docker", "/var/lib/containerd"):
            for name in os.listdir(folder) if os.path.isdir(folder) else []:
                discard(os.path.join(folder, name))
        if os.path.exists(ENGINE_KEY):
            discard(ENGINE_KEY)
        if os.path.isdir("/etc/docker") and not os.listdir("/etc/docker"):
            os.rmdir("/etc/docker")
    if "plugin" not in before and os.path.exists(PLUGIN) and run("dpkg", "-S", PLUGIN).returncode != 0:
        os.remove(PLUGIN)


def uninstall():
    listed = run("dpkg-query", "--show", "--showformat", "${db:Status-Abbrev} ${Package}\n", *PACKAGES).stdout.splitlines()
    installed = [line.split()[-1] for line in listed if line.startswith("ii ")]
    if not installed:
        return
    done = subprocess.run(["apt-get", "-o", "DPkg::Lock::Timeout=300", "-q", "-y", "purge", *installed], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, universal_newlines=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if done.returncode == 0:
        say("removed %s" % ", ".join(installed))
    else:
        say("the packages %s stay: apt could not remove them.\n%s" % (", ".join(installed), "\n".join(done.stdout.splitlines()[-5:])))


def forget_live_restore():
    """The key that the installation added to the engine's settings; what else is there stays."""
    try:
        settings = json.loads(read(DAEMON) or "{}")
    except ValueError:
        return
    if settings.pop("live-restore", None) is None:
        return
    if settings:
        write(DAEMON, json.dumps(settings, indent=2) + "\n")
    else:
        os.remove(DAEMON)
    systemctl("reload", "docker.service")
