"""Where the options stand: bars with their intervals, and what is excluded struck through."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from advisor.inquiry.interview import Standing

_NAME, _LEAST_BAR, _MOST_BAR, _FIGURE, _INTERVAL = 12, 8, 40, 5, 14
"""Columns of the parts of a row; the figures of the interval only stand where there is room for them."""


class StandingList(OptionList):
    """The options from the best; choosing one asks why it stands there."""

    BORDER_TITLE = "Standing"
    BINDINGS = [Binding("enter", "select", "Why")]  # noqa: RUF012  (as Textual has it)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._standings: tuple[Standing, ...] = ()

    def show(self, standings: Iterable[Standing]) -> None:
        """Show these instead; whatever was highlighted stays so."""
        chosen = self.highlighted_option.id if self.highlighted_option else None
        self._standings = tuple(standings)
        room = self.scrollable_content_region.width - _NAME - _FIGURE - 2
        figures = room >= _INTERVAL + 2 * _LEAST_BAR
        bar = min(_MOST_BAR, max(_LEAST_BAR, room - _INTERVAL * figures))
        self.set_options(
            [Option(_row(standing, bar, figures=figures), id=standing.option) for standing in self._standings]
        )
        names = [standing.option for standing in self._standings]
        if names:
            self.highlighted = names.index(chosen) if chosen in names else 0

    def on_resize(self) -> None:
        """Draw the bars as long as there is room for."""
        self.show(self._standings)


def _row(standing: Standing, width: int, *, figures: bool) -> Content:
    name = f"{standing.option:{_NAME}}"
    if standing.against:
        gap = " " * (_NAME - len(standing.option))
        return Content.assemble((standing.option, "strike dim"), f"{gap} ", ("ruled out", "dim"))
    low, high = (round(end * width) for end in standing.interval)
    sure, open_, rest = "█" * low, "▒" * (high - low), "·" * (width - high)
    ends = f"  {standing.interval[0]:.2f} to {standing.interval[1]:.2f}" if figures else ""
    score = f" {standing.score:.2f}"
    return Content.assemble(f"{name} ", (sure + open_, "$text-primary"), (rest, "dim"), score, (ends, "dim"))
