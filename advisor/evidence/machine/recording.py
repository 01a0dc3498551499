"""What detection read on a machine, as one document: to be looked at, sent to a colleague, and diagnosed elsewhere.

It holds what the machine is and not whose: no serial numbers, addresses of the network or of the bus, names of users or
hosts, folders, or running programs. Of commands that print much more than is used, only that is kept.
"""

from __future__ import annotations

import getpass
import json
import platform
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from advisor.errors import InputError, Problem
from advisor.evidence.machine.accelerators import NEURON, PROFILER
from advisor.evidence.machine.framework_builds import Packages, packages_from
from advisor.evidence.machine.reading import entries
from advisor.evidence.machine.sources import Live, Ran, Recorded
from advisor.frozen import dataclass

SCHEMA = "advisor/recording/1"
MOST_BYTES = 16 * 2**20

TELLING = {
    "TPU_ACCELERATOR_TYPE": "",
    "PROCESSOR_IDENTIFIER": "",
    "container": "",
}
"""Variables whose value is used; of the others only that they are set."""
USED: Mapping[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {
    PROFILER: (
        ("SPDisplaysDataType",),
        ("_name", "sppci_model", "sppci_cores", "sppci_bus", "spdisplays_vendor", "spdisplays_vram"),
    ),
    NEURON: ((), ("neuron_device", "nc_count", "memory_size")),
}
"""Commands that print JSON: where the list of devices is, and what is used of each."""
_PUBLIC = frozenset(
    {
        *("root", "user", "users", "admin", "administrator", "runner", "docker", "host", "localhost", "machine"),
        *("ubuntu", "debian", "fedora", "centos", "linux", "windows", "microsoft", "cpu", "gpu"),
        *("nvidia", "jetson", "intel", "amd", "apple", "google"),
    }
)
"""Names that say nothing of anybody, and occur in what drivers print."""
_MANY = ("processor", "physical id", "core id", "CPU implementer", "CPU part")
"""All that is used of the second and further processors in /proc/cpuinfo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A machine as it was recorded."""

    source: Recorded
    environments: tuple[Packages, ...]


def document(source: Live, environments: Iterable[Packages]) -> dict[str, Any]:
    """What was asked and answered, cleaned, as plain JSON values."""
    clean = _Cleaning()
    files = {path: text for path, text in source.files.items() if text.strip()}
    if "/proc/cpuinfo" in files:
        files["/proc/cpuinfo"] = _shortened(files["/proc/cpuinfo"])
    below = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    files |= dict.fromkeys((path for path in source.found if path not in files and path not in below), "")
    return {
        "schema": SCHEMA,
        "calls": clean(dict(source.calls)),
        "variables": {
            name: clean(value) if name in TELLING else "set" for name, value in source.variables.items() if value
        },
        "files": {clean(path): _lines(clean(text)) for path, text in sorted(files.items())},
        "commands": [
            {
                "command": list(words),
                "status": ran.status,
                "late": ran.late,
                "output": _lines(clean(_used(words, ran.output))),
            }
            for words, ran in source.commands.items()
            if ran != Ran()
        ],
        "environments": [
            {
                "python": there.python,
                "platform": there.platform,
                "packages": dict(there.packages),
                "built": {name: dict(values) for name, values in there.built.items()},
            }
            for there in environments
        ],
    }


def read_recording(path: str) -> Recording:
    """Read a file that `--save` wrote; raises InputError where it is none."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        message = f"the recording cannot be read: {error.strerror or error}."
        raise InputError(Problem(message=message, place=path, hint="Check the path.")) from None
    try:
        return recording(json.loads(raw if len(raw) <= MOST_BYTES else b""))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        message = f"this is no recording of a machine; expected {SCHEMA} in JSON, of at most {MOST_BYTES >> 20} MiB."
        hint = "Make one with `advisor doctor --save FILE`."
        raise InputError(Problem(message=message, place=path, hint=hint)) from None


def recording(said: Mapping[str, Any]) -> Recording:
    """Read the document; raises ValueError, TypeError, KeyError or AttributeError where it is none."""
    if said["schema"] != SCHEMA:
        raise ValueError(said["schema"])
    commands = {
        tuple(map(str, entry["command"])): Ran(
            output=_text(entry.get("output", "")),
            status=entry["status"] if isinstance(entry.get("status"), int) else None,
            late=entry.get("late") is True,
        )
        for entry in said.get("commands", [])
    }
    return Recording(
        source=Recorded(
            files={path: _text(text) for path, text in said.get("files", {}).items()},
            commands=commands,
            calls=dict(said.get("calls", {})),
            variables={name: str(value) for name, value in said.get("variables", {}).items()},
        ),
        environments=tuple(
            packages_from(f"PYTHON{number}" if number > 1 else "PYTHON", there)
            for number, there in enumerate(said.get("environments", []), start=1)
        ),
    )


class _Cleaning:
    """Takes away what tells one machine of a kind from another, the same way wherever it occurs."""

    def __init__(self) -> None:
        self._buses: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        names = [(_home(), "/home/user"), *((name, "user") for name in _users()), *((n, "host") for n in _hosts())]
        self._names = [(_whole(name), by) for name, by in names if name]

    def __call__(self, value: Any) -> Any:
        """The value without all that."""
        if isinstance(value, dict):
            return {key: self(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        for pattern, replaced in _PATTERNS:
            text = pattern.sub(replaced, text)
        text = _UUID.sub("00000000-0000-0000-0000-000000000000", text)
        text = _LONG.sub(self._numbered(self._ids, "id{}"), text)
        text = _BUS.sub(self._numbered(self._buses, "0000:{:02x}:00.0"), text)
        for pattern, by in self._names:
            text = pattern.sub(by, text)
        return text

    @staticmethod
    def _numbered(known: dict[str, str], form: str) -> Callable[[re.Match[str]], str]:
        def numbered(match: re.Match[str]) -> str:
            return known.setdefault(match[0].lower(), form.format(len(known) + 1))

        return numbered


_PATTERNS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r'("[^"\n]*serial[^"\n]*"\s*:\s*)("[^"\n]*"|\d+)', re.IGNORECASE), r'\1"removed"'),
    (re.compile(r"^(\s*[^\n:\"]*serial[^\n:\"]*:\s*)\S[^\n]*$", re.IGNORECASE | re.MULTILINE), r"\1removed"),
    (re.compile(r"^(unique_id|hive_id) \d+$", re.MULTILINE), r"\1 0"),
    (re.compile(r"\b(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}\b"), "00:00:00:00:00:00"),
)
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_LONG = re.compile(r"\b[0-9a-fA-F]{24,}\b")
_BUS = re.compile(r"\b[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]\b")


def _whole(name: str) -> re.Pattern[str]:
    """Where the name stands by itself."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.IGNORECASE)


def _used(words: tuple[str, ...], output: str) -> str:
    if words not in USED:
        return output
    path, keys = USED[words]
    kept: Any = [{key: entry[key] for key in keys if key in entry} for entry in entries(output, *path)]
    for key in reversed(path):
        kept = {key: kept}
    return json.dumps(kept, indent=1)


def _shortened(cpuinfo: str) -> str:
    first, *rest = cpuinfo.strip().split("\n\n")
    kept = ["\n".join(line for line in block.splitlines() if line.partition(":")[0].strip() in _MANY) for block in rest]
    return "\n\n".join([first, *kept]) + "\n"


def _lines(text: str) -> str | list[str]:
    """A text of several lines as a list of them, which people can read and compare."""
    return text.split("\n") if "\n" in text else text


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "\n".join(map(str, value))


def _home() -> str:
    with suppress(RuntimeError, OSError):
        home = str(Path.home())
        return home if len(home) > 2 and home != "/root" else ""
    return ""


def _users() -> list[str]:
    names = {Path(_home()).name}
    with suppress(OSError, KeyError, ImportError):
        names.add(getpass.getuser())
    return [name for name in names if len(name) > 1 and name.lower() not in _PUBLIC]


def _hosts() -> list[str]:
    name = platform.node()
    names = dict.fromkeys([name, name.partition(".")[0]])
    return [name for name in names if len(name) > 1 and name.lower() not in _PUBLIC]
