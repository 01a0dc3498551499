"""`advisor purge`: removes what the program has stored on this machine, and nothing else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from advisor import resources
from advisor.cli import options
from advisor.cli.asking import agreed
from advisor.cli.belongings import Belonging, belongings, tidy
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.errors import AdvisorError, Problem
from advisor.loading.problems import printable
from advisor.render.json import written

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    options.output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say what would be removed, ask, and remove it."""
    home = resources.home()
    found = belongings(home)
    if not found or arguments.dry_run:
        text = "".join(map(_line, found)) or f"Nothing is stored in {printable(str(home))}.\n"
        _out(arguments, {"home": str(home), "found": [_plain(one) for one in found], "removed": []}, text)
        return Exit.ANSWER
    sys.stderr.write("".join(map(_line, found)))
    if not agreed(f"Remove all of this for good, {_size(_total(found))}?", yes=arguments.yes, place="purge"):
        sys.stderr.write("advisor: nothing was removed\n")
        return Exit.ANSWER
    removed, problems = _remove(found)
    tidy(home)
    left = f"{printable(str(home))} holds things that advisor did not make; they are left alone.\n"
    kept = left if home.exists() and not problems else ""
    document = {"home": str(home), "found": [_plain(one) for one in found], "removed": [_plain(one) for one in removed]}
    _out(arguments, document, f"{len(removed)} of {len(found)} removed, {_size(_total(removed))}.\n{kept}")
    if problems:
        raise AdvisorError(*problems)
    return Exit.ANSWER


def _remove(found: tuple[Belonging, ...]) -> tuple[tuple[Belonging, ...], list[Problem]]:
    removed, problems = [], []
    for one in found:
        try:
            one.remove()
        except OSError as error:
            message = f"it cannot be removed: {error.strerror or error}."
            problems.append(Problem(message=message, place=str(one.path), hint="Check its permissions."))
        except AdvisorError as error:
            problems += error.problems
        else:
            removed.append(one)
    return tuple(removed), problems


def _total(found: tuple[Belonging, ...]) -> int:
    return sum(one.size for one in found)


def _line(one: Belonging) -> str:
    return f"{one.what:34} {_size(one.size):>9}  {printable(str(one.path))}\n"


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


def _plain(one: Belonging) -> dict[str, Any]:
    return {"what": one.what, "path": str(one.path), "bytes": one.size}


def _out(arguments: argparse.Namespace, document: Any, text: str) -> None:
    write(written(document) if arguments.json else text, arguments.output)
