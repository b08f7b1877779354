"""The services as plain processes of this machine, kept by pm2: started, restarted with back-off, held to a memory limit, output rotated."""
from __future__ import annotations

import collections
import os

from errors import Refused, StepError
from machine import in_root
from pm2 import Pm2
from program import run, tail
from reload import reload

MIB = 1024 * 1024
# Prometheus maps its blocks: pages of files, which the kernel takes back when it needs them, but resident until then.
MAPPED_MIB = {"prometheus": 256}


class Runtime:
    def __init__(self, machine: dict, plan: dict, log):
        self.machine = machine
        self.log = log
        self.services = {service["name"]: service for service in plan["services"]}
        self.programs = machine.get("programs", {})
        self.pm2 = Pm2(machine)

    def missing(self) -> dict[str, str]:
        """Services whose program this machine has not, with the reason."""
        reasons = self.machine.get("missing", {})
        return {name: reasons.get(name, "the program %s was not found" % name) for name in self.services if name not in self.programs}

    def prepare(self) -> None:
        """Checks that there is a process manager, and ends what a dead one left: nobody would restart it, and it holds its ports."""
        for name, what in (("node", "Node.js"), ("pm2", "The npm package pm2"), ("pm2Logrotate", "The npm package pm2-logrotate")):
            path = self.machine.get(name)
            if not path or not os.path.exists(path):
                raise Refused("%s was not found%s. It keeps the services running where there is no container engine: "
                              "`npm install pm2 pm2-logrotate`, or start a container engine." % (what, " at " + path if path else ""))
        os.makedirs(in_root(self.machine, "logs"), exist_ok=True)
        self.pm2.end_orphans()

    def validate(self, service: dict, config_dir: str) -> None:
        """Runs the service's own checker on staged files."""
        for command in service["validate"]:
            done = self._command(service, [word.replace("@@config@@", config_dir) for word in command])
            if done.returncode != 0:
                raise Refused("%s refuses its new configuration (%s)." % (service["name"], " ".join(command)), tail(done.stdout))

    def start(self, names: list[str]) -> None:
        """Starts these anew; returns when they are started."""
        apps = [self._app(self.services[name]) for name in names if name in self.programs]
        if apps:
            self.pm2.start(apps)

    def reload(self, service: dict) -> None:
        """Lets the running program read its files again; an error is what the program said."""
        reload(service, lambda command: self._command(service, command))

    def restart(self, name: str) -> None:
        self.start([name])

    def stop(self, names: list[str]) -> None:
        """Stops and forgets processes; one that is not there is fine."""
        known = self.pm2.list()
        self.pm2.delete([name for name in names if name in known])

    def running(self) -> dict[str, dict]:
        """What each service of the plan does now."""
        entries = self.pm2.list()
        return {name: state(service, entries.get(name)) for name, service in self.services.items()}

    def logs(self, name: str, count: int) -> list[str]:
        try:
            with open(self._output(name), encoding="utf-8", errors="replace") as file:
                return [line.rstrip("\n") for line in collections.deque(file, count)]
        except OSError:
            return []

    def destroy(self) -> None:
        """Ends the services and their process manager. Data and output stay. Backwards: Alloy waits half a minute for a Loki that is gone."""
        self.stop(list(reversed(list(self.services))))
        self.pm2.kill()

    def _command(self, service: dict, words: list[str]):
        if words[0] not in self.programs:
            raise StepError("%s: the program %s was not found on this machine." % (service["name"], words[0]))
        return run([self.programs[words[0]], *words[1:]], env=service["env"])

    def _output(self, name: str) -> str:
        return in_root(self.machine, "logs", name + ".log")

    def _app(self, service: dict) -> dict:
        name = service["name"]
        program = self.programs[name]
        # Resident memory counts the program's own pages, which a container's limit would let go first.
        resident = service["limitMiB"] + os.path.getsize(program) // MIB + MAPPED_MIB.get(name, 0)
        folder = in_root(self.machine, "data", name)
        os.makedirs(folder, exist_ok=True)
        return {
            "name": name,
            "script": program,
            "args": service["args"],
            "cwd": folder,
            "interpreter": "none",
            "exec_mode": "fork",
            "autorestart": True,
            # From 0.5 s up to 15 s, for ever: an error that goes away by itself needs nobody.
            "exp_backoff_restart_delay": 500,
            "max_restarts": 1_000_000_000,
            "max_memory_restart": "%dM" % resident,
            "kill_timeout": 30_000,
            "out_file": self._output(name),
            "error_file": self._output(name),
            "merge_logs": True,
            "vizion": False,
            "pmx": False,
            "env": service["env"],
        }


def state(service: dict, entry) -> dict:
    """`memoryBytes` is the process's own memory, without pages of files: what its share is about."""
    limit = service["limitMiB"] * MIB
    if not entry:
        return {"running": False, "restarts": 0, "memoryBytes": 0, "limitBytes": limit}
    up = entry["pm2_env"]["status"] == "online" and bool(entry["pid"])
    return {"running": up, "restarts": entry["pm2_env"]["restart_time"], "memoryBytes": own_memory(entry["pid"]) if up else 0, "limitBytes": limit}


def own_memory(pid: int) -> int:
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith(("RssAnon:", "RssShmem:")))
    except OSError:
        return 0
