"""Writes the manual page from the parser, for `man advisor`: run by hand after a change of a command."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from argparse_manpage.manpage import Manpage

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "advisor.1"


def page() -> str:
    """The page, without a day: the same parser gives the same page."""
    # In a checkout it is the parser of the checkout that counts, and nothing is said where there is a wheel.
    sys.path.insert(0, str(ROOT))
    from advisor.cli.parser import every_parser  # noqa: PLC0415

    parsers = every_parser()
    for parser in parsers:
        # The width of the terminal is none of a page's business.
        parser.formatter_class = _narrow
    written = str(Manpage(parsers[0], format="pretty"))
    written = re.sub(
        r"^\.TH .*$", '.TH ADVISOR "1" "" "framework-advisor" "User Commands"', written, flags=re.MULTILINE
    )
    about = str(parsers[0].description).rstrip(".")
    return written.replace(".SH NAME\nadvisor\n", f".SH NAME\nadvisor \\- {about[0].lower()}{about[1:]}\n")


def _narrow(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, width=80)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
