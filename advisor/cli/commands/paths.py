"""`advisor paths`: where everything lies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli import options
from advisor.cli.exits import Exit
from advisor.cli.output import write
from advisor.loading.knowledge import in_use
from advisor.loading.problems import printable
from advisor.render.json import written

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what it takes."""
    options.output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Name each folder and file, whether it is there and whether it can be written to; nothing is made."""
    home = resources.home()
    knowledge, rules = in_use()
    places = {
        "home": home,
        "measurements": resources.store(home),
        "interview": resources.interview(home),
        "environments": resources.environments(home),
        "cache": home / "cache",
        "reports": home / "reports",
        "bundle": resources.imported(home),
        "knowledge": knowledge,
        "rules": rules,
        "probes": resources.probes(),
    }
    found = {
        name: {"path": str(path.absolute()), "exists": path.exists(), "writable": os.access(path, os.W_OK)}
        for name, path in places.items()
    }
    lines = []
    for name, about in found.items():
        state = "" if about["writable"] else "  (read-only)" if about["exists"] else "  (not there yet)"
        lines.append(f"{name:13} {about['path']}{state}")
    text = "".join(f"{printable(line)}\n" for line in lines)
    write(written(found) if arguments.json else text, arguments.output)
    return Exit.ANSWER
