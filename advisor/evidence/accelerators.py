"""Accelerators in what an operating system reports of them: each function reads one source."""

from __future__ import annotations

import json
from pathlib import Path

from advisor.model.measurement import Accelerator

DISPLAY = ("0x0300", "0x0302", "0x0380")
"""PCI classes of graphics cards: VGA, 3D and other display controllers."""
GPU_VENDORS = {"0x10de": "nvidia_gpu", "0x1002": "amd_gpu", "0x8086": "intel_gpu"}
PROCESSING = {
    **{
        ("0x1ae0", device): ("google_tpu", name)
        for device, name in (
            ("0x0027", "TPU v3"),
            ("0x005e", "TPU v4"),
            ("0x0062", "TPU v5p"),
            ("0x0063", "TPU v5e"),
            ("0x006f", "TPU v6e"),
            ("0x0076", "TPU7x"),
        )
    },
    **{
        ("0x1d0f", device): ("aws_trainium", name) for device, name in (("0x7164", "Trainium"), ("0x7364", "Trainium2"))
    },
    **{
        ("0x1da3", device): ("intel_gaudi", name)
        for device, name in (("0x1000", "Gaudi"), ("0x1020", "Gaudi 2"), ("0x1060", "Gaudi 3"))
    },
    **{
        ("0x19e5", device): ("huawei_ascend", name)
        for device, name in (("0xd801", "Ascend 910"), ("0xd802", "Ascend 910B"))
    },
}
"""PCI vendor and device to what it is. Google's are those of `jax._src.hardware_utils`, the others those of the PCI ID
repository and of the vendors' drivers."""


def nvidia_from_smi(text: str) -> tuple[Accelerator, ...]:
    """Read `nvidia-smi --query-gpu=name,memory.total --format=csv,noheader,nounits`: a name and MiB a line."""
    cards = []
    for line in text.splitlines():
        name, _, memory = line.rpartition(",")
        if name.strip():
            cards.append(
                Accelerator(
                    vendor="nvidia_gpu", name=name.strip(), memory_gb=_gigabytes(memory, 2**10), source="nvidia-smi"
                )
            )
    return tuple(cards)


def nvidia_from_proc(root: Path) -> tuple[Accelerator, ...]:
    """Read what the kernel driver says where its command is missing, as in many containers."""
    cards = []
    for file in sorted(root.glob("proc/driver/nvidia/gpus/*/information")):
        fields = dict(line.partition(":")[::2] for line in _read(file).splitlines())
        name = {key.strip(): value.strip() for key, value in fields.items()}.get("Model")
        if name:
            cards.append(Accelerator(vendor="nvidia_gpu", name=name, source="/proc/driver/nvidia"))
    return tuple(cards)


def pci_accelerators(root: Path) -> tuple[Accelerator, ...]:
    """Read the PCI bus as Linux shows it in /sys: cards by their class, others by number."""
    cards = []
    for folder in sorted(root.glob("sys/bus/pci/devices/*")):
        vendor, device, kind = (_read(folder / name).strip() for name in ("vendor", "device", "class"))
        word, name = PROCESSING.get((vendor, device), ("", ""))
        if not word and kind[:6] in DISPLAY:
            word, name = GPU_VENDORS.get(vendor, ""), f"PCI {vendor[2:]}:{device[2:]}"
        if word:
            memory = _gigabytes(_read(folder / "mem_info_vram_total"), 2**30)
            cards.append(Accelerator(vendor=word, name=name, memory_gb=memory, source="/sys/bus/pci/devices"))
    return tuple(cards)


def apple_gpu(profile: str, cpu: str, memory_gb: float) -> tuple[Accelerator, ...]:
    """Read `system_profiler SPDisplaysDataType -json`; on Apple silicon the memory is shared with the processor."""
    words = {"sppci_vendor_Apple": "apple_gpu", "sppci_vendor_amd": "amd_gpu", "sppci_vendor_intel": "intel_gpu"}
    try:
        entries = json.loads(profile)["SPDisplaysDataType"]
        cards = [
            Accelerator(
                vendor=words.get(entry.get("spdisplays_vendor", ""), "apple_gpu" if "Apple" in cpu else "unknown"),
                name=entry.get("sppci_model", entry.get("_name", "")),
                memory_gb=memory_gb if "Apple" in cpu else None,
                source="system_profiler",
            )
            for entry in entries
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        cards = []
    if not cards and cpu.startswith("Apple"):
        return (Accelerator(vendor="apple_gpu", name=cpu, memory_gb=memory_gb, source="sysctl"),)
    return tuple(cards)


def _gigabytes(text: str, divisor: int) -> float | None:
    try:
        return round(float(text) / divisor, 1)
    except ValueError:
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
