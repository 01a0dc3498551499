"""What a control group of Linux leaves a process of the cores and of the memory, in versions 1 and 2.

A group is named by the kernel as its host sees it. Inside a container what is mounted at /sys/fs/cgroup is often the
container's own group already, so the group, its parents and the mount itself are all looked at: the least counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from advisor.evidence.machine.reading import whole
from advisor.evidence.machine.sources import Source
from advisor.frozen import dataclass

MOUNT = "/sys/fs/cgroup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much, and the file that says so."""

    amount: float
    source: str


def cpu_limit(source: Source) -> Limit | None:
    """Cores: microseconds of processor time that are allowed in each period."""
    found = []
    for folder in _groups(source, "", MOUNT):
        quota = parse_cpu_max(source.read(f"{folder}/cpu.max"))
        if quota is not None:
            found.append(Limit(amount=quota, source="cpu.max of the control group"))
    for folder in _groups(source, "cpu", *_mounts("cpu", "cpu,cpuacct")):
        quota = parse_cpu_max(
            f"{source.read(f'{folder}/cpu.cfs_quota_us')} {source.read(f'{folder}/cpu.cfs_period_us')}"
        )
        if quota is not None:
            found.append(Limit(amount=quota, source="cpu.cfs_quota_us of the control group"))
    return min(found, key=lambda limit: limit.amount, default=None)


def memory_limit(source: Source) -> Limit | None:
    """Bytes."""
    found = []
    for controller, name, mounts in (
        ("", "memory.max", (MOUNT,)),
        ("memory", "memory.limit_in_bytes", _mounts("memory")),
    ):
        for folder in _groups(source, controller, *mounts):
            amount = whole(source.read(f"{folder}/{name}"))
            if amount:
                found.append(Limit(amount=amount, source=f"{name} of the control group"))
    return min(found, key=lambda limit: limit.amount, default=None)


def parse_cpu_max(text: str) -> float | None:
    """Read `cpu.max`: microseconds allowed and the period they are for; `max` and -1 allow all."""
    match text.split():
        case [quota, period]:
            allowed, of = whole(quota), whole(period)
            return allowed / of if allowed and of else None
    return None


def _mounts(*names: str) -> tuple[str, ...]:
    return tuple(f"{MOUNT}/{name}" for name in names)


def _groups(source: Source, controller: str, *mounts: str) -> Iterator[str]:
    """The folders of this process's group and of its parents, below each mount."""
    for line in source.read("/proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        mine = controller in controllers.split(",") if controller else (number, controllers) == ("0", "")
        path = PurePosixPath(group.strip())
        if mine and ".." not in path.parts:
            for mount in mounts:
                for parent in (path, *path.parents):
                    yield str(PurePosixPath(mount) / str(parent).lstrip("/"))
