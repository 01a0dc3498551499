"""`advisor intake`: what the files of a project say, read and never run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.errors import InputError, Problem
from advisor.intake.project.surveyed import part_of, surveyed
from advisor.loading.knowledge import load
from advisor.render import intake

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    parser.add_argument(
        "path", metavar="PATH", nargs="?", default=".", help="the folder of a project (default: this one)"
    )
    options.part(parser)
    parser.add_argument(
        "--format",
        choices=["text", "json", "answers"],
        help="answers is a file for `recommend --answers`, with its sources as comments; --json is short for json",
    )
    options.output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read the folder and tell; there is no answer where it has to be said first which project is meant."""
    if arguments.json and arguments.format not in (None, "json"):
        message = "--json is short for --format json."
        place = f"--format {arguments.format}"
        raise InputError(Problem(message=message, place=place, hint="Leave out one of them."))
    form = "json" if arguments.json else arguments.format or "text"
    found, _ = surveyed(load().vocabulary, arguments.path, arguments.part)
    if form == "answers":
        write(intake.as_answers(part_of(found, arguments.path)), arguments.output)
    else:
        write(intake.as_json(found) if form == "json" else intake.as_text(found), arguments.output)
    return Exit.NO_ANSWER if found.part is None else Exit.ANSWER
