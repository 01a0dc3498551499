"""`advisor why`: what puts an option or a component where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.cli.explaining import grounds_for, opened, tell
from advisor.inquiry.explain import why

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Explain the place of the option, or of the component in the stack."""
    session, answers = opened(arguments)
    return tell(why(grounds_for(session, answers), arguments.name), arguments)
