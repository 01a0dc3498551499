"""Asks before everything that was said is forgotten."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class StartAnewScreen(ModalScreen[bool]):
    """Comes back with whether to forget it."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("y", "dismiss(True)", "Yes"),
        Binding("n,escape", "dismiss(False)", "No"),
    ]
    HELP = "y forgets every answer, n keeps them.\n"

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(id="dialog"):
            yield Static("Forget every answer and start anew?  [y] yes   [n] no", markup=False)
