"""NVIDIA cards: what the driver and its command say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from advisor.evidence.machine.reading import fields, gigabytes
from advisor.evidence.machine.sources import Source
from advisor.frozen import replace
from advisor.model.measurement import Accelerator

FORM = "--format=csv,noheader,nounits"
QUERY = ("nvidia-smi", "--query-gpu=name,memory.total,driver_version,compute_cap,mig.mode.current", FORM)
PLAIN = ("nvidia-smi", "--query-gpu=name,memory.total,driver_version", FORM)
"""What drivers before 510 know of that: a field that is not known is refused with all the others."""
LIST = ("nvidia-smi", "-L")
CLOCKS = ("nvidia-smi", "--query-gpu=clocks_throttle_reasons.active", FORM)
REASONS = {
    0x4: "power cap",
    0x8: "hardware slowdown",
    0x20: "heat",
    0x40: "heat",
    0x80: "power brake",
}
"""Bits of `nvmlClocksEventReasons` in NVML's reference that mean slower than asked for; idle is none of them."""
_SLICE = re.compile(r"^\s+MIG\s+(\S+)\s+Device\s+\d+")
_CARD = re.compile(r"^GPU (\d+):")
_PROFILE = re.compile(r"(\d+)g\.(\d+)gb")
_VERSION = re.compile(r"\s(\d{3,}\.\d+(?:\.\d+)?)\s")


def nvidia_cards(source: Source) -> tuple[Accelerator, ...]:
    """Each card, or each slice of one that is cut up, from the source that says most."""
    asked = source.run(*QUERY)
    if asked.status is not None and asked.status != 0 and "not a valid field" in asked.output:
        asked = source.run(*PLAIN)
    cards = from_smi(asked.text)
    if any(cut for _, cut in cards):
        return tuple(from_list([card for card, _ in cards], [cut for _, cut in cards], source.run(*LIST).text))
    return tuple(card for card, _ in cards) or from_proc(source)


def from_smi(text: str) -> list[tuple[Accelerator, bool]]:
    """Read a line for each card: name, MiB, driver, compute capability, and whether it is cut into slices (MIG)."""
    cards = []
    for line in text.splitlines():
        name, memory, driver, compute, mig = _columns(line)
        if name:
            card = Accelerator(
                vendor="nvidia_gpu",
                name=name,
                memory_gb=gigabytes(memory, 2**10),
                source="nvidia-smi",
                driver=driver if driver[:1].isdecimal() else "",
                architecture=compute if compute[:1].isdecimal() else "",
            )
            cards.append((card, mig == "Enabled"))
    return cards


def _columns(line: str) -> tuple[str, str, str, str, str]:
    """The columns; a name may have commas in it, and what an older driver does not tell is empty."""
    parts = [part.strip() for part in line.split(",")]
    last = 4 if len(parts) >= 5 and parts[-1] in ("Enabled", "Disabled", "[N/A]", "N/A", "[Not Supported]") else 2
    if len(parts) <= last:
        return "", "", "", "", ""
    told = [*parts[-last:], "", ""]
    return ",".join(parts[:-last]).strip(), told[0], told[1], told[2], told[3]


def from_list(cards: Sequence[Accelerator], cut: Sequence[bool], listed: str) -> Iterator[Accelerator]:
    """Each slice that `nvidia-smi -L` lists below a card that is cut up, as a device of its own, and the other cards.

    The memory of a slice is what its profile is named after, in GB. A card that is cut up without any slice has
    nothing to run on.
    """
    slices: dict[int, list[str]] = {}
    number = -1
    for line in listed.splitlines():
        if begins := _CARD.match(line):
            number = int(begins[1])
        elif found := _SLICE.match(line):
            slices.setdefault(number, []).append(found[1])
    for index, card in enumerate(cards):
        if not cut[index]:
            yield card
        for profile in slices.get(index, ()) if cut[index] else ():
            parts = _PROFILE.match(profile)
            memory = float(parts[2]) if parts else None
            yield replace(card, name=f"{card.name} MIG {profile}", memory_gb=memory, source="nvidia-smi -L")


def from_proc(source: Source) -> tuple[Accelerator, ...]:
    """Read what the kernel driver says where its command is missing, as in many containers."""
    version = _VERSION.search(source.read("/proc/driver/nvidia/version"))
    cards = []
    for file in source.glob("/proc/driver/nvidia/gpus/*/information"):
        name = fields(source.read(file)).get("Model")
        if name:
            cards.append(
                Accelerator(
                    vendor="nvidia_gpu",
                    name=name,
                    source="/proc/driver/nvidia",
                    driver=version[1] if version else "",
                )
            )
    return tuple(cards)


def jetson(source: Source, memory_gb: float | None) -> tuple[Accelerator, ...]:
    """The card inside a Jetson, which shares its memory with the processor and hangs on no bus."""
    model = source.read("/proc/device-tree/model").strip(" \0\n")
    if "Jetson" not in model:
        return ()
    return (Accelerator(vendor="nvidia_gpu", name=model, memory_gb=memory_gb, source="/proc/device-tree/model"),)


def throttled(source: Source) -> Iterator[str]:
    """What slows cards down at this moment."""
    for number, line in enumerate(source.run(*CLOCKS).text.splitlines()):
        try:
            active = int(line.strip(), 16)
        except ValueError:
            continue
        words = dict.fromkeys(word for bit, word in REASONS.items() if active & bit)
        if words:
            yield f"accelerator {number}: {', '.join(words)}"
