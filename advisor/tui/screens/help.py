"""What can be done on a screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from advisor.tui.widgets.key_line import KeyLine
from advisor.tui.widgets.text_pane import TextPane

_EVERYWHERE = """
On every screen

  ?  or f1      this help
  ctrl+s        save: answers, recommendation or everything as text
  ctrl+p        all commands by name: go to any key, start anew, other colours
  ctrl+q        quit, as does ctrl+c; the answers are kept
"""


class HelpScreen(Screen[None]):
    """The help of the screen it was opened on, and what holds everywhere."""

    BINDINGS = [Binding("escape", "app.pop_screen", "Back")]  # noqa: RUF012  (as Textual has it)
    HELP = "Escape closes the help.\n"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static("help", id="title", markup=False)
        yield TextPane(self._text + _EVERYWHERE, id="help")
        yield KeyLine()

    def on_mount(self) -> None:
        """Keys scroll at once."""
        self.query_one(TextPane).focus()
