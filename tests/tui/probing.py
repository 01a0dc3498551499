"""Goes to the screen that measures, and waits for what is done in threads."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.widgets import OptionList

from tui.bench import Bench
from tui.stories import Told

PATIENCE_S = 20
SHOWN = 13
"""Events of the run that is made up, until its third probe begins."""


async def until(told: Told, holds: Callable[[], bool]) -> None:
    """Go on as soon as something holds: doors are called in threads."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "\n".join(told.lines)
        await told.pilot.pause(0.01)
    await told.pilot.pause()


async def at(told: Told, stage: str) -> None:
    await until(told, lambda: getattr(told.app.screen, "_stage", "") == stage)


async def opened(told: Told, stage: str = "ready") -> Bench:
    await told.press("ctrl+r")
    assert told.screen == "ProbingScreen"
    await at(told, stage)
    assert told.bench is not None
    return told.bench


async def missing(told: Told, framework: str) -> Bench:
    """Choose a framework that is not here."""
    bench = await opened(told)
    there = told.app.screen.query_one("#there", OptionList)
    there.focus()
    there.highlighted = there.get_option_index(framework)
    await told.press("enter")
    assert told.screen == "EnvironmentScreen"
    return bench
