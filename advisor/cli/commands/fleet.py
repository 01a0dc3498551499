"""`advisor fleet`: many machines, measured without anything on them but the program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.cli import kinds, options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.loading.problems import Problems, shown
from advisor.render.slurm import Job, script

if TYPE_CHECKING:
    import argparse

_NODES, _MINUTES = 100_000, 10_080
"""At most so many."""
_WORDS = re.compile(r"[A-Za-z0-9_.,:*&|()\[\]-]*")
"""What Slurm calls partitions and features, and what joins them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    commands = parser.add_subparsers(dest="fleet_command", metavar="COMMAND", required=True)
    about = "print a job script"
    scripted = commands.add_parser("script", help=about, description=options.sentence(about))
    scripted.add_argument("scheduler", choices=["slurm"], metavar="SCHEDULER", help="slurm: for sbatch")
    nodes = "so many nodes at once (default: 1)"
    scripted.add_argument("--nodes", metavar="N", type=kinds.up_to(_NODES), default=1, help=nodes)
    minutes = "after which the job ends (default: 30)"
    scripted.add_argument("--minutes", metavar="N", type=kinds.up_to(_MINUTES), default=30, help=minutes)
    scripted.add_argument("--partition", metavar="NAME", default="", help="the partition to run in")
    scripted.add_argument("--constraint", metavar="FEATURES", default="", help="features that the nodes have")
    there = "the Python on the nodes that has this program and the frameworks (default: python3)"
    scripted.add_argument("--python", metavar="INTERPRETER", default="python3", help=there)
    scripted.add_argument("--suite", choices=["quick", "standard", "full"], default="quick", help="as `advisor probe`")
    kept = "where every node can write; one folder in it for each kind (default: advisor-measurements)"
    scripted.add_argument("--folder", metavar="DIR", default="advisor-measurements", help=kept)
    scripted.add_argument("--output", metavar="FILE", help="write there instead of to standard output")


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
