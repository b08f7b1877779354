"""The old server: its containers, and what they hold, from where they really hold it: a volume, a folder or their own layer."""
import os
import re
import subprocess
import tarfile
import tempfile

from docker import ask, docker, inspect
from said import WHOLE, MoveError, say


class Container:
    def __init__(self, shown):
        self.name = shown["Name"].lstrip("/")
        self.image = shown["Config"]["Image"]
        self.pid = shown["State"]["Pid"]
        self.env = dict(pair.split("=", 1) for pair in shown["Config"].get("Env") or [] if "=" in pair)
        networks = (shown["NetworkSettings"].get("Networks") or {}).values()
        self.addresses = [each["IPAddress"] for each in networks if each.get("IPAddress")] or ["127.0.0.1"]
        aliases = [alias for each in networks for alias in each.get("Aliases") or []]
        service = (shown["Config"].get("Labels") or {}).get("com.docker.compose.service")
        self.names = sorted({self.name, *aliases, *([service] if service else []), *self.addresses})
        ports = shown["NetworkSettings"].get("Ports") or {}
        self.ports = sorted(int(port.split("/")[0]) for port in ports if port.endswith("/tcp"))
        self.published = sorted({int(each["HostPort"]) for bound in ports.values() for each in bound or [] if each.get("HostPort")})

    def about(self):
        return {"container": self.name, "image": self.image, "names": self.names, "ports": self.ports, "published": self.published}

    def answer(self, path, looks, usual, method="GET"):
        """What the program answers at whichever of its ports, if it looks so; and the address that did."""
        for address in self.addresses:
            for port in [*usual, *self.ports]:
                text = ask("http://%s:%d%s" % (address, port, path), method, 10)
                if text and re.search(looks, text):
                    return text, "http://%s:%d" % (address, port)
        raise MoveError("%s does not answer, so nobody can say where its data is. Is it running?" % self.name)

    def bytes_of(self, path):
        """As the running container sees it."""
        inside = "/proc/%d/root%s" % (self.pid, path)
        if os.path.isfile(inside):
            return os.path.getsize(inside)
        return sum(os.path.getsize(os.path.join(base, name)) for base, _, names in os.walk(inside) for name in names if os.path.exists(os.path.join(base, name)))


def containers_of(image):
    """Running containers of an image, by the last part of its name."""
    running = docker("ps", "-q").split()
    return [found for found in map(Container, inspect(*running)) if re.search(image, found.image.split("@")[0].rsplit("/", 1)[-1].split(":")[0])]


def put_out(container, paths, flush, target):
    """Writes these paths as one archive. Nobody writes to them meanwhile; whatever happens, the container runs again at the end."""
    say("%s: stopping it for the copy" % container.name)
    try:
        flush()
        docker("stop", "-t", "120", container.name)
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                for path in paths:
                    copy(container, path, archive, folder)
                # An archive that ends early between two files looks like a whole one.
                archive.addfile(tarfile.TarInfo(WHOLE))
    finally:
        # Not start: one that was told to write out its memory, and then not stopped, takes nothing any more.
        docker("restart", "-t", "120", container.name)
        say("%s: runs again" % container.name)


def copy(container, path, archive, folder):
    """One path of a stopped container, out of `docker cp`, which sees volumes and the container's own layer alike. A file that is not there is left out."""
    with open(os.path.join(folder, "errors"), "w+") as errors:
        source = subprocess.Popen(["docker", "cp", "%s:%s" % (container.name, path), "-"], stdout=subprocess.PIPE, stderr=errors)
        try:
            with tarfile.open(fileobj=source.stdout, mode="r|") as parts:
                for member in parts:
                    if member.isfile() or member.isdir():
                        archive.addfile(member, parts.extractfile(member) if member.isfile() else None)
        except tarfile.ReadError:
            pass
        source.stdout.close()
        if source.wait() != 0:
            errors.seek(0)
            said = errors.read().strip()
            # Only the first path has to be there: a database has a log beside it only at times. The second is what Docker 20 says.
            if re.search("ould not find the file|No such container:path", said) and path.endswith("-wal"):
                return
            raise MoveError("%s cannot be copied out of %s: %s" % (path, container.name, said))
