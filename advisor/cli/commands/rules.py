"""`advisor rules`: the rulebook, whether it is sound, and all of it as a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.session import kept_answers, overlays, today
from advisor.errors import InputError, Problem
from advisor.loading.knowledge import load
from advisor.loading.problems import nearest, shown
from advisor.loading.structure import plain
from advisor.model.rule import Phase
from advisor.render import rules as words
from advisor.render.json import written
from advisor.render.reference import reference

if TYPE_CHECKING:
    import argparse

    from advisor.model.knowledge import KnowledgeBase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    commands = parser.add_subparsers(dest="rules_command", metavar="COMMAND", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        options.overlays(added)
        return added

    check = "can every rule fire, does it, and does none hide or undo another? Exit status 2 if not"
    options.output(command("check", check))
    listed = command("list", "ids and titles")
    listed.add_argument("phase", metavar="PHASE", nargs="?", choices=get_args(Phase), help=", ".join(get_args(Phase)))
    options.output(listed)
    show = command("show", "a rule with its condition, effects, reason, source and examples")
    show.add_argument("id", metavar="ID", help="as STK-012")
    options.output(show)
    reference = command("reference", "every rule, as Markdown")
    reference.add_argument("--output", metavar="FILE", help="write there instead of to standard output")


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    return _COMMANDS[arguments.rules_command](arguments)


def _check(arguments: argparse.Namespace) -> int:
    from advisor.audit.audit import audit  # noqa: PLC0415  (no other command needs it)

    base = _load(arguments)
    found = audit(base, kept_answers(base), today())
    document = plain(found)
    document["coverage"]["share"] = round(found.coverage.share, 4)
    _out(arguments, document, words.checked(found))
    return Exit.USAGE if found.problems else Exit.ANSWER


def _list(arguments: argparse.Namespace) -> int:
    found = [rule for rule in _load(arguments).rules if arguments.phase in (None, rule.phase)]
    said = ("id", "phase", "title", "place", "origin")
    _out(arguments, [{key: getattr(rule, key) for key in said} for rule in found], words.listed(found))
    return Exit.ANSWER


def _show(arguments: argparse.Namespace) -> int:
    rules = {rule.id: rule for rule in _load(arguments).rules}
    identity = arguments.id.removeprefix("rule.").partition("@")[0]
    if identity not in rules:
        message = f"{shown(arguments.id)} is no rule."
        raise InputError(Problem(message=message, place="rules show", hint=nearest(identity, rules)))
    _out(arguments, plain(rules[identity]), words.rule(rules[identity]))
    return Exit.ANSWER


def _reference(arguments: argparse.Namespace) -> int:
    write(reference(_load(arguments).rules), arguments.output)
    return Exit.ANSWER


def _load(arguments: argparse.Namespace) -> KnowledgeBase:
    return load(overlays(arguments.knowledge), overlays(arguments.rules))


def _out(arguments: argparse.Namespace, document: Any, text: str) -> None:
    write(written(document) if arguments.json else text, arguments.output)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "list": _list,
    "show": _show,
    "reference": _reference,
}
