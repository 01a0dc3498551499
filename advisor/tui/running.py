"""Runs the questionnaire until it is left: by whoever answers, by a signal, or by a bug."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from contextlib import suppress
from functools import partial

from advisor.tui.app import Questionnaire

_SWITCH_S = 0.0005
"""After so long what thinks lets the screen have its turn: with the default of Python each turn could wait ten times
as long, and a key takes many."""
_ENDING = ("SIGTERM", "SIGHUP")
"""The end of a session, and a window that is closed."""


def run(app: Questionnaire) -> None:
    """Run it and leave the terminal as it was; raises what went wrong, and ends by the signal that ended it."""
    sys.setswitchinterval(_SWITCH_S)
    # What is known stays to the end: to look through all of it for what is not needed any more would hold up a key.
    gc.freeze()
    gc.enable()
    signals: list[signal.Signals] = []
    asyncio.run(_until_left(app, signals))
    if signals:
        signal.raise_signal(signals[0])
    if app.crash is not None:
        raise app.crash


async def _until_left(app: Questionnaire, signals: list[signal.Signals]) -> None:
    loop = asyncio.get_running_loop()

    def leave(number: signal.Signals) -> None:
        signals.append(number)
        app.exit()

    # Not on every system; there the process just ends, and what was answered is kept all the same.
    with suppress(NotImplementedError):
        for number in (getattr(signal, name) for name in _ENDING if hasattr(signal, name)):
            loop.add_signal_handler(number, partial(leave, number))
    await app.run_async()
