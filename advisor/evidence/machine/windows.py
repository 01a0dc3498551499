"""What Windows says of a machine, from its registry and its kernel: no command is run.

Each function raises whatever goes wrong; who calls them takes that for unknown.
"""

from __future__ import annotations

import struct
import sys
from typing import Any

FEATURES = {
    19: "neon",
    39: "avx",
    40: "avx2",
    41: "avx512f",
    43: "dotprod",
    46: "sve",
    47: "sve2",
    66: "i8mm",
    67: "fp16",
    68: "bf16",
    70: "sme",
    71: "sme2",
}
"""Numbers of `IsProcessorFeaturePresent`, in winnt.h `PF_ARM_NEON_INSTRUCTIONS_AVAILABLE` and so on."""
_DISPLAYS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
"""The class of display adapters: one numbered key for each driver that is installed."""
_LAST_CACHE, _CACHE = 3, 2
"""Level of the cache that counts; `RelationCache` of LOGICAL_PROCESSOR_RELATIONSHIP."""


def processor() -> str:
    """The brand of the first processor."""
    return str(_values(r"HARDWARE\DESCRIPTION\System\CentralProcessor\0", "ProcessorNameString")[0] or "").strip()


def board() -> list[str]:
    """Maker and name of the machine, which tell of a hypervisor."""
    found = _values(r"HARDWARE\DESCRIPTION\System\BIOS", "SystemManufacturer", "SystemProductName")
    return [str(value or "") for value in found]


def adapters() -> list[dict[str, Any]]:
    r"""Each display adapter: `name`, `driver`, `device` as `pci\ven_10de&dev_2684`, and `memory` in bytes."""
    found = []
    for number in range(32):
        names = ("DriverDesc", "DriverVersion", "MatchingDeviceId", "HardwareInformation.qwMemorySize")
        try:
            name, driver, device, memory = _values(rf"{_DISPLAYS}\{number:04}", *names)
        except OSError:
            continue
        if name:
            memory = int.from_bytes(memory, "little") if isinstance(memory, bytes) else memory
            found.append({"name": name, "driver": driver or "", "device": device or "", "memory": memory})
    return found


def features() -> list[str]:
    """The instruction sets that Windows knows by number and that are there."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        present = ctypes.windll.kernel32.IsProcessorFeaturePresent
        return [name for number, name in FEATURES.items() if present(number)]
    return []


def last_cache() -> int:
    """Bytes of all caches of the third level together."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        asked = ctypes.windll.kernel32.GetLogicalProcessorInformationEx
        length = ctypes.c_ulong(0)
        asked(_CACHE, None, ctypes.byref(length))
        buffer = ctypes.create_string_buffer(length.value)
        return caches(buffer.raw) if asked(_CACHE, buffer, ctypes.byref(length)) else 0
    return 0


def caches(raw: bytes) -> int:
    """Read SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX: relation and size, then level, associativity, line, and bytes."""
    total, at = 0, 0
    while at + 16 <= len(raw):
        relation, size, level, _, _, cache = struct.unpack_from("<IIBBHI", raw, at)
        if relation == _CACHE and level == _LAST_CACHE:
            total += cache
        if not size:
            break
        at += size
    return total


def _values(key: str, *names: str) -> list[Any]:
    """The values of a key below HKEY_LOCAL_MACHINE, None for what it has not."""
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415

        found: list[Any] = []
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            for name in names:
                try:
                    found.append(winreg.QueryValueEx(opened, name)[0])
                except OSError:
                    found.append(None)
        return found
    raise OSError("there is no registry here")
