"""What a user says of the machine in place of what is detected: `cores=4`, `accelerators=nvidia_gpu:H100:80`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from advisor.errors import InputError, Problem
from advisor.model.measurement import Accelerator

UNKNOWN = "unknown"
VENDORS = (
    *("nvidia_gpu", "amd_gpu", "intel_gpu", "apple_gpu", "google_tpu", "aws_trainium", "intel_gaudi", "cerebras"),
    "huawei_ascend",
)
"""Words of `train_hw` that are accelerators."""
SYSTEMS = ("linux", "macos_arm64", "macos_x86", "windows_native", "windows_wsl2")
"""Words of `train_os`."""
FORM = "VENDOR:NAME[:GB[:DRIVER[:ARCHITECTURE]]]"


def overrides(settings: Iterable[str]) -> dict[str, Any]:
    """Read `KEY=VALUE` settings into fields of `Machine`; raises InputError with everything that is wrong."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for setting in settings:
        key, equals, text = setting.partition("=")
        try:
            read = READERS[key] if equals and key in READERS else _refused
            found[key] = None if text == UNKNOWN and key in _OPEN else read(text)
        except ValueError as error:
            place = f"--machine {key}" if key in READERS else f"--machine {setting[:60]!r}"
            problems.append(Problem(message=f"{error}.", place=place))
    if problems:
        raise InputError(*problems)
    return found


def _refused(_: str) -> str:
    raise ValueError(f"expected KEY=VALUE with one of {', '.join(READERS)}")


def _word(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{text[:60]!r} is none of {', '.join(word or 'nothing' for word in allowed)}")
        return text

    return read


def _text(text: str) -> str:
    if not text.isprintable() or len(text) > 200:
        raise ValueError("expected at most 200 printable characters")
    return text


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 6 and int(text)):
        raise ValueError(f"{text[:60]!r} is no whole number from 1 to 999999")
    return int(text)


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 < amount < 1e9:
        raise ValueError(f"{text[:60]!r} is no number above 0")
    return amount


def _truth(text: str) -> bool:
    return _word("true", "false")(text) == "true"


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in _text(text).split(",") if part)


def _accelerators(text: str) -> tuple[Accelerator, ...]:
    if text == "none":
        return ()
    cards = []
    for part in text.split(","):
        vendor, _, rest = part.partition(":")
        if vendor not in VENDORS:
            raise ValueError(f"{part[:60]!r} is no {FORM}; VENDOR is one of {', '.join(VENDORS)}, or all is none")
        name, memory, driver, architecture = [*rest.split(":", 3), "", "", "", ""][:4]
        cards.append(
            Accelerator(
                vendor=vendor,
                name=_text(name) or vendor,
                memory_gb=_amount(memory) if memory else None,
                source="--machine",
                driver=_text(driver),
                architecture=_text(architecture),
            )
        )
    return tuple(cards)


READERS: Mapping[str, Callable[[str], Any]] = {
    "os": _word(*SYSTEMS),
    "arch": _text,
    "cpu": _text,
    "cpu_vendor": _text,
    "instructions": _list,
    "cores": _count,
    "logical_cores": _count,
    "physical_cores": _count,
    "sockets": _count,
    "numa_nodes": _count,
    "last_cache_mb": _amount,
    "memory_gb": _amount,
    "memory_limit_gb": _amount,
    "accelerators": _accelerators,
    "translated": _truth,
    "container": _text,
    "virtual": _text,
    "libc": _text,
    "kernel": _text,
    "power": _word("", "mains", "battery"),
    "governor": _text,
    "throttled": _list,
}
"""Every field of `Machine` that is detected, and how its value is written."""
_OPEN = (
    *("logical_cores", "physical_cores", "sockets", "numa_nodes", "last_cache_mb", "memory_gb", "memory_limit_gb"),
    "translated",
)
"""What may be unknown; a text that is, is empty."""
