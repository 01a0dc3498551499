"""The options that several commands take."""

from __future__ import annotations

import argparse

from advisor.cli import kinds

DECISION = "advisor.lock.json"
"""What a decision file is called where no other name is given."""
CLUSTER = "auto"
"""The cluster of Ray where none is named."""
POLICY = "an organisation's own rules and weights, in YAML"

Taker = argparse.ArgumentParser | argparse._ArgumentGroup  # noqa: SLF001  (it has no other name)
"""Whatever takes arguments: the parser of a command, or one of its groups."""


def answers(given: Taker) -> None:
    """What is known of the project, from a file, the command line or the project itself."""
    given.add_argument("--answers", metavar="FILE", help="answers in YAML or JSON; - reads standard input")
    given.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="add or override one answer")
    project = "answer from the files of a project what --answers and --set leave open; nothing of it is run"
    given.add_argument("--project", metavar="PATH", help=project)
    there = "a chip to train on, as h100 or h100x8, or deploy=NAME to run on, whether you have it or not; repeatable"
    given.add_argument("--hardware", metavar="[PLACE=]NAME[xN]", action="append", default=[], help=there)
    part(given)
    surroundings(given)


def part(parser: Taker) -> None:
    """Which of several projects is meant."""
    parser.add_argument("--part", metavar="NAME", default="", help="the one that is meant of several projects there")


def surroundings(given: Taker) -> None:
    """What the answers are judged in."""
    given.add_argument("--no-detect", action="store_true", help="read nothing from this machine")
    given.add_argument("--options", metavar="A,B", default="", help="compare only these")
    judged = "the day to judge expiry by, which annotates and moves nothing, and the days of a policy by"
    given.add_argument("--as-of", metavar="DATE", help=judged)
    given.add_argument("--policy", metavar="FILE", help=POLICY)
    overlays(given)


def overlays(parser: Taker) -> None:
    """Folders that add to knowledge and rules."""
    facts = "a folder of knowledge that adds to the program's own or takes its place, fact by fact; repeatable"
    parser.add_argument("--knowledge", metavar="DIR", action="append", default=[], help=facts)
    rules = "a folder of rules beside the program's own; repeatable"
    parser.add_argument("--rules", metavar="DIR", action="append", default=[], help=rules)


def measuring(group: Taker) -> None:
    """What measures, and how long."""
    group.add_argument(
        "--python",
        metavar="FRAMEWORK=INTERPRETER",
        action="append",
        default=[],
        type=kinds.interpreter,
        help="the Python that can import a framework, as jax=/opt/jax/bin/python, for probing (default: this one, then "
        "those that `advisor env` made)",
    )
    folders = "add the frameworks and probes of a folder: these are code, and are run"
    group.add_argument("--probes", dest="probes_from", metavar="DIR", action="append", default=[], help=folders)
    group.add_argument("--budget", metavar="SECONDS", type=float, default=None, help="most time for probing")


def fleet(group: Taker) -> None:
    """Many kinds of machine instead of one."""
    told = (
        "one framework for many kinds of machine, each as it was measured: files that `advisor measurements export` "
        "wrote, or folders of them (default: the runs that are stored here, imported ones too)"
    )
    group.add_argument("--fleet", metavar="PATH", nargs="*", help=told)
    counted = (
        "with --fleet: so many machines of a kind, by a part of its name, which then counts as much more than one of "
        "which nothing is said; repeatable (default: each kind counts alike)"
    )
    group.add_argument("--nodes", metavar="KIND=N", action="append", default=[], type=kinds.nodes, help=counted)


def machine(group: Taker) -> None:
    """What the machine is."""
    told = (
        "what the machine is, in place of what is detected: cores=4, memory_gb=32, os=windows_wsl2, "
        "accelerators=nvidia_gpu:H100:80, ..., as `doctor --json` names it; a wrong KEY lists all; repeatable"
    )
    group.add_argument("--machine", metavar="KEY=VALUE", action="append", default=[], help=told)


def output(parser: Taker) -> None:
    """Where the output goes, and whether it is JSON."""
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output, and nothing else")
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")


def stored_only(parser: argparse.ArgumentParser) -> None:
    """Use what was measured here before, as `recommend` does, and measure nothing anew."""
    parser.set_defaults(probe="stored", python=[], budget=None)


def sentence(about: str) -> str:
    """What is said of a command in a list, as a sentence."""
    return f"{about[0].upper()}{about[1:]}{'' if about.endswith('?') else '.'}"
