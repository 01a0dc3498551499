"""Where an answer goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import InputError, Problem
from advisor.loading.folders import is_there
from advisor.loading.problems import printable

if TYPE_CHECKING:
    import argparse

_OTHERS = (
    *("answers", "batch", "policy", "file", "before", "after", "fleet", "cases", "key", "profiles", "step"),
    *("recording", "lock", "save", "svg", "sign"),
)
"""Arguments of the commands that name files: those that are read, and those that are written as well."""


def write(text: str, path: str | None) -> None:
    """Write the text to the file, or to standard output as UTF-8 whatever the terminal's locale."""
    write_lines((text,), path)


def keep_apart(arguments: argparse.Namespace) -> None:
    """Raise `InputError` where the output would take the place of what else a command names, whatever it is called."""
    output = getattr(arguments, "output", None)
    if output is None or _is_device(Path(output)):
        return
    given = [getattr(arguments, name, None) for name in _OTHERS]
    paths = [path for each in given if each is not None for path in ([each] if isinstance(each, str) else each)]
    if any(is_one(output, path) for path in paths):
        message = "it would take the place of another file that is named here."
        raise InputError(Problem(message=message, place="--output", hint="Give them two names."))


def leave_alone(path: str | None, *, force: bool) -> None:
    """Raise `InputError` where a file is there already, unless it may be replaced."""
    if path is not None and not force and is_there(path) and not _is_device(Path(path)):
        hint = "Name another file, or add --force to replace it."
        raise InputError(Problem(message="there is such a file already.", place=path, hint=hint))


def is_one(one: str, other: str) -> bool:
    """Whether both name one file, there or not."""
    try:
        return Path(one).samefile(other)
    except OSError:
        # At least one of them is yet to be written, or cannot be looked at.
        return os.path.realpath(one) == os.path.realpath(other)


def _is_device(target: Path) -> bool:
    """Whether it is there and no file: a device, a pipe or a folder."""
    return is_there(target) and not target.is_file()


def write_lines(lines: Iterable[str], path: str | None) -> None:
    """Write lines as they come: to standard output at once, to the file so that it is there when the last one is."""
    if path is None:
        for text in lines:
            _print(text)
        return
    target = Path(path)
    try:
        if _is_device(target):
            # A device or a pipe is written to: to replace it would take it from everybody else.
            with target.open("w", encoding="utf-8") as file:
                file.writelines(lines)
        else:
            _replace(target, lines)
    except OSError as error:
        message = f"cannot be written: {error.strerror}."
        hint = "Check that its folder is there and may be written to."
        raise InputError(Problem(message=message, place=path, hint=hint)) from None


def _print(text: str) -> None:
    if sys.stdout is None:
        raise InputError(Problem(message="it is closed.", place="standard output", hint="Use --output FILE."))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What could not be written must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        message = f"cannot be written: {error.strerror}."
        raise InputError(Problem(message=message, place="standard output", hint="Use --output FILE.")) from None


def create_file(target: Path, text: str) -> None:
    """Write a file that was not there before, whole or not at all; raises FileExistsError where it was."""
    with target.open("x", encoding="utf-8", newline="\n") as file:
        try:
            file.write(text)
            file.flush()
        except BaseException:
            target.unlink(missing_ok=True)
            raise


def replace_file(target: Path, content: bytes) -> None:
    """Put other content into a file that is there, whole or not at all; who may read and write it stays."""
    written = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        with written.open("xb") as file:
            file.write(content)
        written.chmod(target.stat().st_mode & 0o7777)
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)


def _replace(name: Path, lines: Iterable[str]) -> None:
    # Where the name is a link, the file that it leads to is written, and the link stays.
    target = Path(os.path.realpath(name))
    written = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        with written.open("x", encoding="utf-8") as file:
            file.writelines(lines)
        if target.exists():
            written.chmod(target.stat().st_mode & 0o7777)
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)


def notice(problem: Problem) -> None:
    """Say what went wrong where the answer does not depend on it."""
    sys.stderr.write(f"advisor: {printable(str(problem))}\n")
