"""`advisor knowledge`: what is known, whether it is sound, and whether it still holds."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor import resources
from advisor.cli import kinds, options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.cli.session import chosen_options, day, overlays, today
from advisor.consult.adviser import Adviser
from advisor.errors import InputError, Problem
from advisor.frozen import replace
from advisor.inference import choice
from advisor.loading.knowledge import in_use, load
from advisor.loading.problems import nearest, shown
from advisor.loading.structure import plain
from advisor.render import knowledge as words
from advisor.render.json import written

if TYPE_CHECKING:
    import argparse

    from advisor.model.knowledge import KnowledgeBase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    commands = parser.add_subparsers(dest="knowledge_command", metavar="COMMAND", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        options.overlays(added)
        options.output(added)
        return added

    command("check", "is it complete, used, dated and free of contradictions? Exit status 2 if not")
    thing = "a fact, framework, component, attribute, rule or belief, with its source"
    command("show", thing).add_argument("id", metavar="ID", help="as jax.export, jax, component.optax or STK-012")
    table = command("table", "options side by side, or components")
    table.add_argument("--options", metavar="A,B", default="", help="only these")
    table.add_argument("--rows", metavar="A,B", default="", help="only these attributes, families member by member")
    table.add_argument(
        "--components", metavar="LAYER", nargs="?", const="", help="components instead, of one layer or all"
    )
    table.add_argument(
        "--format", choices=["text", "markdown", "json"], default="text", help="--json is short for json"
    )
    command("folklore", "widely repeated beliefs, how each fares, and what is true")
    stale = command("stale", "what has to be looked at again. Exit status 6 if something has expired")
    stale.add_argument("--days", metavar="N", type=kinds.whole, default=0, help="or will expire in so many days")
    stale.add_argument("--as-of", metavar="DATE", help="the day to judge by (default: today)")
    draw = command("draw", "facts at random, to be checked again at their source")
    draw.add_argument("--count", metavar="N", type=kinds.whole, default=30, help="so many (default: 30)")
    draw.add_argument("--seed", metavar="N", type=kinds.whole, default=0, help="the same seed draws the same facts")
    diff = command("diff", "what changed since a revision, and which gold cases are answered differently")
    diff.add_argument("revision", metavar="REV", help="commit, tag or branch of the checkout that knowledge lies in")
    diff.add_argument("--cases", metavar="FILE", action="append", default=[], help="more cases to ask again")
    refresh = command("refresh", "ask the package index that pip is configured for, and show what differs")
    refresh.add_argument("--only", metavar="A,B", default="", help="ask about these packages only")
    refresh.add_argument("--write", action="store_true", help="and keep it")
    verify = command("verify", "hold facts against what is installed. Exit status 2 if some are contradicted or denied")
    verify.add_argument("--python", metavar="INTERPRETER", action="append", default=[], help="instead of this Python")

    bundled = {
        "export": "write knowledge and rules as one file, to be imported elsewhere or by a later release",
        "import": "take such a file in the place of the program's own, once it is found sound",
        "forget": "remove what was imported; the program's own counts again",
    }
    for name, about in bundled.items():
        added = commands.add_parser(name, help=about, description=options.sentence(about))
        options.output(added)
        if name != "forget":
            added.add_argument(
                "file", metavar="FILE", help="- reads standard input" if name == "import" else "made anew"
            )
            replaced = "replace a file that is there" if name == "export" else "take one that is older all the same"
            added.add_argument("--force", action="store_true", help=replaced)
        if name == "export":
            added.add_argument("--sign", metavar="KEY", help="sign it with a private key of Ed25519 (PEM)")
        if name == "import":
            known = "a public key of which one has to have signed it, beside those in ADVISOR_HOME/keys; repeatable"
            added.add_argument("--key", metavar="FILE", action="append", default=[], help=known)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    return _COMMANDS[arguments.knowledge_command](arguments)


def _check(arguments: argparse.Namespace) -> int:
    from advisor.loading.signs import load_signs  # noqa: PLC0415  (of knowledge, only this command reads them)
    from advisor.upkeep import completeness  # noqa: PLC0415
    from advisor.upkeep.soundness import unsound  # noqa: PLC0415

    base = _load(arguments)
    # What is wrong with it is raised as what is wrong with any other file is.
    load_signs(in_use()[0], base.vocabulary)
    frameworks, components = completeness.frameworks(base), completeness.components(base)
    problems = unsound(base, frameworks, components, today())
    document = {
        "frameworks": {name: _covered(coverage) for name, coverage in frameworks.items()},
        "components": {name: _covered(coverage) for name, coverage in components.items()},
        "grades": completeness.grades(base.facts().values()),
        "problems": problems,
    }
    _out(arguments, document, words.checked(frameworks, components, len(base.folklore), len(base.rules), problems))
    return Exit.USAGE if problems else Exit.ANSWER


def _covered(coverage: Any) -> dict[str, Any]:
    return {**plain(coverage), "share": round(coverage.share, 4)}


def _show(arguments: argparse.Namespace) -> int:
    from advisor.cli.showing import shown_as  # noqa: PLC0415

    document, text = shown_as(arguments.id, _load(arguments))
    _out(arguments, document, text)
    return Exit.ANSWER


def _table(arguments: argparse.Namespace) -> int:
    from advisor.upkeep import table  # noqa: PLC0415

    base = _load(arguments)
    if arguments.components is not None and (arguments.options or arguments.rows):
        message = "components have rows of their own, and are no options."
        raise InputError(Problem(message=message, place="--components", hint="Leave out --options and --rows."))
    if arguments.components is not None:
        layer = arguments.components
        if layer and layer not in base.vocabulary.layers:
            hint = nearest(layer, base.vocabulary.layers, limit=20)
            raise InputError(Problem(message=f"{shown(layer)} is not a layer.", place="--components", hint=hint))
        found = table.of_components(base, layer)
    else:
        options = dict.fromkeys(chosen_options(base, arguments.options) or base.frameworks)
        rows = _rows(base, arguments.rows)
        whole = table.of_frameworks(base, options, rows.values())
        found = replace(whole, rows=tuple(row for row in whole.rows if not rows or row.attribute in rows))
    form = "json" if arguments.json else arguments.format
    written = {"text": words.table_text, "markdown": words.table_markdown}
    write(_json(plain(found)) if form == "json" else written[form](found), arguments.output)
    return Exit.ANSWER


def _rows(base: KnowledgeBase, named: str) -> dict[str, str]:
    """The rows that are named, separated by commas, each with its attribute; of a family, all of its members."""
    members = {attribute.id: attribute.names for attribute in base.attributes}
    owner = {name: attribute for attribute, names in members.items() for name in (attribute, *names)}
    names = [name for name in named.split(",") if name]
    for name in names:
        if name not in owner:
            hint = nearest(name, owner if "." in name else members, limit=50)
            raise InputError(Problem(message=f"{shown(name)} is not an attribute.", place="--rows", hint=hint))
    return {row: owner[name] for name in names for row in members.get(name, (name,))}


def _folklore(arguments: argparse.Namespace) -> int:
    base = _load(arguments)
    _out(arguments, plain(base.folklore), words.beliefs(base.folklore))
    return Exit.ANSWER


def _stale(arguments: argparse.Namespace) -> int:
    from advisor.upkeep.staleness import last_day, stale  # noqa: PLC0415

    base = _load(arguments)
    on = today() if arguments.as_of is None else day(arguments.as_of)
    found = stale(base, on, arguments.days)
    text = words.stale(found, last_day(on, arguments.days))
    _out(arguments, {"as_of": on, "within_days": arguments.days, "stale": plain(found)}, text)
    return Exit.EXPIRED if any(entry.days <= 0 for entry in found) else Exit.ANSWER


def _draw(arguments: argparse.Namespace) -> int:
    from advisor.upkeep.drawing import draw  # noqa: PLC0415

    base = _load(arguments)
    found = draw(base, arguments.count, arguments.seed)
    attributes = {name: entry for entry in base.attributes for name in entry.names}
    text = "\n".join(words.fact(fact, attributes.get(fact.attribute.partition("@")[0])) for fact in found)
    _out(arguments, plain(found), text)
    return Exit.ANSWER


def _diff(arguments: argparse.Namespace) -> int:
    from advisor.inquiry.changes import reanswered  # noqa: PLC0415
    from advisor.loading.cases import read_cases  # noqa: PLC0415
    from advisor.upkeep.differences import differences  # noqa: PLC0415

    after = _load(arguments)
    cases = [*sorted((resources.knowledge() / "cases").glob("*.yaml")), *map(Path, arguments.cases)]
    gold = read_cases(cases, after)
    with tempfile.TemporaryDirectory(prefix="advisor-") as folder:
        own = _checked_out(arguments.revision, Path(folder))
        try:
            before = load(overlays(arguments.knowledge), overlays(arguments.rules), own=own, use_cache=False)
        except InputError as error:
            raise InputError(_unreadable(arguments.revision, error.problems)) from None
    changed = differences(before, after)
    old, new = Adviser(before, choice.best()), Adviser(after, choice.best())
    answered = reanswered(gold, old, new)
    document = {"changes": plain(changed), "cases": plain(answered), "asked": len(gold)}
    _out(arguments, document, words.changes(changed, answered))
    return Exit.ANSWER


def _unreadable(revision: str, problems: tuple[Problem, ...]) -> Problem:
    """What is wrong with the files of then is no fault of those of today, and is told as such."""
    told = subprocess.run(  # noqa: S603
        ["git", "-C", str(resources.knowledge().parent), "show", "-s", "--format=%h of %cs", f"{revision}^{{commit}}"],  # noqa: S607
        capture_output=True,
        check=False,
        text=True,
    )
    commit = f" ({told.stdout.strip()})" if told.returncode == 0 else ""
    first = "1 problem" if len(problems) == 1 else f"{len(problems)} problems, the first of them"
    message = (
        f"the knowledge and rules of {shown(revision)}{commit} have a form that this version does not read. "
        f"The files of then, not those of today, have {first}: `{problems[0]}`"
    )
    hint = "Name a later revision; that one is read by the program that it has with it."
    return Problem(message=message, place="knowledge diff", hint=hint)


def _checked_out(revision: str, folder: Path) -> tuple[Path, Path]:
    """The two folders as they were at that revision, which git lays out without touching the checkout."""
    own = resources.knowledge().parent
    if shutil.which("git") is None or not (own / ".git").exists():
        message = "this is no checkout of the project under git, so that there is no earlier state to compare with."
        raise InputError(Problem(message=message, place="knowledge diff", hint="Run it in a clone of the project."))
    archive = folder / "then.tar"
    command = ["git", "-C", str(own), "archive", "--format=tar", f"--output={archive}", f"{revision}^{{tree}}"]
    said = "it begins like an option"
    if not revision.startswith("-"):
        done = subprocess.run(  # noqa: S603
            [*command, "knowledge", "rules"], capture_output=True, check=False, text=True, errors="replace"
        )
        said = (done.stderr.strip().partition("\n")[0] or "git failed") if done.returncode else ""
    if said:
        message = f"{shown(revision)} is no revision with knowledge and rules in it: {shown(said, limit=120)}."
        raise InputError(Problem(message=message, place="knowledge diff", hint="Name a commit, tag or branch."))
    shutil.unpack_archive(archive, folder, filter="data")
    return folder / "knowledge", folder / "rules"


def _refresh(arguments: argparse.Namespace) -> int:
    from advisor.cli.refreshing import refresh  # noqa: PLC0415

    return refresh(arguments, _load(arguments), today())


def _verify(arguments: argparse.Namespace) -> int:
    from advisor.evidence.machine.installed import look_into  # noqa: PLC0415
    from advisor.upkeep.verification import verify, watched  # noqa: PLC0415

    base = _load(arguments)
    interpreters = arguments.python or [sys.executable]
    found = [look_into(interpreter, watched(base)) for interpreter in dict.fromkeys(interpreters)]
    held = {one.interpreter: verify(base, one) for one in found}
    text = "".join(f"{name}\n{words.held(of)}" for name, of in held.items())
    _out(arguments, {name: plain(of) for name, of in held.items()}, text)
    broken = any(one.verdict in ("contradicted", "denied") for of in held.values() for one in of)
    return Exit.USAGE if broken else Exit.ANSWER


def _export(arguments: argparse.Namespace) -> int:
    from advisor.cli.bundling import export  # noqa: PLC0415

    return export(arguments)


def _import(arguments: argparse.Namespace) -> int:
    from advisor.cli.bundling import take_in  # noqa: PLC0415

    return take_in(arguments)


def _forget(arguments: argparse.Namespace) -> int:
    from advisor.cli.bundling import forget  # noqa: PLC0415

    return forget(arguments)


def _load(arguments: argparse.Namespace) -> KnowledgeBase:
    return load(overlays(arguments.knowledge), overlays(arguments.rules))


def _out(arguments: argparse.Namespace, document: Any, text: str) -> None:
    write(_json(document) if arguments.json else text, arguments.output)


def _json(document: Any) -> str:
    return written(document)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "show": _show,
    "table": _table,
    "folklore": _folklore,
    "stale": _stale,
    "draw": _draw,
    "diff": _diff,
    "refresh": _refresh,
    "verify": _verify,
    "export": _export,
    "import": _import,
    "forget": _forget,
}
