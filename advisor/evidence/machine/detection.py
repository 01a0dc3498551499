"""What the machine is: read from files and short commands of the operating system, never from a framework.

`identify` finds what tells one kind of machine from another, and is cheap: a recommendation needs no more. `detect`
adds everything that explains measurements. The fingerprint is the same from both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from advisor.evidence.machine import accelerators as cards
from advisor.evidence.machine import nvidia
from advisor.evidence.machine.processor import SYSCTL, processor
from advisor.evidence.machine.sources import LIMIT_S, Live, Source
from advisor.frozen import replace
from advisor.model.measurement import Machine

Changes = Mapping[str, Any]
"""Fields of `Machine` to the values that a user gives for them."""


def identify(source: Source | None = None, changes: Changes | None = None) -> Machine:
    """Tell what kind of machine this is; what cannot be read is left open, and nothing raises."""
    source = source or Live()
    darwin = source.call("sys.platform") == "darwin"
    source.expect(*([SYSCTL, cards.PROFILER] if darwin else [nvidia.QUERY]))
    found = processor(source)
    memory = round(found.memory / 2**30, 1) if found.memory else None
    devices = cards.accelerators(source, found.name, memory)
    word, arch = os_word(source), _text(source.call("platform.machine()"))
    name, names = found.name, dict(found.sources)
    if found.translated and devices and devices[0].vendor == "apple_gpu":
        # What is translated is told of a processor that does not exist; the card has the chip's true name.
        name, names["cpu"] = devices[0].name, devices[0].source
    machine = Machine(
        fingerprint="",
        os=word,
        arch=arch,
        cpu=name,
        cores=found.cores,
        memory_gb=memory,
        accelerators=devices,
        instructions=found.instructions,
        translated=found.translated,
        cpu_vendor=found.vendor,
        logical_cores=found.logical,
        sources={
            "os": "sys.platform, platform.release()",
            "arch": "platform.machine()",
            **names,
            "accelerators": ", ".join(dict.fromkeys(device.source for device in devices)),
        },
    )
    return _named(_changed(machine, changes or {}))


def detect(source: Source | None = None, changes: Changes | None = None) -> Machine:
    """Tell everything; what cannot be read is left open, and nothing raises."""
    from advisor.evidence.machine import limits, processor, surroundings  # noqa: PLC0415  (a recommendation needs none)

    source, changes = source or Live(), changes or {}
    source.expect(*_commands(source))
    machine = identify(source, changes)
    layout = processor.topology(source)
    limit = limits.memory_limit(source)
    found: dict[str, tuple[Any, str]] = {
        "container": surroundings.container(source),
        "virtual": surroundings.hypervisor(source),
        "libc": surroundings.libc(source),
        "power": surroundings.power(source),
        "governor": surroundings.governor(source),
        "kernel": (_text(source.call("platform.release()")), "platform.release()"),
        "throttled": ((*surroundings.throttling(source), *nvidia.throttled(source)), "thermal_throttle, nvidia-smi"),
        "physical_cores": (layout.physical, layout.sources.get("physical", "")),
        "sockets": (layout.sockets, layout.sources.get("sockets", "")),
        "numa_nodes": (layout.numa_nodes, layout.sources.get("numa_nodes", "")),
    }
    if layout.last_cache:
        found["last_cache_mb"] = round(layout.last_cache / 2**20, 1), layout.sources["last_cache"]
    if limit is not None and (machine.memory_gb is None or limit.amount < machine.memory_gb * 2**30):
        found["memory_limit_gb"] = round(limit.amount / 2**30, 1), limit.source
    if "accelerators" not in changes:
        found["accelerators"] = cards.described(source, machine.accelerators), machine.sources.get("accelerators", "")
    told = {name: value for name, value in found.items() if value[0] not in (None, "", ()) and name not in changes}
    return replace(
        machine,
        **{name: value for name, (value, _) in told.items()},
        troubles=tuple(_troubles(source, machine)),
        sources={**machine.sources, **{name: place for name, (_, place) in told.items()}},
    )


def os_word(source: Source) -> str:
    """Name the operating system in the words of `train_os`. A Mac is what its chip is, even to a translated Python."""
    system, release = source.call("sys.platform"), _text(source.call("platform.release()"))
    if system == "darwin":
        arm = source.call("platform.machine()") == "arm64" or "proc_translated: 1" in source.run(*SYSCTL).output
        return "macos_arm64" if arm else "macos_x86"
    if system in ("win32", "cygwin"):
        return "windows_native"
    return "windows_wsl2" if "microsoft" in release.lower() else "linux"


def fingerprint(machine: Machine) -> str:
    """Hash what decides how fast a machine of this kind is; neither serial number nor user nor host name is in it.

    Memory counts in whole gigabytes, since a kernel's own share of it changes from one version to the next. Drivers
    are not in it: they change while the machine stays, and are compared beside it.
    """
    devices = [(card.vendor, card.name, round(card.memory_gb or 0)) for card in machine.accelerators]
    kind = json.dumps(
        [
            *(machine.os, machine.arch, machine.cpu, machine.cores, round(machine.memory_gb or 0), devices),
            *(machine.instructions, bool(machine.translated)),
        ]
    )
    return hashlib.sha256(kind.encode()).hexdigest()[:16]


def _named(machine: Machine) -> Machine:
    return replace(machine, fingerprint=fingerprint(machine))


def _changed(machine: Machine, changes: Changes) -> Machine:
    return replace(machine, **changes, sources={**machine.sources, **dict.fromkeys(changes, "--machine")})


def _commands(source: Source) -> list[tuple[str, ...]]:
    """Every command that is going to be run, so that they run at the same time."""
    from advisor.evidence.machine.surroundings import PMSET  # noqa: PLC0415

    system = source.call("sys.platform")
    if system == "darwin":
        return [SYSCTL, cards.PROFILER, PMSET]
    anywhere: list[tuple[str, ...]] = [nvidia.QUERY, nvidia.CLOCKS]
    return anywhere if system != "linux" else [*anywhere, cards.GAUDI, cards.NEURON]


def _troubles(source: Source, machine: Machine) -> Iterator[str]:
    """What could not be found out, and what it means."""
    late = [words[0] for words in _commands(source) if source.run(*words).late]
    for name in dict.fromkeys(late):
        yield f"{name} did not answer within {LIMIT_S:.0f} seconds: its driver may hang."
    smi = source.run(*nvidia.QUERY)
    if smi.status not in (None, 0) and "not a valid field" not in smi.output:
        said = " ".join(smi.output.split())[:200]
        yield f"nvidia-smi fails{f': {said}' if said else ''}"
    unserved = [card for card in machine.accelerators if card.vendor == "nvidia_gpu" and card.source.startswith("/sys")]
    if unserved:
        yield "An NVIDIA card is on the bus and no NVIDIA driver answers for it: install the driver."


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
