"""`advisor measurements`: what was measured here or imported; shown, handed on, taken in and forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from advisor import resources
from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import notice, write
from advisor.errors import InputError, Problem
from advisor.evidence.keeping import store
from advisor.evidence.keeping.reuse import COUNTED
from advisor.evidence.machine.detection import detect
from advisor.evidence.portable import document
from advisor.frozen import replace
from advisor.loading.problems import printable
from advisor.loading.structure import plain
from advisor.model.measurement import Measurements
from advisor.render import measurements as words
from advisor.render.json import written
from advisor.render.measurements import machine_line

if TYPE_CHECKING:
    import argparse

    from advisor.model.capability import Refuted

_SHORT = 8
"""Digits of an id that are shown; as many as are unique will do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    commands = parser.add_subparsers(dest="measurements_command", metavar="COMMAND", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=options.sentence(about))
        options.output(added)
        return added

    which = "its id or as much of the beginning as is unique (default: the newest of this machine)"
    command("list", "every run that is stored, the newest first")
    command("show", "one run, as `probe` prints it").add_argument("id", metavar="ID", nargs="?", help=which)
    handed = "one run as JSON with its samples, without paths of this machine"
    command("export", handed).add_argument("id", metavar="ID", nargs="?", help=which)
    taken = (
        "take in what was exported elsewhere; it is checked, shown, and moves no answer but that of recommend --fleet"
    )
    command("import", taken).add_argument("file", metavar="FILE", help="- reads standard input")
    forget = command("forget", "remove runs for good")
    forget.add_argument("ids", metavar="ID", nargs="*", help="as much of each as is unique")
    forget.add_argument("--all", action="store_true", help="every one")


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked for with what is stored."""
    return _COMMANDS[arguments.measurements_command](arguments)


def _list(arguments: argparse.Namespace) -> int:
    runs = [kept.run for kept in store.kept(resources.home(), notice)]
    machine = detect()
    # What is left of it is said when it is used; a list only marks it.
    used = store.latest(machine, resources.home())
    rows = [_row(run, here=machine.fingerprint, used=used.id if used else "") for run in runs]
    text = "".join(map(_line, rows)) or "Nothing is stored. `advisor probe` measures this machine.\n"
    _out(arguments, {"measurements": rows}, text)
    return Exit.ANSWER


def _row(run: Measurements, *, here: str, used: str) -> dict[str, Any]:
    return {
        "id": run.id,
        "measured": run.measured,
        "machine": plain(replace(run.machine, sources={})),
        "this_machine": run.machine.fingerprint == here and not run.foreign,
        "foreign": run.foreign,
        "current": run.id == used,
        "frameworks": [
            {
                name: getattr(framework, name)
                for name in ("framework", "variant", "version", "device", "outcome", "track")
            }
            for framework in run.frameworks
        ],
        "figures": sum(result.outcome in COUNTED for result in run.results),
        "line": machine_line(run.machine),
    }


def _line(row: Mapping[str, Any]) -> str:
    which = "imported" if row["foreign"] else "this machine" if row["this_machine"] else "another machine"
    named = dict.fromkeys(
        f"{framework['framework']} {framework['version']}".rstrip()
        for framework in row["frameworks"]
        if framework["outcome"] in COUNTED
    )
    marked = ", what `recommend` goes by" if row["current"] else ""
    first = f"{row['id'][:_SHORT]}  {row['measured']}  {which}{marked}"
    more = (row["line"], ", ".join(named) or "no figures")
    return "".join(f"{printable(line)}\n" for line in (first, *(f"          {line}" for line in more)))


def _show(arguments: argparse.Namespace) -> int:
    run = _one(arguments)
    said = "It was imported, and moves no answer but that of `recommend --fleet`.\n" if run.foreign else ""
    refuted = () if run.foreign or not run.capabilities else _refuted(run)
    shown = f"measurement {run.id}, {run.measured}\n{said}{words.as_text(run, refuted)}"
    write(words.as_json(run) if arguments.json else shown, arguments.output)
    return Exit.ANSWER


def _refuted(run: Measurements) -> tuple[Refuted, ...]:
    from advisor.cli.trying import held  # noqa: PLC0415  (few runs need what is known)

    return held(run)


def _one(arguments: argparse.Namespace) -> Measurements:
    """The run that is named, else the newest one, of this machine if there is one."""
    if arguments.id is not None:
        return store.find(arguments.id, resources.home(), notice)
    runs = [kept.run for kept in store.kept(resources.home(), notice)]
    here = detect().fingerprint
    own = [run for run in runs if run.machine.fingerprint == here and not run.foreign]
    if not runs:
        message, hint = "nothing is stored.", "`advisor probe` measures this machine."
        raise InputError(Problem(message=message, place="measurements", hint=hint))
    return store.find((own or runs)[0].id, resources.home(), notice)


def _export(arguments: argparse.Namespace) -> int:
    run = _one(arguments)
    # Whoever takes it in decides whether it is foreign there.
    sent = document(replace(run, foreign=False))
    write(json.dumps(sent, ensure_ascii=False) + "\n", arguments.output)
    return Exit.ANSWER


def _import(arguments: argparse.Namespace) -> int:
    from advisor.cli.exports import read_export  # noqa: PLC0415  (only what comes from outside)

    found = read_export(arguments.file)
    new = store.add(found, resources.home(), notice)
    said = "imported; it is shown, and moves no answer but that of `recommend --fleet`" if new else "was here already"
    _out(arguments, {"id": found.id, "imported": new}, f"{found.id} {said}.\n")
    return Exit.ANSWER


def _forget(arguments: argparse.Namespace) -> int:
    if bool(arguments.ids) == arguments.all:
        message = "name measurements, or all of them with --all, and not both."
        raise InputError(Problem(message=message, place="measurements forget"))
    gone = store.forget(None if arguments.all else arguments.ids, resources.home(), notice)
    text = "".join(f"{identity} forgotten.\n" for identity in gone) or "Nothing was stored.\n"
    _out(arguments, {"forgotten": list(gone)}, text)
    return Exit.ANSWER


def _out(arguments: argparse.Namespace, said: Any, text: str) -> None:
    write(written(said) if arguments.json else text, arguments.output)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "export": _export,
    "import": _import,
    "forget": _forget,
}
