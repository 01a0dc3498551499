"""`advisor knowledge refresh`: asks the package index, shows what differs, and writes only when told."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from packaging.utils import canonicalize_name

from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.errors import InputError, Problem
from advisor.evidence.index import Asked, address, ask, configured, index_files, shown_url
from advisor.evidence.machine.installed import look_into
from advisor.loading.folders import Folder
from advisor.loading.knowledge import in_use
from advisor.loading.problems import Problems, nearest, printable, shown
from advisor.loading.registry import REGISTRY, UNKNOWN, Registry, read_registry
from advisor.loading.structure import plain
from advisor.model.package import Package
from advisor.upkeep.verification import among, packages

if TYPE_CHECKING:
    import argparse

    from advisor.model.knowledge import KnowledgeBase

_HEADER = """\
# What the package index said of each package when it was last asked, written by `advisor knowledge refresh --write`.
# A release that was withdrawn, or that denied.yaml names, is never the newest.
"""


def refresh(arguments: argparse.Namespace, base: KnowledgeBase, today: str) -> int:
    """Ask, show, and write if told to."""
    folders = (Folder(in_use()[0]), *(Folder(Path(name), name) for name in arguments.knowledge))
    problems = Problems()
    if arguments.write and not arguments.knowledge and base.bundle:
        hint = "Name a folder with --knowledge, or `advisor knowledge forget` the bundle first."
        problems.add("the knowledge in use is a bundle, and stays as it was imported.", "--write", hint)
        problems.settle()
    kept = read_registry(folders, problems)
    problems.settle()
    names = _names(arguments.only, base, kept)
    pip = configured()
    url = address(pip.url)
    files = index_files(url, pip.certificates)
    sys.stderr.write(f"advisor: asking {shown_url(url)} about {len(names)} packages\n")
    if pip.passed_over:
        sys.stderr.write(f"advisor: not asked, though pip looks there too: {', '.join(pip.passed_over)}\n")
    denied: dict[str, set[str]] = {}
    for entry in base.denied:
        denied.setdefault(entry.package, set()).update(entry.versions)
    found = ask(names, files, today, denied=denied, canary=kept.canary)
    document = {**_document(kept, found), "installed": _installed(found, denied)}
    write(json.dumps(document, indent=2) + "\n" if arguments.json else _text(document), arguments.output)
    if arguments.write:
        target = folders[-1].path / REGISTRY
        _write(target, folders[-1], found)
        sys.stderr.write(f"advisor: written to {target}\n")
    return Exit.ANSWER


def _names(only: str, base: KnowledgeBase, kept: Registry) -> frozenset[str]:
    known = packages(base) | set(kept.packages) - {""}
    chosen = frozenset(name for name in only.split(",") if name)
    for name in chosen - known:
        message = f"nothing is known of a package {shown(name)}."
        raise InputError(Problem(message=message, place="--only", hint=nearest(name, known)))
    return chosen or frozenset(known)


def _document(kept: Registry, found: Asked) -> dict[str, Any]:
    """What differs from what is kept, by package; the day it was asked does not count."""
    changes: dict[str, Any] = {}
    for name, package in sorted(found.packages.items()):
        before = kept.packages.get(name)
        if before is None:
            changes[name] = {"added": package.latest}
        elif differing := {
            field.name: {"was": plain(getattr(before, field.name)), "is": plain(getattr(package, field.name))}
            for field in fields(Package)
            if field.name not in ("observed", "versions")
            and getattr(before, field.name) != getattr(package, field.name)
        }:
            changes[name] = differing
    return {
        "asked": len(found.packages) + len(found.missing),
        "changes": changes,
        "missing": list(found.missing),
        "unusable": sorted(name for name, package in found.packages.items() if package.latest == UNKNOWN),
    }


def _installed(found: Asked, denied: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """What this Python has of the packages, and how that stands to what is denied and what the index says of them."""
    here = look_into(sys.executable, found.packages).packages
    states = {}
    for name, installed in sorted(here.items()):
        package, version = found.packages[name], installed.version.partition("+")[0]
        newest = "newest" if version == package.latest else "older"
        listed = newest if version in package.versions.split() else "not on the index"
        state = "withdrawn" if version in package.withdrawn else listed
        if among(installed.version, denied.get(canonicalize_name(name), ())):
            state = "denied"
        states[name] = {"version": installed.version, "state": state, "python": installed.python}
    return states


def _text(document: Mapping[str, Any]) -> str:
    lines = []
    for name, change in document["changes"].items():
        if "added" in change:
            lines.append(f"{name}: new, {change['added']}")
            continue
        lines += [f"{name}: {key} was {_said(of['was'])}, is {_said(of['is'])}" for key, of in change.items()]
    lines += [f"{name}: not on this index" for name in document["missing"]]
    lines += [f"{name}: no release on this index can be used" for name in document["unusable"]]
    here = document["installed"]
    for name, installed in here.items():
        if installed["state"] in ("denied", "withdrawn", "not on the index"):
            lines.append(f"{name}: {installed['version']} is installed here: {installed['state']}")
    older = sum(installed["state"] == "older" for installed in here.values())
    lines.append(f"{len(here)} of them are installed here, {older} in an older release.")
    lines.append(f"{document['asked']} packages asked, {len(document['changes'])} differ from what is kept.")
    return "\n".join(map(printable, lines)) + "\n"


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value) or "none"


def _write(target: Path, folder: Folder, found: Asked) -> None:
    """The registry of that folder with the new entries in the place of the old ones."""
    problems = Problems()
    own = read_registry((folder,), problems)
    problems.settle()
    together = {**own.packages, **found.packages}
    data = {
        "canary": plain(found.canary),
        "packages": {name: plain(together[name]) for name in sorted(together)},
    }
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=118)
    write(_HEADER + text, str(target))
