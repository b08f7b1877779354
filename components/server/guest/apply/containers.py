"""The services as containers under Docker Compose. Each finds its own folders at /lgtm/config, /lgtm/data and /lgtm/secrets."""
from __future__ import annotations

import json
import os
import re

import images
from errors import Refused, StepError
from machine import in_root, secrets_folder
from program import must, run, tail
from reload import reload

PROJECT = "lgtm"
HALF_REPLACED = re.compile(r"[0-9a-f]{12}_%s-" % PROJECT)
UNITS = {"B": 1, "kB": 1000, "KB": 1000, "KiB": 1024, "MB": 1000 ** 2, "MiB": 1024 ** 2, "GB": 1000 ** 3, "GiB": 1024 ** 3, "TiB": 1024 ** 4}


class Runtime:
    def __init__(self, machine: dict, plan: dict, log):
        self.machine = machine
        self.plan = plan
        self.log = log
        self.services = {service["name"]: service for service in plan["services"]}
        self.secrets = secrets_folder(machine, plan)

    def missing(self) -> dict[str, str]:
        """Services that cannot run here, with the reason: none, an image has everything."""
        return {}

    def prepare(self) -> None:
        """Checks the engine and has every image here before anything is stopped."""
        must("The container engine does not answer", ["docker", "version", "--format", "{{.Server.Version}}"], timeout=60)
        must("Docker Compose v2 is not there", ["docker", "compose", "version"])
        images.pull([service["image"] for service in self.plan["services"]], self.log)

    def validate(self, service: dict, config_dir: str) -> None:
        """Runs the service's own checker on staged files: no network, memory held to the service's share, nothing kept."""
        staged = self.secrets + ".next"
        secrets = os.path.join(staged if os.path.isdir(staged) else self.secrets, service["name"])
        for command in service["validate"]:
            words = [word.replace("@@config@@", "/lgtm/config") for word in command]
            args = ["docker", "run", "--rm", "--network", "none", "--user", ":".join(map(str, service["user"])), "--read-only",
                    "--security-opt", "no-new-privileges:true", "--memory", "%dm" % service["limitMiB"], "--pids-limit", "512",
                    "--tmpfs", "/tmp:mode=1777", "--tmpfs", "/lgtm/data:mode=1777", "--volume", "%s:/lgtm/config:ro" % config_dir]
            for name, value in sorted(service["env"].items()):
                args += ["--env", "%s=%s" % (name, value)]
            if service["secrets"]:
                args += ["--volume", "%s:/lgtm/secrets:ro" % secrets]
            done = run(args + ["--entrypoint", self._path(service, words[0]), service["image"]] + words[1:], timeout=180)
            # 125: the engine could not start the checker, which says nothing about the configuration.
            if done.returncode == 125:
                raise StepError("%s: its checker could not be run." % service["name"], tail(done.stdout))
            if done.returncode != 0:
                raise Refused("%s refuses its new configuration (%s)." % (service["name"], " ".join(command).replace("@@config@@/", "")), tail(done.stdout))

    def start(self, names: list[str]) -> None:
        """Creates or recreates exactly these containers; returns when they are started."""
        if names:
            # Compose was cut off while it replaced containers, and cannot go on from there: the new ones have passing names.
            half = [name for name in self._ours() if HALF_REPLACED.match(name)]
            if half:
                must("Containers that are half replaced cannot be removed", ["docker", "rm", "--force", *half])
            self._compose("Containers do not start", ["up", "--detach", "--no-deps", "--force-recreate", "--pull", "never", *names], 300)

    def reload(self, service: dict) -> None:
        """Lets the running program read its files again; an error is what the program said."""
        def beside(command):
            return run(["docker", "exec", container(service["name"]), self._path(service, command[0]), *command[1:]], timeout=60)

        reload(service, beside)

    def restart(self, name: str) -> None:
        must("%s does not restart" % name, ["docker", "restart", "-t", "30", container(name)], timeout=120)

    def stop(self, names: list[str]) -> None:
        """Stops and removes containers; one that is not there is fine."""
        present = set(run(["docker", "ps", "--all", "--format", "{{.Names}}"]).stdout.split())
        there = [container(name) for name in names if container(name) in present]
        if there:
            must("Containers do not stop", ["docker", "stop", "-t", "30", *there], timeout=300)
            must("Containers cannot be removed", ["docker", "rm", "--force", *there])

    def running(self) -> dict[str, dict]:
        """What each service of the plan does now."""
        found = {name: {"running": False, "restarts": 0, "memoryBytes": 0, "limitBytes": 0} for name in self.services}
        ours = [name for name in self._ours() if name[len(PROJECT) + 1:] in found]
        if not ours:
            return found
        for box in json.loads(must("Containers cannot be looked at", ["docker", "inspect", *ours])):
            entry = found[box["Name"][len(PROJECT) + 2:]]
            entry["running"] = box["State"]["Running"] and not box["State"]["Restarting"]
            entry["restarts"] = box["RestartCount"]
            entry["limitBytes"] = box["HostConfig"]["Memory"]
        for line in run(["docker", "stats", "--no-stream", "--format", "{{json .}}", *ours]).stdout.splitlines():
            if line.startswith("{"):
                stats = json.loads(line)
                found[stats["Name"][len(PROJECT) + 1:]]["memoryBytes"] = size(stats["MemUsage"].split("/")[0])
        return found

    def logs(self, name: str, count: int) -> list[str]:
        return tail(run(["docker", "logs", "--tail", str(count), container(name)]).stdout, count)

    def destroy(self) -> None:
        """Removes the containers and their network. Images and data stay."""
        if os.path.exists(self._file()):
            self._compose("The services cannot be removed", ["down", "--remove-orphans", "--timeout", "30"], 300)
        else:
            self.stop(list(self.services))

    def _ours(self) -> list[str]:
        """Names of all containers of the project, also of those that do not run; none where the engine does not answer."""
        done = run(["docker", "ps", "--all", "--filter", "label=com.docker.compose.project=" + PROJECT, "--format", "{{.Names}}"])
        return done.stdout.split() if done.returncode == 0 else []

    def _compose(self, what: str, words: list[str], timeout: float) -> None:
        must(what, ["docker", "compose", "--project-name", PROJECT, "--file", self._file(), "--progress", "plain", *words], timeout)

    def _file(self) -> str:
        return in_root(self.machine, "compose", "docker-compose.yml")

    def _path(self, service: dict, name: str) -> str:
        """Path in the image of the service's own program or one of its tools."""
        known = {os.path.basename(service["program"]): service["program"], service["name"]: service["program"], **(service.get("tools") or {})}
        if name not in known:
            raise Refused("plan.json: %s calls %r, which is neither its program nor one of its tools (%s)." % (service["name"], name, ", ".join(sorted(known))))
        return known[name]


def container(name: str) -> str:
    return "%s-%s" % (PROJECT, name)


def size(text: str) -> int:
    """Bytes of a size as `docker stats` prints it: 12.5MiB."""
    match = re.match(r"\s*([0-9.]+)\s*([A-Za-z]+)", text)
    return int(float(match.group(1)) * UNITS.get(match.group(2), 0)) if match else 0
