"""The container engine's client, and questions to a container over HTTP."""
import json
import subprocess
import urllib.error
import urllib.request

from said import MoveError


def docker(*args):
    try:
        done = subprocess.run(["docker", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise MoveError("There is no docker on this server.")
    if done.returncode != 0:
        raise MoveError("docker %s: %s" % (" ".join(args), done.stderr.decode(errors="replace").strip()[-1000:]))
    return done.stdout.decode()


def inspect(*names):
    return json.loads(docker("inspect", *names)) if names else []


def ask(url, method="GET", seconds=60):
    """Text of the answer, whatever its status; None where nobody answers."""
    request = urllib.request.Request(url, data=b"" if method == "POST" else None, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=seconds) as answer:
            return answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")
    except (OSError, ValueError):
        return None
