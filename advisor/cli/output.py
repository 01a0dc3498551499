"""Where an answer goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.loading.problems import Problems, printable


def write(text: str, path: str | None) -> None:
    """Write the text to the file, or to standard output as UTF-8 whatever the terminal's locale."""
    write_lines((text,), path)


def keep_apart(output: str | None, decisions: Iterable[str], problems: Problems) -> None:
    """Report an output that would take the place of a decision, whatever both are called."""
    if output is not None and any(_is_one(output, decision) for decision in decisions):
        problems.add("the answer and the decision cannot be one file.", "--output", "Give them two names.")


def _is_one(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except OSError:
        # At least one of them is yet to be written, or cannot be looked at.
        return os.path.realpath(one) == os.path.realpath(other)


def write_lines(lines: Iterable[str], path: str | None) -> None:
    """Write lines as they come: to standard output at once, to the file so that it is there when the last one is."""
    if path is None:
        for text in lines:
            _print(text)
        return
    target = Path(path)
    try:
        if target.exists() and not target.is_file():
            # A device or a pipe is written to: to replace it would take it from everybody else.
            with target.open("w", encoding="utf-8") as file:
                file.writelines(lines)
        else:
            _replace(target, lines)
    except OSError as error:
        message = f"cannot be written: {error.strerror}."
        raise InputError(Problem(message=message, place=path, hint="Check --output.")) from None


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


def _replace(target: Path, lines: Iterable[str]) -> None:
    written = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        with written.open("x", encoding="utf-8") as file:
            file.writelines(lines)
        written.replace(target)
    finally:
        written.unlink(missing_ok=True)


def notice(problem: Problem) -> None:
    """Say what went wrong where the answer does not depend on it."""
    sys.stderr.write(f"advisor: {printable(str(problem))}\n")
