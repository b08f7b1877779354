"""The data disk: waited for, formatted only when it is certainly empty, mounted on <root>/data, its file system grown with it."""
from __future__ import annotations

import os
import re
import stat
import time

import files
from errors import StepError
from machine import in_root
from program import must, run

LABEL = "lgtm-data"
MIB = 1024 * 1024
FSTAB = "/etc/fstab"
MARK = "# pulumi-lgtm data disk"


def prepare(machine: dict, log) -> None:
    """Brings the disk to <root>/data. Stops with words rather than touch a disk that holds anything."""
    want, folder = machine["dataDisk"], in_root(machine, "data")
    device = wait_for(want["device"], log)
    mounted = mounted_device(folder)
    if mounted is None:
        if os.path.isdir(folder) and os.listdir(folder):
            raise StepError("%s holds data but is not the data disk %s. Move the data away; the disk would hide it." % (folder, want["device"]))
        if probe(device) == {}:
            check_empty(device, want["sizeGiB"])
            log("formatting the empty disk %s" % want["device"])
            must("The data disk cannot be formatted", ["mkfs.ext4", "-q", "-L", LABEL, "-m", "1", device], timeout=600)
        found = probe(device)
        if found.get("TYPE") != "ext4" or found.get("LABEL") != LABEL:
            raise StepError("The disk %s is not ours: it holds %s. It is never formatted; attach an empty disk, or one that this library made "
                            "(ext4 with the label %s)." % (want["device"], describe(found), LABEL))
        # Grown while it was away: done before mounting, which needs no right beyond writing to the device.
        if file_system_size(device) < device_size(device) - 16 * MIB:
            log("growing the file system of %s" % want["device"])
            check_file_system(device)
            must("The file system of the data disk cannot grow", ["resize2fs", device], timeout=600)
        os.makedirs(folder, exist_ok=True)
        mount(device, folder)
    elif os.path.realpath(mounted) != device:
        raise StepError("%s is mounted from %s, not from the data disk %s." % (folder, mounted, want["device"]))
    elif file_system_size(device) < device_size(device) - 16 * MIB:
        log("growing the file system of %s" % want["device"])
        must("The file system of the data disk cannot grow", ["resize2fs", device], timeout=600)
    enter(folder)


def wait_for(path: str, log) -> str:
    """The device's real path, waited for PULUMI_LGTM_DISK_SECONDS (600): a cloud attaches the disk after the boot."""
    until = time.monotonic() + float(os.environ.get("PULUMI_LGTM_DISK_SECONDS", "600"))
    told = False
    while not (os.path.exists(path) and stat.S_ISBLK(os.stat(path).st_mode)):
        if time.monotonic() > until:
            raise StepError("The data disk %s is not there. Attach it, or correct dataDisk.device." % path)
        if not told:
            log("waiting for the disk %s" % path)
            told = True
        time.sleep(1)
    return os.path.realpath(path)


def probe(device: str) -> dict[str, str]:
    """What blkid sees on the device itself, past its cache. Empty: nothing known (the device exists, so not "missing")."""
    done = run(["blkid", "-p", "-o", "export", device])
    if done.returncode not in (0, 2):
        raise StepError("blkid cannot tell what is on %s (exit code %d); nothing is done to it." % (device, done.returncode), done.stdout.splitlines())
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line) if done.returncode == 0 else {}


def check_empty(device: str, size_gib: float) -> None:
    """Stops unless the size is the expected one, the first and last MiB are zeros, and wipefs finds no signature."""
    size = device_size(device)
    if abs(size - size_gib * 1024 * MIB) > 0.01 * size_gib * 1024 * MIB:
        raise StepError("The disk %s has %.2f GiB and dataDisk.sizeGiB says %s: it may be another disk, and is not formatted." % (device, size / MIB / 1024, size_gib))
    with open(device, "rb") as disk:
        for where, offset in (("first", 0), ("last", size - MIB)):
            disk.seek(offset)
            if disk.read(MIB).strip(b"\0"):
                raise StepError("The %s MiB of the disk %s is not empty: it may hold data, and is not formatted. If it is certain that it does not, "
                                "write zeros to it (wipefs --all and dd) and deploy again." % (where, device))
    signatures = must("wipefs cannot look at the disk", ["wipefs", "-n", device]).strip()
    if signatures:
        raise StepError("wipefs finds signatures on the disk %s; it is not formatted." % device, signatures.splitlines())


def device_size(device: str) -> int:
    return int(must("The size of the disk cannot be read", ["blockdev", "--getsize64", device]))


def file_system_size(device: str) -> int:
    """Bytes of the ext4 file system on a device."""
    head = must("The file system of the data disk cannot be read", ["dumpe2fs", "-h", device])
    numbers = {key: int(value) for key, value in re.findall(r"^(Block count|Block size):\s+(\d+)", head, re.M)}
    return numbers["Block count"] * numbers["Block size"]


def check_file_system(device: str) -> None:
    """What resize2fs asks for. 1 means that something small was repaired, as after a crash."""
    done = run(["e2fsck", "-f", "-p", device], timeout=3600)
    if done.returncode not in (0, 1):
        raise StepError("The file system of %s has errors that only a person can decide about; nothing was done to it. Run e2fsck on it." % device, done.stdout.splitlines()[-20:])


def describe(found: dict[str, str]) -> str:
    what = found.get("TYPE") or ("a %s partition table" % found["PTTYPE"] if "PTTYPE" in found else "something unknown")
    return "%s with the label %r" % (what, found["LABEL"]) if "LABEL" in found else what


def mount(device: str, folder: str) -> None:
    try:
        must("The data disk cannot be mounted", ["mount", "-t", "ext4", device, folder])
    except StepError:
        # While the machine starts systemd mounts it too, by its line in fstab: the second to come is refused.
        if os.path.realpath(mounted_device(folder) or "") != device:
            raise


def mounted_device(folder: str):
    """Source of the mount at a folder; None where nothing is mounted."""
    source = None
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        for line in table:
            left, right = line.split(" - ", 1)
            if re.sub(r"\\(\d{3})", lambda code: chr(int(code.group(1), 8)), left.split()[4]) == os.path.realpath(folder):
                source = right.split()[1]
    return source


def enter(folder: str) -> None:
    """One line in fstab, so that the disk is there at the next boot; a missing disk does not stop the boot."""
    line = "LABEL=%s %s ext4 defaults,nofail,x-systemd.device-timeout=30s 0 2" % (LABEL, folder)
    old = lines()
    new = [each for each in old if MARK not in each] + ["%s %s" % (line, MARK)]
    if new != old:
        files.write(FSTAB, ("\n".join(new) + "\n").encode())


def release(machine: dict) -> None:
    """Unmounts the disk and takes its line out of fstab; what is on it stays."""
    folder = in_root(machine, "data")
    if mounted_device(folder) is not None:
        must("The data disk cannot be unmounted", ["umount", folder])
    if any(MARK in each for each in lines()):
        files.write(FSTAB, ("\n".join(each for each in lines() if MARK not in each) + "\n").encode())


def lines() -> list[str]:
    if not os.path.exists(FSTAB):
        return []
    with open(FSTAB, encoding="utf-8") as file:
        return file.read().splitlines()
