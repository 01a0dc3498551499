"""What an environment for a framework would take, and what became of it: what is ordered, and said of it."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable

from advisor import resources
from advisor.evidence.environments import making
from advisor.evidence.environments.making import Order, Outcome
from advisor.evidence.environments.standing import Site
from advisor.loading.environments import load_recipes
from advisor.loading.problems import printable
from advisor.model.environment import Recipe
from advisor.model.measurement import Machine
from advisor.render.lines import folded
from advisor.render.measured.figures import amount

_FETCHED_MB_S, _UNPACKED_MB_S = 10.0, 60.0
"""What the time that is told beforehand rests on."""


def recipes() -> tuple[Recipe, ...]:
    """Those that come with the program."""
    return load_recipes(resources.probes() / "environments.yaml")


def recipe_here(framework: str, known: Iterable[Recipe], machine: Machine) -> Recipe:
    """The recipe that fits here; raises InputError where none does."""
    return making.recipe_for(framework, known, machine, f"{sys.platform} {platform.machine()}")


def order_of(site: Site, recipe: Recipe, installer: str, note: str = "") -> Order:
    """What is to be made of a recipe; raises InputError where there is no Python or no tool for it."""
    base, python = making.base_for(recipe.python, site.framework)
    named, tool = making.installer_for(installer, os.environ)
    return Order(
        site=site,
        requirements=recipe.requirements,
        modules=recipe.modules,
        base=base,
        python=python,
        installer=named,
        tool=tool,
        download_mb=recipe.download_mb,
        installed_mb=recipe.installed_mb,
        least_mb=recipe.least_mb,
        note=note or recipe.note,
    )


def plan(order: Order) -> str:
    """What is fetched and run for one order."""
    first = (
        f"{order.site.framework}: {', '.join(order.requirements)} for Python {order.python}, by {order.installer}; "
        f"about {amount(order.download_mb)} to fetch, {amount(order.installed_mb)} on the disk."
    )
    told = [*folded(first, "", "  "), *(folded(order.note, "  ", "  ") if order.note else [])]
    commands = [f"  $ {making.told(command)}" for command in (*order.commands, order.check)]
    return "".join(f"{printable(line)}\n" for line in (*told, *commands))


def total(orders: Iterable[Order]) -> str:
    """What all of them take, and about how long."""
    these = list(orders)
    fetched, installed = sum(order.download_mb for order in these), sum(order.installed_mb for order in these)
    minutes = (fetched / _FETCHED_MB_S + installed / _UNPACKED_MB_S) / 60
    time = f"{minutes:.0f} min" if minutes >= 1.5 else "a minute or two"
    return f"Together about {amount(fetched)} to fetch and {amount(installed)} of disk: {time} at 10 MB/s.\n"


def became(of: Outcome) -> str:
    """What became of an order, with the last words of the tool that failed."""
    if of.outcome == "made":
        return f"{of.framework}: made in {of.seconds:.0f} s, {amount(of.size_mb)}, {len(of.packages or {})} packages.\n"
    if of.outcome == "there":
        return f"{of.framework}: is there and works.\n"
    said = "".join(f"    {line}\n" for line in of.said)
    return f"{of.framework}: not made: {printable(of.reason)}. {printable(of.hint)}".rstrip() + f"\n{said}"
