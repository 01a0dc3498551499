"""Shows how probing goes, on standard error: a table that grows on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from advisor.evidence.probing.plan import Progress as Event
from advisor.loading.problems import printable
from advisor.render.measured import going
from advisor.render.measured.figures import cut
from advisor.render.measured.standing import FIRST, TIE, Standing

WIDEST = 79
"""Columns that are used at most: a terminal that is made narrower breaks what is wider into more lines than it had."""
_NAME, _LEAST_NAME, _CELL = 18, 10, 9
"""Columns of a variant, of one where room is short, and of a probe."""
_AROUND = 3
"""Lines besides those of the variants: the state, the head of the table, and where the cursor stands."""
_STYLES = {FIRST: "bold green", TIE: "green", "unstable": "yellow", "failed": "red", "too slow": "red"}
"""Colour only repeats what the word says."""
_BAR = 12


class _Console(Console):
    """What is written to for as long as somebody reads; whoever stops reading does not stop what is measured."""

    def on_broken_pipe(self) -> None:
        """Fall silent, where Rich would end the program with a status of its own."""
        self.quiet = True


class ProbeProgress:
    """A context in which it can be called with every event of a run.

    On a terminal one table is drawn anew every second, no more often, since what draws takes time from what is
    measured. It is gone when the context is left, however that happens.
    """

    def __init__(self) -> None:
        there = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
        self._console = _Console(
            stderr=True, highlight=False, markup=False, emoji=False, force_terminal=there, force_interactive=there
        )
        self._board = Board()
        self._live = (
            Live(
                console=self._console,
                get_renderable=lambda: self._board,
                refresh_per_second=1,
                transient=True,
                redirect_stdout=False,
                vertical_overflow="crop",
            )
            if there
            else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        self._board.take(event)
        if self._live:
            self._live.refresh()
        for line in _lines(event, everything=self._live is None):
            self._console.print(printable(line), soft_wrap=self._live is None)


def _lines(event: Event, *, everything: bool) -> Iterator[str]:
    """What is said of an event and stays: where there is no table, everything."""
    if wrong := going.mishap(event):
        yield wrong
    elif not everything:
        return
    elif event.kind == "waiting":
        yield f"{going.doing(event)}, {going.left(event.seconds_left)}"
    elif event.kind == "started":
        yield f"{event.framework}/{event.variant}: started {event.text}".rstrip()
    elif event.kind == "probe":
        yield f"probe {going.doing(event)}, {going.left(event.seconds_left)}{going.process(event)}"


class Board:
    """What is known, as a table in the size that the terminal has just then."""

    def __init__(self) -> None:
        self._standing = Standing()
        self._event = Event(kind="starting", seconds_left=0.0)
        self._until = time.monotonic()

    def take(self, event: Event) -> None:
        """Learn of an event."""
        if event.kind == "measured":
            self._standing = self._standing.after(event.probe, event.results)
        elif event.kind in ("waiting", "starting", "probe"):
            self._event = event
        self._until = time.monotonic() + event.seconds_left

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Draw: the state on a line, then as many probes and variants as there is room for."""
        width, height = min(options.max_width, WIDEST), max(2, options.size.height)
        yield Text(self._state(width), no_wrap=True, overflow="crop")
        standing = self._standing
        if standing.variants and width >= _LEAST_NAME + _CELL and height > _AROUND + 1:
            yield self._table(standing, width, height - _AROUND)

    def _state(self, width: int) -> str:
        """What is going on, in fewer words where there is less room."""
        event, left = self._event, going.left(self._until - time.monotonic())
        what, process = going.doing(event), going.process(event)
        bar = f"[{'#' * round(going.done(event) * _BAR):.<{_BAR}}] " if event.kind == "probe" else ""
        ways = (f"{bar}{what}, {left}{process}", f"{what}, {left}{process}", f"{what}, {left}")
        return next((way for way in ways if len(way) <= width), cut(ways[-1], width))

    @staticmethod
    def _table(standing: Standing, width: int, rows: int) -> Table:
        name = _NAME if width >= _NAME + 2 * _CELL else _LEAST_NAME
        probes = standing.probes[-max(1, (width - name) // _CELL) :]
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, collapse_padding=True)
        table.add_column(width=name - 1, no_wrap=True, overflow="crop")
        for probe in probes:
            head = Text(cut(printable(probe), _CELL - 1), style="dim")
            table.add_column(head, width=_CELL - 1, no_wrap=True, overflow="crop", justify="right")
        shown = standing.variants if len(standing.variants) <= rows else standing.variants[: rows - 1]
        for variant in shown:
            words = [standing.word(variant, probe) for probe in probes]
            cells = [Text(word, style=_STYLES.get(word, "dim" if word == "-" else "")) for word in words]
            table.add_row(Text(cut(printable(variant), name - 1)), *cells)
        if len(shown) < len(standing.variants):
            table.add_row(Text(cut(f"and {len(standing.variants) - len(shown)} more", name - 1), style="dim"))
        return table
