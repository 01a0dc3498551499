"""What the machine is: read from files and short commands of the operating system, never from a framework."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import psutil

from advisor.evidence.accelerators import apple_gpu, nvidia_from_proc, nvidia_from_smi, pci_accelerators
from advisor.frozen import replace
from advisor.model.measurement import Accelerator, Machine

LIMIT_S = 2.0
"""For a command that reports hardware; a driver in trouble can hang it."""


def detect(root: Path = Path("/")) -> Machine:
    """Detect this machine; what cannot be read is left open, and nothing raises."""
    word = os_word(sys.platform, platform.machine(), platform.release())
    cpu, cpu_source = _cpu(root)
    cores, cores_source = _cores(root)
    memory = round(psutil.virtual_memory().total / 2**30, 1)
    machine = Machine(
        fingerprint="",
        os=word,
        arch=platform.machine(),
        cpu=cpu,
        cores=cores,
        memory_gb=memory,
        accelerators=accelerators(root, word, cpu, memory),
        sources={
            "os": "sys.platform, platform.release()",
            "arch": "platform.machine()",
            "cpu": cpu_source,
            "cores": cores_source,
            "memory_gb": "psutil.virtual_memory()",
        },
    )
    return replace(machine, fingerprint=fingerprint(machine))


def os_word(system: str, arch: str, release: str) -> str:
    """Name the operating system in the words of `train_os`."""
    if system == "darwin":
        return "macos_arm64" if arch == "arm64" else "macos_x86"
    if system in {"win32", "cygwin"}:
        return "windows_native"
    return "windows_wsl2" if "microsoft" in release.lower() else "linux"


def fingerprint(machine: Machine) -> str:
    """Hash what decides how fast a machine of this kind is; neither serial number nor user nor host name is in it.

    Memory counts in whole gigabytes, since a kernel's own share of it changes from one version to the next.
    """
    cards = [(card.vendor, card.name, round(card.memory_gb or 0)) for card in machine.accelerators]
    kind = json.dumps([machine.os, machine.arch, machine.cpu, machine.cores, round(machine.memory_gb or 0), cards])
    return hashlib.sha256(kind.encode()).hexdigest()[:16]


def accelerators(root: Path, word: str, cpu: str, memory_gb: float) -> tuple[Accelerator, ...]:
    """List the devices the operating system reports, each once, from the source that says most."""
    if word.startswith("macos"):
        return apple_gpu(command("system_profiler", "SPDisplaysDataType", "-json", limit_s=10), cpu, memory_gb)
    query = ("--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
    nvidia = nvidia_from_smi(command("nvidia-smi", *query)) or nvidia_from_proc(root)
    others = pci_accelerators(root)
    return (*nvidia, *(card for card in others if not nvidia or card.vendor != "nvidia_gpu"))


def command(*words: str, limit_s: float = LIMIT_S) -> str:
    """Run a command and return what it prints; empty where it is missing, fails or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands that report hardware
            words,
            capture_output=True,
            timeout=limit_s,
            check=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def _cpu(root: Path) -> tuple[str, str]:
    if sys.platform == "darwin":
        return command("sysctl", "-n", "machdep.cpu.brand_string").strip() or platform.processor(), "sysctl"
    if sys.platform == "win32":
        return platform.processor() or os.environ.get("PROCESSOR_IDENTIFIER", "unknown"), "platform.processor()"
    return cpu_name(read(root / "proc/cpuinfo")) or platform.processor() or "unknown", "/proc/cpuinfo"


def cpu_name(cpuinfo: str) -> str:
    """Name the processor as Linux does: by its brand, on ARM by its implementer and part."""
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    if fields.get("model name"):
        return fields["model name"]
    parts = [fields.get("CPU implementer", ""), fields.get("CPU part", "")]
    return f"ARM {' '.join(parts)}" if all(parts) else fields.get("Hardware", "")


def _cores(root: Path) -> tuple[int, str]:
    """Count the cores this process may use: its affinity mask, cut by the quota of its control group."""
    if hasattr(os, "sched_getaffinity"):
        count, source = len(os.sched_getaffinity(0)), "affinity mask"
    else:
        count, source = os.cpu_count() or 1, "os.cpu_count()"
    quota = cgroup_quota(root)
    if quota is not None and quota < count:
        return max(1, int(quota)), "cpu.max of the control group"
    return count, source


def cgroup_quota(root: Path) -> float | None:
    """Give the cores that control group v2 allows this process, the least of its own and its ancestors'."""
    own = [line[3:] for line in read(root / "proc/self/cgroup").splitlines() if line.startswith("0::")]
    if not own:
        return None
    base = root / "sys/fs/cgroup"
    folder = base / own[0].strip("/")
    folders = [folder, *(parent for parent in folder.parents if parent == base or base in parent.parents)]
    quotas = [parse_cpu_max(read(place / "cpu.max")) for place in folders]
    return min((quota for quota in quotas if quota is not None), default=None)


def parse_cpu_max(text: str) -> float | None:
    """Read `cpu.max`: microseconds allowed and the period they are for, or `max`."""
    match text.split():
        case [quota, period] if quota.isdigit() and period.isdigit() and int(period):
            return int(quota) / int(period)
    return None


def read(path: Path) -> str:
    """Read a small file of the kernel; empty where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
