"""What is around a process and bears on its measurements: containers, hypervisors, power, clocks, libraries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from advisor.evidence.machine.processor import SYSCTL
from advisor.evidence.machine.reading import fields, whole
from advisor.evidence.machine.sources import Source

Found = tuple[str, str]
"""A value and where it was read; both empty where nothing tells."""

MUSL = "/lib/ld-musl-*.so.1"
PMSET = ("pmset", "-g", "batt")
HYPERVISORS = (
    ("qemu", "kvm"),
    ("kvm", "kvm"),
    ("google", "kvm"),
    ("amazon ec2", "kvm"),
    ("digitalocean", "kvm"),
    ("openstack", "kvm"),
    ("firecracker", "kvm"),
    ("vmware", "vmware"),
    ("innotek", "virtualbox"),
    ("virtualbox", "virtualbox"),
    ("xen", "xen"),
    ("parallels", "parallels"),
    ("virtual machine", "hyper-v"),
    ("apple virtualization", "apple"),
)
"""What a machine made by a hypervisor calls its maker or itself, and which hypervisor it is."""
GROUPS = (
    ("kubepods", "kubernetes"),
    ("libpod", "podman"),
    ("docker", "docker"),
    ("containerd", "containerd"),
    ("lxc", "lxc"),
)
"""Words in the name of a control group."""


def container(source: Source) -> Found:
    """The container that this process is in."""
    for name, word in (
        ("KUBERNETES_SERVICE_HOST", "kubernetes"),
        ("APPTAINER_CONTAINER", "apptainer"),
        ("SINGULARITY_CONTAINER", "apptainer"),
    ):
        if source.variable(name):
            return word, name
    for file, word in (("/run/.containerenv", "podman"), ("/.dockerenv", "docker")):
        if source.glob(file):
            return word, file
    groups = source.read("/proc/self/cgroup")
    for part, word in GROUPS:
        if re.search(rf"[/:-]{part}", groups):
            return word, "/proc/self/cgroup"
    named = source.variable("container")
    return (re.sub(r"[^a-z0-9-]", "", named.lower())[:20], "container") if named else ("", "")


def hypervisor(source: Source) -> Found:
    """The hypervisor under the operating system."""
    system = source.call("sys.platform")
    if system == "darwin":
        said = fields(source.run(*SYSCTL).output)
        return ("virtual machine", "kern.hv_vmm_present") if said.get("kern.hv_vmm_present") == "1" else ("", "")
    if system in ("win32", "cygwin"):
        board = source.call("windows registry: board")
        told = " ".join(str(part) for part in board) if isinstance(board, list) else ""
        return _hypervisor(told, "windows registry: board")
    release = source.call("platform.release()")
    if isinstance(release, str) and "microsoft" in release.lower():
        # The first kernels of WSL 2 are `4.19.104-microsoft-standard`; WSL 1 calls itself `4.4.0-19041-Microsoft`.
        return ("wsl2" if "wsl2" in release.lower() or "standard" in release else "wsl1"), "platform.release()"
    flagged = re.search(r"^flags\s*:.*\bhypervisor\b", source.read("/proc/cpuinfo"), re.MULTILINE)
    told = " ".join(source.read(f"/sys/class/dmi/id/{name}").strip() for name in ("sys_vendor", "product_name"))
    on_x86 = re.search(r"^flags\s*:", source.read("/proc/cpuinfo"), re.MULTILINE)
    found = _hypervisor(told, "/sys/class/dmi/id") if (flagged or not on_x86) and ".metal" not in told else ("", "")
    kind = source.read("/sys/hypervisor/type").strip()
    if not found[0] and kind in ("xen", "kvm"):
        return kind, "/sys/hypervisor/type"
    return ("unknown hypervisor", "/proc/cpuinfo") if flagged and not found[0] else found


def _hypervisor(told: str, place: str) -> Found:
    return next(((word, place) for part, word in HYPERVISORS if part in told.lower()), ("", ""))


def libc(source: Source) -> Found:
    """The C library, which decides which wheels there are."""
    named = source.call("os.confstr('CS_GNU_LIBC_VERSION')")
    if isinstance(named, str) and named.strip():
        return named.strip(), "os.confstr('CS_GNU_LIBC_VERSION')"
    for loader in source.glob(MUSL):
        version = re.search(r"^Version ([\d.]+)", source.run(loader).output, re.MULTILINE)
        return f"musl {version[1]}" if version else "musl", loader
    return "", ""


def power(source: Source) -> tuple[Literal["", "mains", "battery"], str]:
    """Whether a machine with a battery runs on it."""
    system = source.call("sys.platform")
    if system == "darwin":
        said = source.run(*PMSET).output
        if "InternalBattery" not in said:
            return "", ""
        return ("battery" if "'Battery Power'" in said else "mains"), "pmset"
    if system in ("win32", "cygwin"):
        plugged = source.call("psutil.sensors_battery()")
        words: dict[bool, Literal["mains", "battery"]] = {True: "mains", False: "battery"}
        return (words[plugged], "psutil.sensors_battery()") if isinstance(plugged, bool) else ("", "")
    place = "/sys/class/power_supply"
    batteries, plugged_in = [], False
    for folder in source.glob(f"{place}/*"):
        kind = source.read(f"{folder}/type").strip()
        if kind == "Battery" and source.read(f"{folder}/scope").strip() != "Device":
            batteries.append(source.read(f"{folder}/status").strip())
        elif kind in ("Mains", "USB"):
            plugged_in = plugged_in or source.read(f"{folder}/online").strip() == "1"
    if not batteries:
        return "", ""
    return ("battery" if "Discharging" in batteries and not plugged_in else "mains"), place


def governor(source: Source) -> Found:
    """How Linux chooses the clock of the first core."""
    place = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
    found = source.read(place).strip()
    return (found, place) if re.fullmatch(r"[a-z_]{1,40}", found) else ("", "")


def throttling(source: Source) -> Iterator[str]:
    """What has slowed the processor down since it was started."""
    count = whole(source.read("/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count"))
    if count:
        yield f"processor: {count} times by heat since it was started"
