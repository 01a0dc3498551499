"""Writes a report of a bug that can be pasted into an issue: no answers, no user names, no paths of the home folder."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from pathlib import Path

import advisor
from advisor import resources


def write_report(error: BaseException) -> str:
    """Write the report and say in one sentence where it is."""
    text = "\n".join(
        [
            f"advisor {advisor.__version__}, Python {platform.python_version()}, {platform.system()}",
            "",
            *(line.rstrip() for line in traceback.format_exception(error)),
            "",
        ]
    )
    text = text.replace(_home(), "~")
    for folder in (resources.home() / "reports", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=folder, prefix="advisor-bug-", suffix=".txt", delete=False
            ) as file:
                file.write(text)
        except OSError:
            continue
        return f"Please report it with {file.name}."
    sys.stderr.write(text)
    return "Please report it with the text above."


def _home() -> str:
    """The home folder; where there is none, or it is the root of everything, a text that does not occur."""
    try:
        home = Path.home()
    except RuntimeError:
        return "\0"
    return str(home) if home.name else "\0"
