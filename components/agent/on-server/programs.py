"""Programs: taken as they are where this version is there already, else fetched, checked and unpacked."""
import errno
import hashlib
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile

from failed import Failed, say
from paths import PROGRAMS

ARCH = {"x86_64": "amd64", "aarch64": "arm64", "amd64": "amd64", "arm64": "arm64"}


def ensure(program):
    """Path of a program's binary. `program` has name, versions that serve (the first is fetched), and a release for each architecture."""
    for version in program["versions"]:
        path = os.path.join(PROGRAMS, "%s-%s" % (program["name"], version), program["name"])
        if os.access(path, os.X_OK):
            return path
    arch = ARCH.get(platform.machine())
    release = program["releases"].get(arch)
    if not release:
        raise Failed("%s is not published for this machine's processor (%s). Supported: x86_64 and aarch64." % (program["name"], platform.machine()))
    folder = os.path.join(PROGRAMS, "%s-%s" % (program["name"], program["versions"][0]))
    say("fetching %s %s" % (program["name"], program["versions"][0]))
    try:
        put(program, release, folder)
    except OSError as error:
        raise Failed("%s cannot be put into %s: %s" % (program["name"], folder, error.strerror or error))
    return os.path.join(folder, program["name"])


def put(program, release, folder):
    os.makedirs(PROGRAMS, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PROGRAMS) as work:
        archive = os.path.join(work, "archive")
        fetch(release["url"], archive)
        check(archive, release)
        unpack(archive, release, os.path.join(work, program["name"]))
        os.chmod(os.path.join(work, program["name"]), 0o755)
        os.makedirs(folder, exist_ok=True)
        os.replace(os.path.join(work, program["name"]), os.path.join(folder, program["name"]))


def fetch(url, path):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer, open(path, "wb") as file:
            shutil.copyfileobj(answer, file)
    except (urllib.error.URLError, OSError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise
        raise Failed("%s cannot be fetched: %s. Let this server reach it, or put the program at its place beforehand: see \"prepared servers\" in docs/agents.md." % (url, getattr(error, "reason", error)))


def check(archive, release):
    wanted = release.get("sha256") or published(release)
    found = hashlib.sha256()
    with open(archive, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            found.update(block)
    if found.hexdigest() != wanted:
        raise Failed("%s has the sha256 %s, and it must be %s. It was changed on the way; nothing was installed." % (release["url"], found.hexdigest(), wanted))


def published(release):
    """Sum of the publisher's own list, where none is pinned."""
    name = release["url"].rsplit("/", 1)[1]
    with tempfile.NamedTemporaryFile() as file:
        fetch(release["checksums"], file.name)
        for line in open(file.name, encoding="utf-8"):
            words = line.split()
            if len(words) == 2 and words[1].lstrip("*./") == name:
                return words[0]
    raise Failed("%s does not name %s, so it cannot be checked; nothing was installed." % (release["checksums"], name))


def unpack(archive, release, path):
    try:
        if release["format"] == "zip":
            with zipfile.ZipFile(archive) as file, file.open(release["member"]) as member, open(path, "wb") as target:
                shutil.copyfileobj(member, target)
        else:
            with tarfile.open(archive) as file, file.extractfile(release["member"]) as member, open(path, "wb") as target:
                shutil.copyfileobj(member, target)
    except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise Failed("%s is not the archive that it should be: %s" % (release["url"], error))


def prune(keep):
    """Removes versions that nothing uses any more."""
    kept = {os.path.dirname(path) for path in keep}
    for name in os.listdir(PROGRAMS) if os.path.isdir(PROGRAMS) else []:
        folder = os.path.join(PROGRAMS, name)
        if folder not in kept and name.startswith(("alloy-", "node_exporter-")):
            shutil.rmtree(folder, ignore_errors=True)


def run(args, timeout=120):
    try:
        return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=timeout, universal_newlines=True, errors="replace")
    except FileNotFoundError:
        return subprocess.CompletedProcess(args, 127, "%s: not found on this server\n" % args[0])
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(args, 124, "%s: no end after %d seconds\n" % (args[0], timeout))
