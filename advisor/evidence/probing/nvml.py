"""What NVIDIA's management library says of a card between two blocks: whether it was slowed, and who else uses it.

Called through its C interface, since it comes with every driver; nothing is ever set. Names, numbers and structures are
those of NVIDIA's NVML API reference.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Collection
from typing import Any

from advisor.frozen import dataclass

SLOWED = 0x08 | 0x20 | 0x40 | 0x80
"""Clock event reasons that mean less than the card can do: hardware slowdown, thermal slowdown by software and by
hardware, power brake. That it is idle, or at its power cap under load, is how it works."""
SM = 1
"""NVML_CLOCK_SM."""
SUCCESS = 0
MOST_PROCESSES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CardState:
    """A card at one moment; None where the driver does not tell."""

    clock_mhz: int | None = None
    temperature_c: int | None = None
    reasons: int | None = None
    """Bits of clock event reasons."""
    processes: tuple[int, ...] = ()
    """Who computes on it."""

    @property
    def slowed(self) -> bool:
        """Whether something keeps it from its usual clock."""
        return bool((self.reasons or 0) & SLOWED)

    def strangers(self, own: Collection[int]) -> tuple[int, ...]:
        """Processes on it that are not of this run; none where it lists none of this run: it numbers them otherwise.

        In a container a driver may give the numbers that they have outside.
        """
        others = tuple(pid for pid in self.processes if pid not in own)
        return others if len(others) < len(self.processes) else ()


class _Process(ctypes.Structure):
    """nvmlProcessInfo_v2_t."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("memory", ctypes.c_ulonglong),
        ("instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    )


class Card:
    """One card, by its handle."""

    def __init__(self, library: Any, handle: Any) -> None:
        self._library, self._handle = library, handle

    def state(self) -> CardState:
        """Read it; takes well below a millisecond."""
        return CardState(
            clock_mhz=self._number("nvmlDeviceGetClockInfo", ctypes.c_uint, SM),
            temperature_c=self._number("nvmlDeviceGetTemperature", ctypes.c_uint, 0),
            reasons=self._number("nvmlDeviceGetCurrentClocksThrottleReasons", ctypes.c_ulonglong),
            processes=self._processes(),
        )

    def _number(self, name: str, kind: Callable[[], Any], *about: int) -> int | None:
        value = kind()
        answered = _call(self._library, name, self._handle, *about, ctypes.pointer(value))
        return int(value.value) if answered else None

    def _processes(self) -> tuple[int, ...]:
        count, found = ctypes.c_uint(MOST_PROCESSES), (_Process * MOST_PROCESSES)()
        name = "nvmlDeviceGetComputeRunningProcesses_v3"
        if not _call(self._library, name, self._handle, ctypes.pointer(count), found):
            return ()
        return tuple(process.pid for process in found[: count.value])


def first_card(library: Any = None) -> Card | None:
    """Give the card that a framework takes by default; None where there is none, or no driver that tells."""
    library = library or _library()
    handle = ctypes.c_void_p()
    number = os.environ.get("CUDA_VISIBLE_DEVICES", "").partition(",")[0].strip()
    index = int(number) if number.isdecimal() else 0
    if library is None or not _call(library, "nvmlInit_v2"):
        return None
    found = _call(library, "nvmlDeviceGetHandleByIndex_v2", ctypes.c_uint(index), ctypes.pointer(handle))
    return Card(library, handle) if found else None


def _library() -> Any:
    try:
        return ctypes.CDLL("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
    except OSError:
        return None


def _call(library: Any, name: str, *arguments: Any) -> bool:
    """Call a function that older drivers may not have."""
    function = getattr(library, name, None)
    return function is not None and function(*arguments) == SUCCESS
