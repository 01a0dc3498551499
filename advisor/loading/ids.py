"""What an id can be made of: it stands in answers, in evidence and on command lines, so it must be plain."""

from __future__ import annotations

import re

from advisor.loading.problems import Problems, shown

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_id(name: str, what: str, place: str, problems: Problems) -> None:
    """Note a name that cannot be the id of a rule, component or belief."""
    if not _ID.fullmatch(name):
        hint = "Letters, digits, ., - and _ make an id."
        problems.add(f"{shown(name)} cannot be the id of a {what}.", place, hint)
