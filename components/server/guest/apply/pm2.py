"""The pm2 process manager of one server: a daemon of its own under <root>/pm2, shared with no other pm2 on the machine."""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time

from errors import StepError
from program import tail

# pm2's own look at its processes, in milliseconds: memory limits are kept to that exactly.
WORKER_INTERVAL = "10000"
ROTATE = "pm2-logrotate"
# 10 MB a file and three old ones a service, as with containers. "0 0 30 2 *" never comes: rotation is by size alone.
ROTATE_SETTINGS = {"max_size": "10M", "retain": "3", "compress": "false", "workerInterval": "10", "rotateInterval": "0 0 30 2 *", "rotateModule": "true"}


class Pm2:
    def __init__(self, machine: dict):
        self.root = machine["root"]
        self.home = os.path.join(self.root, "pm2")
        self.machine = machine

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's own environment reaches the services: it may hold passwords. And pm2 asks nobody about updates."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "USER", "LANG", "TMPDIR") if name in os.environ}
        own = {"PM2_HOME": self.home, "PM2_DISCRETE_MODE": "true", "PM2_DISABLE_VERSION_CHECK": "true", "PM2_NO_INTERACTION": "true",
               "PM2_WORKER_INTERVAL": WORKER_INTERVAL, "PM2_KILL_SIGNAL": "SIGTERM"}
        return dict(kept, **own)

    def alive(self) -> bool:
        """Asked before every command: pm2 would start its daemon just to answer that nothing runs."""
        try:
            with open(os.path.join(self.home, "pm2.pid")) as file:
                pid = int(file.read())
            return "PM2_HOME=" + self.home in _read(pid, "environ") and os.path.exists(os.path.join(self.home, "rpc.sock"))
        except (OSError, ValueError):
            return False

    def list(self) -> dict[str, dict]:
        """pm2's entry of each service, by name."""
        if not self.alive():
            return {}
        out = self._run("jlist")
        # A notice may come before the list.
        start = out.find("[{") if "[{" in out else out.find("[]")
        try:
            return {entry["name"]: entry for entry in json.loads(out[start:])}
        except ValueError:
            raise StepError("pm2 gave no list of processes.", tail(out))

    def start(self, apps: list[dict]) -> None:
        """Starts these, in place of those of the same name."""
        self._prepare()
        running = self.list()
        self.delete([app["name"] for app in apps if app["name"] in running])
        if ROTATE not in running:
            apps = [self._rotation()] + apps
        path = os.path.join(self.home, "services.json")
        with open(path, "w") as file:
            json.dump({"apps": apps}, file, indent=2)
        self._run("start", path)

    def delete(self, names: list[str]) -> None:
        if names:
            self._run("delete", *names)

    def kill(self) -> None:
        """Ends every service and the daemon; its folder goes too, the services' output stays."""
        if self.alive():
            self._run("kill")
        self.end_orphans()
        shutil.rmtree(self.home, ignore_errors=True)

    def end_orphans(self) -> None:
        """A daemon that was killed leaves its children behind. They hold their ports, and nobody would restart them."""
        if self.alive():
            return
        folder = os.path.join(self.home, "pids")
        pids = []
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            path = os.path.join(folder, name)
            with open(path) as file:
                text = file.read().strip()
            # The number may be somebody else's by now.
            if text.isdigit() and "PM2_HOME=" + self.home in _read(int(text), "environ"):
                pids.append(int(text))
            os.unlink(path)
        _end(pids)

    def _prepare(self):
        os.makedirs(self.home, mode=0o700, exist_ok=True)
        if self.alive():
            return
        # The host's metrics are Alloy's business. pm2 hands a module's settings over in the environment variable of its name.
        with open(os.path.join(self.home, "module_conf.json"), "w") as file:
            json.dump({"pm2": {"sysmonit": "false"}, ROTATE: ROTATE_SETTINGS}, file)

    def _rotation(self):
        return {"name": ROTATE, "script": os.path.join(self.machine["pm2Logrotate"], "app.js"), "cwd": self.root,
                "interpreter": self.machine["node"], "exec_mode": "fork", "autorestart": True, "exp_backoff_restart_delay": 1000,
                "max_memory_restart": "120M", "max_restarts": 1_000_000_000,
                "out_file": "/dev/null", "error_file": os.path.join(self.home, "rotate.log"), "merge_logs": True,
                "vizion": False, "pmx": False}

    def _run(self, *args):
        # Output goes to files, not pipes: the daemon that the first command starts would keep a pipe open, and its reader waiting.
        with open(os.path.join(self.home, "command.out"), "w+") as out:
            result = subprocess.run([self.machine["node"], self.machine["pm2"], *args], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                    env=self.environment(), cwd=self.root, start_new_session=True, timeout=300, check=False)
            out.seek(0)
            text = out.read()
        if result.returncode != 0:
            raise StepError("pm2 %s ended with exit code %d." % (args[0], result.returncode), tail(text))
        return text


def _command(pid):
    return " ".join(_read(pid, "cmdline"))


def _read(pid, what):
    """Words of a process's command line or environment; none where it ended or is another user's."""
    try:
        with open("/proc/%d/%s" % (pid, what), "rb") as file:
            return file.read().decode("utf-8", "replace").rstrip("\0").split("\0")
    except OSError:
        return []


def _end(pids):
    for sign, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        for pid in pids:
            try:
                os.kill(pid, sign)
            except OSError:
                pass
        deadline = time.monotonic() + seconds
        while pids and time.monotonic() < deadline:
            pids = [pid for pid in pids if _command(pid)]
            time.sleep(0.1)
