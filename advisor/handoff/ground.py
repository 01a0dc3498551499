"""The ground a stack stands on: platform, accelerator and Python of one place, and what of it is assumed."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from types import MappingProxyType

from advisor.frozen import dataclass
from advisor.intake.situation import joined, stands
from advisor.model.rule import Place
from advisor.model.versions import is_version, standing

PYTHONS = ("3.12", "3.11", "3.13", "3.14")
"""What is assumed where nothing says which Python there is: the first that fits."""

_SYSTEMS = {
    "linux": "linux x86_64",
    "windows_wsl2": "linux x86_64",
    "windows_native": "win32 AMD64",
    "macos_arm64": "darwin arm64",
    "macos_x86": "darwin x86_64",
}
"""Words of `train_os` as platforms of recipes."""
_USUAL = "linux x86_64"
_ON_ARM = {"linux x86_64": "linux aarch64", "win32 AMD64": "win32 ARM64"}
_ARM = (
    "graviton",
    "grace",
    "gh200",
    "gb10",
    "gb200",
    "gb300",
    "dgx_spark",
    "jetson",
    "orin",
    "ampere_altra",
    "ampereone",
    "neoverse",
)
_WHEELS = {"linux aarch64": "linux arm64", "darwin arm64": "macos arm64", "darwin x86_64": "macos x86_64"}
_WHEELS |= {"win32 AMD64": "windows x86_64", "win32 ARM64": "windows arm64"}
"""Platforms of recipes as the package index names them, where it says otherwise."""
_FIRST: tuple[Place, ...] = ("train", "develop", "deploy")
_KEYS: Mapping[Place, tuple[str, str, str]] = {
    "develop": ("develop_os", "develop_hw", ""),
    "train": ("train_os", "train_hw", "accelerator"),
    "deploy": ("deploy_os", "deploy_chip", "deploy_hw"),
}


_WITHOUT_PYTHON = frozenset(
    (
        *("android", "ios", "android_ios", "browser", "microcontroller", "fpga"),
        *("game_engine", "jvm_service", "cpp_service", "dotnet_service"),
    )
)
"""Targets on which no Python runs: what prepares a model for them is installed where it is trained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a stack is installed."""

    place: Place
    platform: str
    """As in a recipe: `linux x86_64`."""
    accelerator: str
    """A word of `train_hw` or `deploy_chip`; `cpu` where none is known."""
    known: bool
    """Whether that is known: an answer, or this machine, says so."""
    age: str
    """A word of `chip_age`; empty where none is known."""
    python: str
    """`3.12`, or with its patch release; empty where the first of `PYTHONS` that fits is to be assumed."""
    assumed: tuple[str, ...]
    """What neither an answer nor this machine says, in words."""

    @property
    def accelerators(self) -> frozenset[str]:
        """The accelerator, or that there is none; empty where neither is known."""
        return frozenset({self.accelerator} if self.known else ())

    @property
    def wheel(self) -> str:
        """The platform as the package index names it."""
        return _WHEELS.get(self.platform, self.platform)

    def python_for(self, *ranges: str) -> str:
        """The Python: the one that is known, or the first that fits all ranges; empty where none does."""
        return next((one for one in ([self.python] if self.python else PYTHONS) if serves(one, *ranges)), "")


def serves(python: str, *ranges: str) -> bool:
    """Whether a Python lies in all of the ranges; of one that cannot be read, nothing is known against it."""
    return all(standing(python, asked) in ("served", "") for asked in ranges if asked)


def place_of(answers: Mapping[str, object]) -> Place:
    """The place that is the machine at hand by the answers; training where none is said to be."""
    here = answers.get("here")
    said = here if isinstance(here, tuple) else ()
    return next((place for place in _FIRST if place in said), "train")


def ground(
    place: Place, answers: Mapping[str, object], *, here: bool, ages: Mapping[str, str] = MappingProxyType({})
) -> Ground:
    """What is known of a place; `here` says that it is this machine, of which detection has already been answered.

    `ages` has the word of `chip_age` that the text under a key (`accelerator`, `deploy_hw`) tells of its own chip.
    """
    assumed: list[str] = []
    stands_in: Place = place
    target = answers.get("deploy_target")
    if place == "deploy" and target in _WITHOUT_PYTHON:
        stands_in = "train"
        assumed.append(f"that models are prepared for {target} where they are trained")
    system, chip, name = (answers.get(key) for key in _KEYS[stands_in])
    processor = answers.get("host_processor") if stands_in == "train" else None
    on_arm = chip == "arm_cpu" or (stands_in == "deploy" and target == "jetson") or _names_arm(name)
    on_arm = processor == "arm64" or (processor is None and on_arm)
    usual = _SYSTEMS.get(str(system), _USUAL)
    here = here and (system is None or usual.startswith(sys.platform))
    if here:
        found = f"{sys.platform} {platform.machine()}"
    else:
        found = _ON_ARM.get(usual, usual) if on_arm else usual
        lacking = [] if system in _SYSTEMS else ["Linux"]
        if usual == _USUAL and not on_arm and processor is None:
            lacking = ["Linux x86_64"] if lacking else ["an x86_64 processor"]
        assumed += lacking
    if not isinstance(chip, str):
        assumed.append("no accelerator")
    python = str(answers.get("python_version") or (platform.python_version() if here else ""))
    if python and not is_version(python):
        assumed.append(f"any Python that fits, since {python} names no version")
        python = ""
    return Ground(
        place=place,
        platform=found,
        accelerator=chip if isinstance(chip, str) else "cpu",
        known=isinstance(chip, str),
        age=ages.get(_KEYS[stands_in][2], ""),
        python=python,
        assumed=tuple(assumed),
    )


def _names_arm(name: object) -> bool:
    """Ampere is a maker of Arm processors, and a generation of NVIDIA's cards: `RTX A6000 (Ampere)` is no processor."""
    return isinstance(name, str) and any(stands(word, joined(name)) for word in _ARM)
