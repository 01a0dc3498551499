"""What takes long is worked out beside the screen, which goes on taking keys; only the newest of it is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import Any, TypeVar

from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState, get_current_worker

Found = TypeVar("Found")

_SOON_S = 0.1
"""What takes no longer is not called thinking."""
THINKING = "thinking"
"""The workers that think."""
ALONE = RLock()
"""One thing at a time: consultations share what they have worked out, and two at once would only hold each other up."""


class Thinking(Widget):
    """A screen that thinks."""

    _newest: tuple[Callable[[], Any], Callable[[Any], None]] | None = None
    """What is to be worked out, and what shows it."""
    _worker: Worker[Any] | None = None
    _late: Timer | None = None
    _heading = "advisor"

    @property
    def thinking(self) -> bool:
        """Whether something is worked out that is not shown yet."""
        return self._newest is not None

    def think(self, work: Callable[[], Found], show: Callable[[Found], None]) -> None:
        """Work something out and show it, unless something newer is asked for before."""
        self._done()
        self._newest = newest = (work, show)
        self._late = self.set_timer(_SOON_S, partial(self._say_late, newest))
        # What the key has changed already is drawn first.
        self.call_after_refresh(self._set_to_work, newest)

    def entitle(self, heading: str) -> None:
        """Head the screen with this."""
        self._heading = heading
        self.say_thinking(thinking=False)

    def say_thinking(self, *, thinking: bool) -> None:
        """Say in the title that something is worked out, or not any more."""
        self.query_one("#title", Static).update(f"{self._heading}{'   thinking…' if thinking else ''}", layout=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what was found."""
        if event.worker is self._worker and event.state is WorkerState.SUCCESS and self._newest is not None:
            _, show = self._newest
            self._done()
            show(event.worker.result)

    def _say_late(self, newest: object) -> None:
        # What was on its way when the timer was stopped speaks of what is shown by now.
        if newest is self._newest:
            self.say_thinking(thinking=True)

    def _set_to_work(self, newest: object) -> None:
        if self._newest is not None and newest is self._newest:
            work = partial(_alone, self._newest[0])
            self._worker = self.run_worker(work, thread=True, exclusive=True, group=THINKING)

    def _done(self) -> None:
        self._newest = self._worker = None
        if self._late is not None:
            self._late.stop()
            self._late = None
            self.say_thinking(thinking=False)


def _alone(work: Callable[[], Found]) -> Found | None:
    worker = get_current_worker()
    with ALONE:
        # What was superseded while it waited is looked for no more.
        return None if worker.is_cancelled else work()
