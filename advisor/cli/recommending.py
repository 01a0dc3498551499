"""What is asked of `recommend`: in which format, and what of it makes no sense together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from advisor.loading.answers import MAX_TEXT
from advisor.loading.folders import is_there
from advisor.loading.problems import Problems

if TYPE_CHECKING:
    import argparse

INSTALLING = ("requirements", "uv")
"""Formats that say what installs the stack; they have no room for what a full inquiry finds."""


def form(arguments: argparse.Namespace) -> str:
    """The format that is asked for, by its name or for short."""
    return arguments.format or ("json" if arguments.json else "detail" if arguments.detail else "text")


def check(arguments: argparse.Namespace) -> None:
    """Raise InputError with everything that makes no sense."""
    problems = Problems()
    if arguments.format not in (None, "json") and arguments.json:
        problems.add("--json is short for --format json.", f"--format {arguments.format}", "Leave out one of them.")
    own = (arguments.answers, arguments.project) != (None, None) or arguments.set or arguments.hardware
    if arguments.batch is not None and own:
        hint = "Leave out --answers, --set, --project and --hardware."
        problems.add("a batch has its own answers.", "--batch", hint)
    if arguments.batch is not None and form(arguments) != "json":
        problems.add("a batch is written as JSON Lines.", "--batch", "Add --json.")
    if arguments.place is not None and form(arguments) not in INSTALLING:
        problems.add("a place is chosen for what installs the stack.", "--place", "Add --format requirements or uv.")
    _check_shared(arguments, problems)
    if not _answered(arguments):
        hint = "Use --answers FILE, --set KEY=VALUE, --project PATH or --batch FILE."
        problems.add("no answers were given.", "recommend", hint)
    if arguments.no_detect and arguments.probe in ("auto", "run"):
        place = f"--probe {arguments.probe}"
        problems.add("--no-detect reads nothing from this machine.", place, "Leave out one of them.")
    if arguments.no_detect and arguments.machine:
        problems.add("with --no-detect there is no machine to speak of.", "--machine", "Leave out one of them.")
    if arguments.fleet is not None or arguments.nodes:
        from advisor.cli.fleets import check_recommending  # noqa: PLC0415  (most answers are for one machine)

        check_recommending(arguments, problems)
    _check_lock(arguments, problems)
    _check_record(arguments, problems)
    problems.settle()


def _check_shared(arguments: argparse.Namespace, problems: Problems) -> None:
    named = {"--jobs": arguments.jobs, "--ray": arguments.ray}
    given = [name for name, value in named.items() if value is not None]
    if arguments.batch is None:
        for name in given:
            problems.add("one recommendation is not shared out.", name, "Add --batch FILE, or leave it out.")
    elif len(given) > 1:
        problems.add("a batch is shared out one way or the other.", " and ".join(given), "Leave out one of them.")


def _check_lock(arguments: argparse.Namespace, problems: Problems) -> None:
    if arguments.lock is None:
        if arguments.renew or arguments.threshold:
            problems.add("there is no decision file to speak of.", "--renew and --threshold", "Add --lock.")
        return
    if arguments.batch is not None:
        problems.add("a batch is not a decision.", "--lock", "Leave out one of them.")
    if arguments.answers is None and _renews(arguments):
        named = {"--project": arguments.project, "--part": arguments.part}
        for name in (name for name, value in named.items() if value):
            message = "without --answers, a decision is made anew from what it holds, and no project is read."
            problems.add(message, name, "Add --answers FILE, or leave it out.")


def _check_record(arguments: argparse.Namespace, problems: Problems) -> None:
    if arguments.batch is not None and arguments.adr_dir is not None:
        problems.add("a record is of one recommendation.", "--adr-dir", "Leave out --batch, or --adr-dir.")
    if arguments.title and arguments.adr_dir is None:
        problems.add("it names what a record is about.", "--title", "Add --adr-dir DIR, or leave it out.")
    if len(arguments.title) > MAX_TEXT or not arguments.title.isprintable():
        problems.add(f"a name of up to {MAX_TEXT} printable characters was expected.", "--title", "Shorten it.")


def _answered(arguments: argparse.Namespace) -> bool:
    """Whether there are answers from anywhere."""
    sources = (arguments.batch, arguments.answers, arguments.project)
    given = any(source is not None for source in sources) or bool(arguments.set) or bool(arguments.hardware)
    return given or _renews(arguments)


def _renews(arguments: argparse.Namespace) -> bool:
    """Whether there is a decision that has the answers."""
    return arguments.lock is not None and arguments.renew and is_there(Path(arguments.lock))
