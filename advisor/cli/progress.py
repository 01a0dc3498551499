"""Shows how probing goes, on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from advisor.evidence.plan import Progress as Event


class ProbeProgress:
    """A context in which it can be called with every event of a run."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f} of {task.total:.0f}, at most {task.fields[left]:.0f} s left"),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("starting the frameworks", total=1, left=0.0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        who = f"{event.framework}/{event.variant}" if event.framework else ""
        if event.kind == "probe":
            self._bar.update(
                self._task,
                description=f"{event.probe} {who}".strip(),
                completed=max(0, event.number - 1),
                total=max(1, event.of),
                left=max(0.0, event.seconds_left),
            )
            if not self._console.is_terminal:
                self._console.print(f"probe {event.number} of {event.of}: {event.probe}")
        elif event.kind == "failed":
            self._console.print(f"{who}: {event.outcome}: {event.text}")
        elif event.kind == "started" and not self._console.is_terminal:
            self._console.print(f"{who}: started {event.text}".rstrip())
