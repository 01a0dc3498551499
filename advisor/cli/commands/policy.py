"""`advisor policy`: whether an organisation's policy holds together, and what it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from advisor.audit.policies import examine
from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.session import day, kept_answers, overlays, today
from advisor.loading.knowledge import load
from advisor.loading.policy import load_policy
from advisor.loading.structure import plain
from advisor.render.json import written
from advisor.render.policy_audit import examined

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    commands = parser.add_subparsers(dest="policy_command", metavar="COMMAND", required=True)
    about = "is everything in it known, can all of it apply, and what does it leave? Exit status 2 if not"
    check = commands.add_parser("check", help=about, description=about)
    check.add_argument("file", metavar="FILE", help="the policy, in YAML")
    check.add_argument("--as-of", metavar="DATE", help="the day to judge by (default: today)")
    options.overlays(check)
    options.output(check)


def run(arguments: argparse.Namespace) -> int:
    """Check the policy in a file."""
    base = load(overlays(arguments.knowledge), overlays(arguments.rules))
    policy = load_policy(Path(arguments.file), base)
    found = examine(policy, base, kept_answers(base), day(arguments.as_of) if arguments.as_of else today())
    text = written(plain(found)) if arguments.json else examined(found)
    write(text, arguments.output)
    return Exit.USAGE if found.problems else Exit.ANSWER
