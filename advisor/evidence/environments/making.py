"""Makes environments: a recipe that fits, an interpreter for it, and the tools that install it.

Nothing here asks; who calls it has. What pip or uv say goes into a log beside the environment, whose last lines come
back when something fails. An environment is only complete when everything in it has been loaded once; anything less is
begun anew, and fetched from the tools' own caches where they have it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import IO, Literal

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from advisor.errors import InputError, Problem
from advisor.evidence.environments.standing import BusyError, Site, delete, locked, read, size_mb, version_of, write
from advisor.evidence.halt import Halt
from advisor.frozen import dataclass, replace
from advisor.loading.problems import nearest, printable, shown
from advisor.model.environment import Made, Recipe
from advisor.model.measurement import Machine

Say = Callable[[str], None]
"""Is told what is done."""
Installer = Literal["pip", "uv"]

_MINORS = range(15, 8, -1)
"""Of Python 3, the newest first: those that are looked for on the path."""
_LOAD_S = 600.0
"""For everything to be loaded once, from a cold disk."""
_LAST_LINES = 6
_DROPPED = frozenset(
    (
        *("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__"),
        *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV", "PIP_DRY_RUN"),
        *("UV_SYSTEM_PYTHON", "UV_TARGET", "UV_PREFIX", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "UV_VENV_CLEAR"),
    )
)
"""Variables that would install to somewhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made, and how."""

    site: Site
    requirements: tuple[str, ...]
    modules: tuple[str, ...]
    base: str
    """The interpreter to make it with."""
    python: str
    installer: Installer
    tool: str
    """The path of uv; empty for pip, which comes with the interpreter."""
    download_mb: int = 0
    installed_mb: int = 0
    least_mb: int = 0
    note: str = ""

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """What is run, one after the other."""
        folder, python = str(self.site.folder), str(self.site.python)
        if self.installer == "uv":
            never = "--no-python-downloads"
            return (
                (self.tool, "venv", never, "--python", self.base, folder),
                (self.tool, "pip", "install", never, "--python", python, *self.requirements),
            )
        options = ("--disable-pip-version-check", "--no-input")
        return (
            (self.base, "-m", "venv", folder),
            (python, "-m", "pip", "install", *options, *self.requirements),
        )

    @property
    def check(self) -> tuple[str, ...]:
        """What loads everything once."""
        return (str(self.site.python), "-I", "-c", "; ".join(f"import {module}" for module in self.modules))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an order."""

    framework: str
    outcome: Literal["made", "there", "failed"]
    reason: str = ""
    hint: str = ""
    said: tuple[str, ...] = ()
    """The last lines of the tool that failed."""
    seconds: float = 0.0
    size_mb: int = 0
    packages: Mapping[str, str] | None = None


