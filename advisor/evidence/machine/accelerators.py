"""Accelerators in what an operating system reports of them: each function reads one source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from advisor.evidence.machine import nvidia
from advisor.evidence.machine.reading import entries, gigabytes, whole
from advisor.evidence.machine.sources import Source
from advisor.frozen import dataclass, replace
from advisor.model.measurement import Accelerator

DISPLAY = ("0x0300", "0x0302", "0x0380")
"""PCI classes of graphics cards: VGA, 3D and other display controllers."""
ACCELERATING = "0x1200"
"""PCI class of processing accelerators, which some data-centre cards are."""
GPU_VENDORS = {"0x10de": "nvidia_gpu", "0x1002": "amd_gpu", "0x8086": "intel_gpu"}
SHORT = {"nvidia_gpu": "NVIDIA", "amd_gpu": "AMD", "intel_gpu": "Intel"}


@dataclass(frozen=True, slots=True)
class Chip:
    """What a PCI device number stands for."""

    vendor: str
    name: str
    memory_gb: float | None = None
    """As its maker specifies it, where no driver tells: of one chip."""


CHIPS = {
    **{
        ("0x1ae0", device): Chip("google_tpu", name, memory)
        for device, name, memory in (
            ("0x0027", "TPU v3", 32.0),
            ("0x005e", "TPU v4", 32.0),
            ("0x0062", "TPU v5p", 95.0),
            ("0x0063", "TPU v5e", 16.0),
            ("0x006f", "TPU v6e", 32.0),
            ("0x0076", "TPU7x", 192.0),
        )
    },
    ("0x1d0f", "0x7164"): Chip("aws_trainium", "Trainium", 32.0),
    ("0x1d0f", "0x7364"): Chip("aws_trainium", "Trainium2", 96.0),
    ("0x1da3", "0x1000"): Chip("intel_gaudi", "Gaudi", 32.0),
    ("0x1da3", "0x1020"): Chip("intel_gaudi", "Gaudi 2", 96.0),
    ("0x1da3", "0x1060"): Chip("intel_gaudi", "Gaudi 3", 128.0),
    ("0x19e5", "0xd801"): Chip("huawei_ascend", "Ascend 910"),
    ("0x19e5", "0xd802"): Chip("huawei_ascend", "Ascend 910B"),
    **{
        ("0x1002", device): Chip("amd_gpu", f"AMD {name}")
        for device, name in (
            ("0x738c", "Instinct MI100"),
            ("0x7408", "Instinct MI250X"),
            ("0x740c", "Instinct MI250X / MI250"),
            ("0x740f", "Instinct MI210"),
            ("0x74a0", "Instinct MI300A"),
            ("0x74a1", "Instinct MI300X"),
            ("0x74a2", "Instinct MI308X"),
            ("0x74a5", "Instinct MI325X"),
            ("0x74b5", "Instinct MI300X"),
            ("0x74b9", "Instinct MI325X"),
            ("0x75a0", "Instinct MI350X"),
            ("0x75a3", "Instinct MI355X"),
            ("0x73bf", "Radeon RX 6800 / 6900"),
            ("0x73df", "Radeon RX 6700"),
            ("0x744c", "Radeon RX 7900"),
            ("0x747e", "Radeon RX 7700 / 7800"),
            ("0x7480", "Radeon RX 7600"),
            ("0x7550", "Radeon RX 9070"),
            ("0x1586", "Radeon 8060S"),
            ("0x15bf", "Radeon 780M"),
            ("0x1900", "Radeon 780M"),
            ("0x150e", "Radeon 890M"),
            ("0x1681", "Radeon 680M"),
            ("0x164e", "Radeon Graphics of Ryzen 7000"),
        )
    },
    **{
        ("0x8086", device): Chip("intel_gpu", f"Intel {name}", memory)
        for device, name, memory in (
            ("0x56a0", "Arc A770", None),
            ("0x56a1", "Arc A750", 8.0),
            ("0x56a5", "Arc A380", 6.0),
            ("0xe20b", "Arc B580", 12.0),
            ("0xe20c", "Arc B570", 10.0),
            ("0x0bd5", "Data Center GPU Max 1550", 128.0),
            ("0x0bda", "Data Center GPU Max 1100", 48.0),
            ("0x56c0", "Data Center GPU Flex 170", 16.0),
            ("0x56c1", "Data Center GPU Flex 140", 12.0),
            ("0x7d55", "Arc Graphics of Meteor Lake", None),
            ("0x64a0", "Arc Graphics of Lunar Lake", None),
            ("0xa780", "UHD Graphics 770", None),
        )
    },
}
"""PCI vendor and device to what it is. Google's numbers are those of `jax._src.hardware_utils`, the others those of the
PCI ID repository and of the vendors' drivers; memory is what the makers' data sheets give."""

PROFILER = ("system_profiler", "SPDisplaysDataType", "-json")
GAUDI = ("hl-smi", "--query-aip=name,memory.total", "--format=csv,noheader,nounits")
NEURON = ("neuron-ls", "--json-output")


def accelerators(source: Source, cpu: str, memory_gb: float | None) -> tuple[Accelerator, ...]:
    """List the devices the operating system reports, each once, from the source that says most."""
    system = source.call("sys.platform")
    if system == "darwin":
        return apple_gpu(source.run(*PROFILER).text, cpu, memory_gb)
    cards = nvidia.nvidia_cards(source)
    if system in ("win32", "cygwin"):
        others = windows_cards(source)
    else:
        cards = cards or nvidia.jetson(source, memory_gb)
        others = (*pci_accelerators(source), *tpu_of_variables(source))
        if any(card.source.startswith("/sys") and card.vendor == "google_tpu" for card in others):
            others = tuple(card for card in others if card.source != "TPU_ACCELERATOR_TYPE")
    return (*cards, *(card for card in others if not cards or card.vendor != "nvidia_gpu"))


def described(source: Source, cards: Sequence[Accelerator]) -> tuple[Accelerator, ...]:
    """The same devices in the same order, with what only commands tell: memory and units."""
    if source.call("sys.platform") != "linux":
        return tuple(cards)
    told: dict[str, list[dict[str, Any]]] = {
        "intel_gaudi": list(_gaudi(source.run(*GAUDI).text)),
        "aws_trainium": list(_neuron(source.run(*NEURON).text)),
    }
    described: list[Accelerator] = []
    counts = Counter(card.vendor for card in cards)
    for card in cards:
        about = told.get(card.vendor, [])
        # A command that tells of other devices than the bus does cannot be matched with them.
        said = about.pop(0) if len(about) == counts[card.vendor] else {}
        counts[card.vendor] -= 1
        described.append(replace(card, **{name: value for name, value in said.items() if value}))
    return tuple(described)


_DRIVERS = {
    "amd_gpu": ("/sys/module/amdgpu/version",),
    "intel_gpu": ("/sys/module/xe/version", "/sys/module/i915/version"),
    "intel_gaudi": ("/sys/module/habanalabs/version",),
    "aws_trainium": ("/sys/module/neuron/version",),
    "huawei_ascend": ("/sys/module/drv_davinci_intf/version",),
}
"""Where modules that were built outside of the kernel tell their version; those that are part of it have none."""


def _driver(source: Source, vendor: str) -> str:
    return next((text for path in _DRIVERS.get(vendor, ()) if (text := source.read(path).strip())), "")


def _gaudi(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 2:
            yield {"memory_gb": gigabytes(parts[1], 2**10)}


def _neuron(text: str) -> Iterator[dict[str, Any]]:
    for entry in entries(text):
        yield {"memory_gb": gigabytes(entry.get("memory_size"), 2**30), "units": whole(entry.get("nc_count"))}


def pci_accelerators(source: Source) -> tuple[Accelerator, ...]:
    """Read the PCI bus as Linux shows it in /sys: cards by their class, others by number."""
    cards: list[Accelerator] = []
    kernels = amd_kernels(source)
    for folder in source.glob("/sys/bus/pci/devices/*"):
        vendor, device, kind = (source.read(f"{folder}/{name}").strip() for name in ("vendor", "device", "class"))
        chip = CHIPS.get((vendor, device))
        drawing = kind[:6] in DISPLAY or (kind[:6] == ACCELERATING and vendor == "0x1002")
        if chip is None and drawing and vendor in GPU_VENDORS:
            word = GPU_VENDORS[vendor]
            chip = Chip(word, f"{SHORT[word]} PCI {vendor[2:]}:{device[2:]}")
        # Some chips show further functions, for their network or their sound, under the same numbers.
        if chip is None or (chip.vendor in SHORT and not drawing):
            continue
        own = gigabytes(source.read(f"{folder}/mem_info_vram_total"), 2**30)
        name = source.read(f"{folder}/product_name").strip() or chip.name
        architecture, units = kernels.get(folder.rpartition("/")[2], ("", None))
        cards.append(
            Accelerator(
                vendor=chip.vendor,
                name=name,
                memory_gb=own or chip.memory_gb,
                source="/sys/bus/pci/devices",
                driver=_driver(source, chip.vendor),
                architecture=architecture,
                units=units,
            )
        )
    return tuple(cards)


def amd_kernels(source: Source) -> dict[str, tuple[str, int | None]]:
    """What AMD's compute driver compiles for, and compute units, by PCI address.

    `gfx_target_version` is two digits each of major, minor and stepping, of which the last two are written in
    hexadecimal: 90402 is gfx942, 90010 is gfx90a.
    """
    found = {}
    for file in source.glob("/sys/class/kfd/kfd/topology/nodes/*/properties"):
        said = dict(line.partition(" ")[::2] for line in source.read(file).splitlines())
        target, place = whole(said.get("gfx_target_version")), whole(said.get("location_id"))
        if not target or place is None:
            continue
        domain = whole(said.get("domain")) or 0
        address = f"{domain:04x}:{place >> 8 & 0xFF:02x}:{place >> 3 & 0x1F:02x}.{place & 7}"
        major, minor, stepping = target // 10000, target // 100 % 100, target % 100
        simds, of_each = whole(said.get("simd_count")), whole(said.get("simd_per_cu"))
        units = simds // of_each if simds and of_each else None
        found[address] = (f"gfx{major}{minor:x}{stepping:x}", units)
    return found


def tpu_of_variables(source: Source) -> tuple[Accelerator, ...]:
    """The TPUs that a virtual machine or a cluster has set variables for, where the bus is out of sight."""
    kind = source.variable("TPU_ACCELERATOR_TYPE")
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", kind):
        return ()
    count = len(source.glob("/dev/accel[0-9]*")) or len(source.glob("/dev/vfio/[0-9]*")) or 1
    card = Accelerator(vendor="google_tpu", name=f"TPU {kind}", source="TPU_ACCELERATOR_TYPE")
    return (card,) * min(count, 64)


def apple_gpu(profile: str, cpu: str, memory_gb: float | None) -> tuple[Accelerator, ...]:
    """Read `system_profiler SPDisplaysDataType -json`; on Apple silicon the memory is shared with the processor."""
    words = {"sppci_vendor_Apple": "apple_gpu", "sppci_vendor_amd": "amd_gpu", "sppci_vendor_intel": "intel_gpu"}
    own = "Apple" in cpu
    cards = [
        Accelerator(
            vendor=words.get(str(entry.get("spdisplays_vendor", "")), "apple_gpu" if own else "unknown"),
            name=str(entry.get("sppci_model", entry.get("_name", ""))),
            memory_gb=memory_gb if own else _vram(str(entry.get("spdisplays_vram", ""))),
            source="system_profiler",
            units=whole(entry.get("sppci_cores")),
        )
        for entry in entries(profile, "SPDisplaysDataType")
    ]
    if not cards and own and not cpu.startswith("Virtual"):
        return (Accelerator(vendor="apple_gpu", name=cpu, memory_gb=memory_gb, source="sysctl"),)
    return tuple(cards)


def _vram(text: str) -> float | None:
    """Read `8 GB` or `1536 MB`."""
    return gigabytes(text, {"GB": 1.0, "MB": 2**10}.get(text.rsplit(maxsplit=1)[-1] if text.split() else "", 1.0))


def windows_cards(source: Source) -> tuple[Accelerator, ...]:
    """Read the display adapters of the registry; a card whose driver was installed twice is there twice."""
    adapters = source.call("windows registry: display adapters")
    cards: dict[str, Accelerator] = {}
    for entry in adapters if isinstance(adapters, list) else ():
        said = entry if isinstance(entry, dict) else {}
        name, device = str(said.get("name", "")), str(said.get("device", "")).lower()
        vendor = re.search(r"ven_([0-9a-f]{4})", device)
        word = GPU_VENDORS.get(f"0x{vendor[1]}") if vendor else None
        if word and name:
            cards[device] = Accelerator(
                vendor=word,
                name=re.sub(r"\((R|TM)\)", "", name).strip(),
                memory_gb=gigabytes(said.get("memory"), 2**30),
                source="windows registry: display adapters",
                driver=str(said.get("driver", "")),
            )
    return tuple(cards.values())
