"""`advisor fleet`: many machines, one of each kind measured: by a job script, or at once on a cluster of Ray."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.cli import clusters, kinds, options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.loading.problems import Problems, shown
from advisor.render.slurm import Job, script

if TYPE_CHECKING:
    import argparse

_NODES, _MINUTES, _WAIT_S = 100_000, 10_080, 86_400
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
    about = "probe one node of each kind in a cluster of Ray, and store what was measured"
    _probe_arguments(commands.add_parser("probe", help=about, description=options.sentence(about)))


def _probe_arguments(parser: argparse.ArgumentParser) -> None:
    there = "the cluster: HOST:PORT, local for one that starts here, auto for what runs here or else local (default)"
    parser.add_argument("--address", metavar="ADDRESS", default=options.CLUSTER, help=there)
    number = "so many nodes of each kind (default: 1)"
    parser.add_argument("--per-kind", metavar="N", type=kinds.up_to(_NODES), default=1, help=number)
    parser.add_argument("--again", action="store_true", help="measure anew what was measured before")
    parser.add_argument("--suite", choices=["quick", "standard", "full"], default="quick", help="as `advisor probe`")
    parser.add_argument("--frameworks", metavar="A,B", default="", help="measure only these")
    made = "install known good versions into environments of Ray (default: what the nodes have is measured)"
    parser.add_argument("--with", dest="installer", choices=["pip", "uv"], help=made)
    busy = "for a node that is busy to be free (default: 60)"
    parser.add_argument("--wait", metavar="SECONDS", type=kinds.up_to(_WAIT_S), default=60, help=busy)
    options.measuring(parser)
    options.output(parser)
    parser.set_defaults(machine=[])


def run(arguments: argparse.Namespace) -> int:
    """Print the script, or probe."""
    return _probe(arguments) if arguments.fleet_command == "probe" else _script(arguments)


def _probe(arguments: argparse.Namespace) -> int:
    """Probe, and say by the exit status whether every kind is measured."""
    from advisor.render.fleet_probe import as_json, as_text  # noqa: PLC0415  (a script needs nothing of this)

    found = clusters.probe(arguments)
    write((as_json if arguments.json else as_text)(found), arguments.output)
    return Exit.ANSWER if found.complete else Exit.NO_ANSWER


def _script(arguments: argparse.Namespace) -> int:
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