class _FailedError(Exception):
    """A command did not do what it should."""

    def __init__(self, reason: str, hint: str = "", said: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason, self.hint, self.said = reason, hint, tuple(said)


def fitting(recipes: Iterable[Recipe], accelerators: Collection[str], platform: str, age: str = "") -> Recipe | None:
    """The first recipe that fits the platform, one of the accelerators and their age, if there is one."""
    fit = (one for one in recipes if platform in one.platforms and (not one.ages or age in one.ages))
    return next((one for one in fit if not one.accelerators or {*accelerators} & {*one.accelerators}), None)


def recipe_for(framework: str, recipes: Iterable[Recipe], machine: Machine, platform: str) -> Recipe:
    """The first recipe that fits the platform (`linux x86_64`) and the machine; raises InputError where none does."""
    ours = [recipe for recipe in recipes if recipe.framework == framework and not recipe.over]
    found = fitting(ours, {card.vendor for card in machine.accelerators}, platform)
    if found is not None:
        return found
    if ours:
        platforms = sorted({name for recipe in ours for name in recipe.platforms})
        message = f"no versions of {framework} are known to work on {platform}; there are for {', '.join(platforms)}."
        hint = "Install it yourself, and name its Python with --python FRAMEWORK=INTERPRETER."
    else:
        message = f"{shown(framework)} has no recipe."
        hint = nearest(framework, {recipe.framework for recipe in recipes})
    raise InputError(Problem(message=message, place="env", hint=hint))


def base_for(wanted: str, framework: str) -> tuple[str, str]:
    """An interpreter in the range of versions, and its version: this one, else the newest on the path.

    Raises InputError where there is none.
    """
    allowed = SpecifierSet(wanted)
    here = ".".join(map(str, sys.version_info[:3]))
    if Version(here) in allowed:
        return sys.executable, here
    for minor in _MINORS:
        found = shutil.which(f"python3.{minor}") if f"3.{minor}.0" in allowed else None
        version = version_of(found) if found else ""
        if found and version and allowed.contains(version, prereleases=True):
            return found, version
    message = f"{framework} needs a Python in the range {wanted}; this one is {here}, and no other is on the path."
    raise InputError(Problem(message=message, place="env", hint="Install such a Python, and call it again."))


def installer_for(asked: str, variables: Mapping[str, str]) -> tuple[Installer, str]:
    """What installs, with the path of uv: uv where it is present, unless only pip is told where packages come from.

    Raises InputError where uv is asked for and is not there.
    """
    uv = shutil.which("uv")
    if asked == "uv" and uv is None:
        raise InputError(Problem(message="uv is not on the path.", place="--with uv", hint="Use --with pip."))
    if asked == "pip" or uv is None:
        return "pip", ""
    uv_is_told = any(name.startswith("UV_") and ("INDEX" in name or "LINKS" in name) for name in variables)
    return ("uv", uv) if asked == "uv" or uv_is_told or not _pip_is_told() else ("pip", "")


def _pip_is_told() -> bool:
    """Whether pip is configured for packages from elsewhere than its default index, of which uv knows nothing."""
    from advisor.evidence.index import IndexUnavailableError, configured  # noqa: PLC0415  (only where uv is present)

    try:
        found = configured()
    except IndexUnavailableError:
        return True
    return bool(found.url or found.passed_over)


def make(order: Order, say: Say, halt: Halt | None = None) -> Outcome:
    """Make an environment in the place of whatever is left of one; whatever fails is an outcome.

    Interrupted or halted, it is incomplete, and nothing that it started goes on.
    """
    halt = halt or Halt()
    framework = order.site.framework
    began = time.monotonic()
    try:
        _check_room(order)
        with locked(order.site) as descriptor:
            if order.site.folder.exists() and not order.site.record.exists():
                reason = f"there is a folder in its place that advisor did not make: {order.site.folder}"
                return Outcome(framework=framework, outcome="failed", reason=reason, hint="Move it away.")
            return _made(order, descriptor, say, began, halt)
    except BusyError as error:
        (problem,) = error.problems
        return Outcome(framework=framework, outcome="failed", reason=problem.message, hint=problem.hint)
    except _FailedError as error:
        return Outcome(framework=framework, outcome="failed", reason=error.reason, hint=error.hint, said=error.said)
    except OSError as error:
        reason, hint = _of_system(error, order)
        return Outcome(framework=framework, outcome="failed", reason=reason, hint=hint)


def _made(order: Order, descriptor: int, say: Say, began: float, halt: Halt) -> Outcome:
    site = order.site
    begun = Made(
        framework=site.framework,
        complete=False,
        base=order.base,
        python=order.python,
        installer=order.installer,
        requirements=order.requirements,
        modules=order.modules,
        made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    earlier = read(site)
    if earlier is not None:
        # Until it is whole again, what it was is not forgotten: a repair that fails can be repeated.
        begun = replace(begun, packages=earlier.packages, size_mb=earlier.size_mb)
    write(site, begun)
    delete(site.folder)
    site.log.unlink(missing_ok=True)
    for command in order.commands:
        say(f"{site.framework}: {told(command)}")
        _run(command, order, descriptor, halt)
    say(f"{site.framework}: loading {', '.join(order.modules)} once")
    _run(order.check, order, descriptor, halt, limit_s=_LOAD_S)
    packages = _installed(site)
    whole = replace(
        begun,
        complete=True,
        packages=packages,
        size_mb=size_mb(site.folder),
        seconds=round(time.monotonic() - began, 1),
    )
    write(site, whole)
    site.log.unlink(missing_ok=True)
    return Outcome(
        framework=site.framework,
        outcome="made",
        seconds=whole.seconds,
        size_mb=whole.size_mb,
        packages=packages,
    )


def _check_room(order: Order) -> None:
    folder = order.site.home
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e6
    least = order.least_mb or order.installed_mb
    if free < least:
        reason = f"it takes about {least} MB, and {free:.0f} MB are free in {order.site.home}"
        raise _FailedError(reason, "Make room, or set ADVISOR_HOME to a folder on another disk.")


class _Log:
    """What a tool says: the end of it in memory, since a disk that is full holds no last words, and all in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._end: deque[bytes] = deque(maxlen=200)

    def follow(self, pipe: IO[bytes]) -> None:
        """Take in what comes until there is no more."""
        with suppress(OSError, ValueError):
            while line := pipe.readline(10_000):
                self._end.append(line)
                with suppress(OSError), self._file.open("ab") as file:
                    file.write(line)

    @property
    def text(self) -> str:
        """The end of it."""
        return b"".join(self._end).decode(errors="replace")

    @property
    def last_lines(self) -> list[str]:
        """The last lines that say something, as they can be shown."""
        lines = [printable(" ".join(line.split()))[:300] for line in self.text.splitlines()]
        return [line for line in lines if line][-_LAST_LINES:]


def _run(command: Sequence[str], order: Order, descriptor: int, halt: Halt, limit_s: float | None = None) -> None:
    """Run a command to its end; it holds the lock, so that nobody else begins while it is still there."""
    variables = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    posix = sys.platform != "win32"
    log = _Log(order.site.log)
    process = subprocess.Popen(  # noqa: S603 - pip or uv, called by the user
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**variables, "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1"},
        cwd=order.site.record.parent,
        start_new_session=posix,
        pass_fds=(descriptor,) if posix else (),
    )
    reader = Thread(target=log.follow, args=(process.stdout,), daemon=True)
    reader.start()
    halt.wakes(lambda: _kill(process))
    try:
        code = process.wait(limit_s)
    except subprocess.TimeoutExpired:
        raise _FailedError(f"it does not load within {limit_s:.0f} s", "", log.last_lines) from None
    finally:
        if process.poll() is None:
            _end(process)
        reader.join(5)
        if process.stdout is not None and not reader.is_alive():
            process.stdout.close()
    if halt.asked:
        raise _FailedError("it was stopped", "Made again, it is begun anew with what was fetched.")
    if code:
        raise _FailedError(*_why(command, code, log.text, order), log.last_lines)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with everything that it started."""
    _kill(process)
    process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it with everything that it started; one whose end was seen is left alone: its number may be another's."""
    if process.returncode is not None:
        return
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


_FULL = re.compile(r"No space left on device|Errno 28|ENOSPC|not enough space on the disk|os error 28|Disk quota")
_OFFLINE = re.compile(
    r"NewConnectionError|Name or service not known|[Nn]ame resolution|Network is unreachable|Connection refused"
    r"|ConnectTimeoutError|ReadTimeoutError|No route to host|getaddrinfo|dns error|error sending request|ProxyError"
    r"|Failed to establish|Could not connect"
)
_NONE = re.compile(r"No matching distribution|Could not find a version|No solution found|not found in the package")


def _why(command: Sequence[str], code: int, tail: str, order: Order) -> tuple[str, str]:
    """Why it failed, from what it said, and what to do."""
    again = f"and call `advisor env create {order.site.framework}` again: what was fetched need not be fetched twice."
    if _FULL.search(tail):
        return _full(order)
    if _OFFLINE.search(tail):
        reason = "the package index cannot be reached"
        return reason, f"Check the network, the proxy and the index that {order.installer} is configured for, {again}"
    if _NONE.search(tail):
        reason = f"the index has no release that fits {', '.join(order.requirements)} and Python {order.python}"
        return reason, f"Check the index that {order.installer} is configured for."
    if command == order.check:
        return "it was installed and does not load", "Its last words say why; `advisor env remove` deletes it."
    how = f"ended by signal {-code}" if code < 0 else f"ended with exit status {code}"
    return f"`{told(command[:3])}` {how}", f"Its last words may say why. The whole log: {order.site.log}"


def _full(order: Order) -> tuple[str, str]:
    hint = (
        f"Make room in {order.site.home} for about {order.installed_mb} MB, and in the folder for temporary files as "
        "well; or set ADVISOR_HOME to a folder on another disk. Then call it again."
    )
    return "the disk is full", hint


def _of_system(error: OSError, order: Order) -> tuple[str, str]:
    if _FULL.search(str(error)):
        return _full(order)
    where = error.filename or order.site.home
    return f"{where}: {error.strerror or error}", "Set ADVISOR_HOME to a folder that can be written to."


_QUERY = """
import json, re
from importlib import metadata
found = {re.sub(r"[-_.]+", "-", of.metadata["Name"]).lower(): of.version for of in metadata.distributions()}
print(json.dumps(dict(sorted(found.items()))))
"""


def _installed(site: Site) -> dict[str, str]:
    """Everything that is installed in it, but for the tools that installed it."""
    try:
        done = subprocess.run(  # noqa: S603 - just made
            [str(site.python), "-I", "-c", _QUERY], capture_output=True, check=True, timeout=60, text=True
        )
        found: dict[str, str] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise _FailedError("what is installed in it cannot be told", "Make it again.") from None
    return {name: version for name, version in found.items() if name not in ("pip", "setuptools")}


def told(command: Sequence[str]) -> str:
    """As a shell would take it."""
    import shlex  # noqa: PLC0415

    return shlex.join(command)
