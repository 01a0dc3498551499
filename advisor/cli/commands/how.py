"""`advisor how`: how a finding came about, down to answers and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli.explaining import grounds_for, opened, tell
from advisor.inquiry.explain import how

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Tell how the finding came about, or why the rule did not fire."""
    session, answers = opened(arguments)
    return tell(how(grounds_for(session, answers), arguments.name), arguments)
