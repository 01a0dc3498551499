"""`advisor fleet`: many machines, measured without anything on them but the program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.loading.problems import Problems, shown
from advisor.render.slurm import Job, script

if TYPE_CHECKING:
    import argparse

_WORDS = re.compile(r"[A-Za-z0-9_.,:*&|()\[\]-]*")
"""What Slurm calls partitions and features, and what joins them."""


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    problems = Problems()
    for name in ("partition", "constraint"):
        if not _WORDS.fullmatch(getattr(arguments, name)):
            message = f"{shown(getattr(arguments, name))} is no name that Slurm has."
            problems.add(message, f"--{name}", "Letters, digits and _ . , : * & | ( ) [ ] - make one.")
    for name in ("python", "folder"):
        if not getattr(arguments, name) or not getattr(arguments, name).isprintable():
            problems.add(f"{shown(getattr(arguments, name))} is no path.", f"--{name}", "It is one line of text.")
    problems.settle()
    job = Job(
        nodes=arguments.nodes,
        minutes=arguments.minutes,
        partition=arguments.partition,
        constraint=arguments.constraint,
        python=arguments.python,
        suite=arguments.suite,
        folder=arguments.folder,
    )
    write(script(job), arguments.output)
    return Exit.ANSWER
