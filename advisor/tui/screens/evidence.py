"""What is behind an option or a finding, down to facts, sources and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Static

from advisor.inquiry import explain
from advisor.inquiry.explain_grounds import ground
from advisor.render.explanation import render
from advisor.tui.thinking import Thinking
from advisor.tui.widgets.key_line import KeyLine
from advisor.tui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from advisor.consult.adviser import Consultation
    from advisor.tui.desk import Desk

_LEVELS = 5


class EvidenceScreen(Thinking, Screen[None]):
    """The same explanation as `advisor why`, `why-not` and `how` give."""

    BINDINGS = [Binding("escape", "app.pop_screen", "Back")]  # noqa: RUF012  (as Textual has it)
    HELP = """\
Why it stands where it stands, as a tree: what was concluded, from which facts
and answers, by which rule, and from which source of which day.

  up, down, page up, page down   read on
  escape                         back
"""

    def __init__(self, title: str, tell: Callable[[], str]) -> None:
        super().__init__()
        self._title, self._tell = title, tell

    @classmethod
    def about_option(cls, desk: Desk, consultation: Consultation, option: str) -> EvidenceScreen:
        """Why an option is ruled out, or stands where it stands."""
        out = option in consultation.weighed.excluded

        def tell() -> str:
            grounds = ground(desk.adviser, consultation, desk.as_of)
            return render((explain.why_not if out else explain.why)(grounds, option), _LEVELS)

        return cls(f"why{' not' if out else ''} {option}", tell)

    @classmethod
    def about_finding(cls, desk: Desk, consultation: Consultation, identity: str) -> EvidenceScreen:
        """How a finding came about."""

        def tell() -> str:
            return render(explain.how(ground(desk.adviser, consultation, desk.as_of), identity), _LEVELS)

        return cls(f"how {identity}", tell)

    def compose(self) -> ComposeResult:
        """Title and text."""
        yield Static(id="title", markup=False)
        yield TextPane(id="evidence")
        yield KeyLine()

    def on_mount(self) -> None:
        """Keys scroll at once."""
        self.entitle(self._title)
        self.query_one(TextPane).focus()
        self.think(self._tell, self.query_one(TextPane).show)
