"""`advisor env`: environments with a framework each, made on request and never without."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from advisor import resources
from advisor.cli import options, ordering
from advisor.cli.asking import agreed
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.errors import AdvisorError, InputError, Problem
from advisor.evidence.environments import making
from advisor.evidence.environments import standing as environments
from advisor.evidence.environments.making import Order, Outcome
from advisor.evidence.environments.standing import Site
from advisor.evidence.machine.detection import detect
from advisor.loading.problems import nearest, printable, shown
from advisor.loading.structure import plain
from advisor.model.environment import Standing
from advisor.render.json import written
from advisor.render.lines import folded
from advisor.render.measured.figures import amount

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    commands = parser.add_subparsers(dest="env_command", metavar="COMMAND", required=True)

    def command(name: str, about: str, count: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=options.sentence(about))
        options.output(added)
        if count:
            added.add_argument("frameworks", metavar="FRAMEWORK", nargs=count, help="as in `advisor probe`")
        return added

    made = command("create", "install frameworks, each into an environment of its own below ADVISOR_HOME", "+")
    command("list", "which there are, and whether they still work", "")
    mended = command("repair", "make anew what does not work, in the versions that it had (default: all)", "*")
    removed = command("remove", "delete environments with everything in them", "+")
    for asking in (made, mended, removed):
        asking.add_argument("--yes", action="store_true", help="do it without asking")
    for installing in (made, mended):
        installing.add_argument("--dry-run", action="store_true", help="print the commands and run none")
        installing.add_argument(
            "--with",
            dest="installer",
            choices=["auto", "pip", "uv"],
            default="auto",
            help="what installs (default: auto)",
        )


def run(arguments: argparse.Namespace) -> int:
    """Make, list, mend or remove."""
    return _COMMANDS[arguments.env_command](arguments)


def _create(arguments: argparse.Namespace) -> int:
    home = resources.home().absolute()
    recipes, machine = ordering.recipes(), detect()
    orders: list[Order] = []
    there: list[Outcome] = []
    problems: list[Problem] = []
    for framework in dict.fromkeys(arguments.frameworks):
        try:
            recipe = ordering.recipe_here(framework, recipes, machine)
            site = Site(home, framework)
            made = environments.read(site)
            if made is not None and made.complete and environments.standing(site).state == "ok":
                there.append(Outcome(framework=framework, outcome="there", packages=made.packages))
                continue
            orders.append(ordering.order_of(site, recipe, arguments.installer))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return _carried_out(orders, there, arguments)


def _repair(arguments: argparse.Namespace) -> int:
    """Make anew what does not stand, with the versions that it had."""
    orders: list[Order] = []
    others: list[Outcome] = []
    for site in _sites(arguments.frameworks):
        standing = environments.standing(site)
        if standing.state == "ok":
            others.append(Outcome(framework=site.framework, outcome="there", packages=standing.packages))
            continue
        try:
            orders.append(_mending(site, standing, arguments))
        except InputError as error:
            (problem,) = error.problems
            name = site.framework
            hint = f"Or `advisor env remove {name}` and `advisor env create {name}` for other versions."
            reason = problem.message.rstrip(".")
            others.append(Outcome(framework=name, outcome="failed", reason=reason, hint=f"{problem.hint} {hint}"))
    return _carried_out(orders, others, arguments)


def _mending(site: Site, standing: Standing, arguments: argparse.Namespace) -> Order:
    """Of what its record says, as much as is there; the rest is as in the recipe."""
    made = environments.read(site)
    pinned = tuple(f"{name}=={version}" for name, version in made.packages.items()) if made else ()
    note = f"It is {standing.state}: {standing.why}."
    if made is not None and pinned:
        base, python = making.base_for(f"=={made.python.rpartition('.')[0]}.*", site.framework)
        installer, tool = making.installer_for(arguments.installer, os.environ)
        return Order(
            site=site,
            requirements=pinned,
            modules=made.modules,
            base=base,
            python=python,
            installer=installer,
            tool=tool,
            download_mb=made.size_mb,
            installed_mb=made.size_mb,
            note=note,
        )
    recipe = ordering.recipe_here(site.framework, ordering.recipes(), detect())
    return ordering.order_of(site, recipe, arguments.installer, note)


def _carried_out(orders: list[Order], there: list[Outcome], arguments: argparse.Namespace) -> int:
    if arguments.dry_run:
        commands = [list(command) for order in orders for command in (*order.commands, order.check)]
        document = {"orders": [_order(order) for order in orders], "commands": commands}
        text = "".join([*map(ordering.plan, orders), ordering.total(orders)]) if orders else "There is nothing to do.\n"
        _out(arguments, document, text)
        return Exit.ANSWER
    outcomes = list(there)
    if orders:
        sys.stderr.write("".join([*map(ordering.plan, orders), ordering.total(orders)]))
        if not agreed("Go on?", yes=arguments.yes, place=f"env {arguments.env_command}"):
            sys.stderr.write("advisor: nothing was done\n")
            return Exit.ANSWER
        for order in orders:
            try:
                outcomes.append(making.make(order, _say))
            except KeyboardInterrupt:
                _say(f"{order.site.framework} is incomplete; called again, it is begun anew with what was fetched.")
                raise
    _out(arguments, {"environments": [_outcome(of) for of in outcomes]}, "".join(map(ordering.became, outcomes)))
    return Exit.NO_ANSWER if any(of.outcome == "failed" for of in outcomes) else Exit.ANSWER


def _say(line: str) -> None:
    sys.stderr.write(f"advisor: {printable(line)}\n")
    sys.stderr.flush()


def _order(order: Order) -> dict[str, Any]:
    return {
        "framework": order.site.framework,
        "requirements": list(order.requirements),
        "python": order.python,
        "installer": order.installer,
        "folder": str(order.site.folder),
        "download_mb": order.download_mb,
        "installed_mb": order.installed_mb,
        "note": order.note,
    }


def _outcome(of: Outcome) -> dict[str, Any]:
    return {**plain(of), "packages": dict(of.packages or {})}


def _list(arguments: argparse.Namespace) -> int:
    found = [environments.standing(site) for site in environments.sites(resources.home())]
    text = "".join(map(_stands, found)) or "There is none. `advisor env create FRAMEWORK` makes one.\n"
    _out(arguments, {"environments": [plain(one) for one in found]}, text)
    return Exit.ANSWER


def _stands(one: Standing) -> str:
    named = [f"{name} {version}" for name, version in one.packages.items() if _is_main(name, one.framework)]
    about = ", ".join([*named, f"Python {one.python}", amount(one.size_mb)]) if one.packages else ""
    lines = [f"{one.framework:12} {one.state:11} {about}".rstrip()]
    if one.why:
        mend = "" if one.state == "ok" else f" `advisor env repair {one.framework}` makes it anew."
        lines += folded(f"{one.why}.{mend}", " " * 13, " " * 13)
    lines.append(f"{'':13}{one.interpreter}")
    return "".join(f"{printable(line)}\n" for line in lines)


def _is_main(package: str, framework: str) -> bool:
    names = {"pytorch": ("torch",), "tensorflow": ("tensorflow", "tensorflow-cpu")}
    return package in names.get(framework, (framework,))


def _remove(arguments: argparse.Namespace) -> int:
    sites = _sites(arguments.frameworks)
    sizes = {site.framework: environments.size_mb(site.folder) for site in sites}
    named = ", ".join(f"{name} ({amount(size)})" for name, size in sizes.items())
    if not agreed(f"Remove {named}?", yes=arguments.yes, place="env remove"):
        sys.stderr.write("advisor: nothing was done\n")
        return Exit.ANSWER
    problems: list[Problem] = []
    gone = []
    for site in sites:
        try:
            environments.remove(site)
            gone.append(site.framework)
        except AdvisorError as error:
            problems += error.problems
    text = "".join(f"{name}: removed, {amount(sizes[name])}.\n" for name in gone)
    _out(arguments, {"removed": {name: sizes[name] for name in gone}}, text)
    if problems:
        raise AdvisorError(*problems)
    return Exit.ANSWER


def _sites(names: Iterable[str]) -> list[Site]:
    """Those that are named, else all; raises InputError for what there is not."""
    there = {site.framework: site for site in environments.sites(resources.home())}
    wanted = list(dict.fromkeys(names)) or list(there)
    unknown = [name for name in wanted if name not in there]
    if unknown:
        hint = nearest(unknown[0], there) or "`advisor env create FRAMEWORK` makes one."
        raise InputError(
            *(Problem(message=f"there is no environment {shown(name)}.", place="env", hint=hint) for name in unknown)
        )
    return [there[name] for name in wanted]


def _out(arguments: argparse.Namespace, document: Any, text: str) -> None:
    write(written(document) if arguments.json else text, arguments.output)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "create": _create,
    "list": _list,
    "repair": _repair,
    "remove": _remove,
}
