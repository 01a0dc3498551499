"""How long it takes until the questionnaire is there, and from a key until it draws what that does.

Run it by hand, on POSIX, on a machine that does nothing else:

    python tests/benchmarks/questionnaire.py

or only a part of it, by name: `start`, `keys` or `probing`.

`start` starts the questionnaire in new processes, every file in the cache of the operating system, and counts from the
start of the process until its first question is read with its choices, the standing and the keys: with the machine
detected, and without.

`keys` opens it on a terminal of 80x24 and on one of 160x48, and presses keys: answers, steps back, choices, filters,
verdict, what-if, and choices while it still thinks about an answer. A key counts from when it is sent until the first
of what is drawn for it is read; until everything is drawn, with the next question, the verdict or the standing, is told
beside it. `probing` presses keys while it measures a framework that is a stand-in and keeps a core busy. An escape
counts with the time in which it could still be the beginning of another key, which is 25 ms unless `ESCDELAY` says
otherwise.

The bars: 0.7 s for the first question in the median, 50 ms for a key at the 95th percentile. Ends with status 1 where
one is missed.
"""

from __future__ import annotations

import math
import os
import select
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

from tui.terminal import Terminal  # noqa: E402  (found by the line above)

BAR_S, BAR_MS = 0.7, 50
STARTS, ROUNDS = 15, 6
FIRST_QUESTION = (b"project", b"don't know", b"Standing", b"Verdict")
"""What is read of it once it is complete: text, choices, what is beside it, and the keys below."""
PATIENCE_S, QUIET_S = 5.0, 0.4
"""How long the first of what is drawn is waited for; without anything more for so long, everything is drawn."""
DOWN, RIGHT, ENTER, ESCAPE, VERDICT, WHAT_IF = b"\x1b[B", b"\x1b[C", b"\r", b"\x1b", b"\x0e", b"\x07"
SAVE, MEASURE, HELP = b"\x13", b"\x12", b"?"
SIZES = ((24, 80), (48, 160))
STAND_IN = """
import sys
from pathlib import Path
from advisor import resources
from advisor.cli.main import main

probes = Path("probes").resolve()
resources.probes = lambda: probes
sys.exit(main(["interview"]))
"""
"""The questionnaire where there are no probes but those beside it."""

Timed = dict[str, list[tuple[float, float]]]
"""Kind of key to the times until the first and the last of what is drawn, in milliseconds."""


@contextmanager
def opened(home: Path, *arguments: str, size: tuple[int, int], program: tuple[str, ...]) -> Iterator[Terminal]:
    """The questionnaire on a terminal, as it is when its first question is asked."""
    terminal = Terminal(home, *arguments, program=program, size=size)
    for words in FIRST_QUESTION:
        terminal.wait_for(words)
    try:
        yield terminal
    finally:
        terminal.close()


def drawn(terminal: Terminal, began: float) -> Iterator[float]:
    """When something was drawn, in milliseconds since then, until there is nothing more."""
    patience = PATIENCE_S
    while select.select([terminal.ours], [], [], patience)[0]:
        os.read(terminal.ours, 65536)
        yield 1000 * (time.perf_counter() - began)
        patience = QUIET_S


def press(terminal: Terminal, kind: str, key: bytes, timed: Timed) -> None:
    """Press a key, and take the time."""
    began = time.perf_counter()
    terminal.send(key)
    times = list(drawn(terminal, began))
    timed.setdefault(kind, []).append((times[0], times[-1]) if times else (math.inf, math.inf))


def press_while_thinking(terminal: Terminal, timed: Timed) -> None:
    """Answer, and move at once in what is still there."""
    terminal.send(ENTER)
    for _ in range(3):
        began = time.perf_counter()
        terminal.send(DOWN)
        first = next(drawn(terminal, began), math.inf)
        timed.setdefault("choose while it thinks", []).append((first, first))
    list(drawn(terminal, began))


def story(terminal: Terminal, timed: Timed) -> None:
    """Answer and look around; every answer is another one than before."""
    list(drawn(terminal, 0))
    for turn in range(ROUNDS):
        for _ in range(1 + turn % 3):
            press(terminal, "choose", DOWN, timed)
        press(terminal, "answer", ENTER, timed)
        if turn % 3 == 1:
            press(terminal, "back", ESCAPE, timed)
        press(terminal, "filter", b"a", timed)
        press(terminal, "end the filter", ESCAPE, timed)
        if turn % 4 == 2:
            press_while_thinking(terminal, timed)
        for kind, key, then in (("verdict", VERDICT, b"2"), ("what if", WHAT_IF, RIGHT)):
            press(terminal, kind, key, timed)
            press(terminal, f"{kind}: move", then, timed)
            press(terminal, f"{kind}: leave", ESCAPE, timed)


def story_while_probing(terminal: Terminal, timed: Timed) -> None:
    """Let it measure in depth, which it does for as long as it may, and look around meanwhile."""
    terminal.send(MEASURE)
    terminal.wait_for(b"1 framework found")
    terminal.send(DOWN + ENTER)
    terminal.wait_for(b": step_transformer")
    list(drawn(terminal, 0))
    for _ in range(ROUNDS):
        press(terminal, "help", HELP, timed)
        press(terminal, "help: leave", ESCAPE, timed)
        press(terminal, "save", SAVE, timed)
        for letter in (b"a", b"b", b"c"):
            press(terminal, "save: type", letter, timed)
        press(terminal, "save: leave", ESCAPE, timed)


def starts() -> bool:
    """Time how long it takes to the first question; whether the bar is met."""
    met = True
    for name, arguments in (("start", ()), ("start without detection", ("--no-detect",))):
        times = []
        with tempfile.TemporaryDirectory() as home:
            for _ in range(1 + STARTS):
                began = time.perf_counter()
                with opened(Path(home), "interview", *arguments, size=SIZES[0], program=("-m", "advisor")):
                    times.append(time.perf_counter() - began)
        # The first one of all reads the knowledge from its files, and keeps it for the others.
        first, *usual = times
        median = statistics.median(usual)
        print(f"{name:24} {STARTS:4}  {median:.2f} s, {max(usual):.2f} at worst; {first:.2f} the very first time")
        met = met and median < BAR_S
    return met


def keys() -> bool:
    """Time every kind of key in both sizes; whether the bar is met."""
    timed: Timed = {}
    for size in SIZES:
        with (
            tempfile.TemporaryDirectory() as home,
            opened(Path(home), "interview", "--no-detect", size=size, program=("-m", "advisor")) as terminal,
        ):
            story(terminal, timed)
    return told("keys", timed)


def keys_while_probing() -> bool:
    """Time keys while a worker is busy, in both sizes; whether the bar is met."""
    timed: Timed = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as home:
            probes = Path(home) / "probes"
            shutil.copytree(CHECKOUT / "probes", probes)
            for file in (probes / "frameworks").glob("on_*.py"):
                if file.stem != "on_numpy":
                    file.unlink()
            shutil.copy(CHECKOUT / "tests/probes/standins/on_busy.py.txt", probes / "frameworks/on_busy.py")
            with opened(Path(home), size=size, program=("-c", STAND_IN)) as terminal:
                story_while_probing(terminal, timed)
    return told("keys while probing", timed)


def told(what: str, timed: Timed) -> bool:
    """Print the figures, and say whether the bar is met."""
    every = [first for pairs in timed.values() for first, _ in pairs]
    for kind, pairs in timed.items():
        firsts, lasts = zip(*pairs, strict=True)
        print(
            f"{kind:24} {len(pairs):4}  key to frame {at(0.5, [*firsts]):4.0f} ms, {at(0.95, [*firsts]):4.0f} at p95"
            f"   everything {at(0.5, [*lasts]):4.0f} ms, {at(0.95, [*lasts]):4.0f} at p95"
        )
    print(f"{what:24} {len(every):4}  key to frame {at(0.5, every):4.0f} ms, {at(0.95, every):4.0f} at p95")
    return at(0.95, every) < BAR_MS


def at(share: float, values: list[float]) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


PARTS: Mapping[str, Callable[[], bool]] = {"start": starts, "keys": keys, "probing": keys_while_probing}


def main() -> int:
    """Time what is asked for, print the figures, and say whether the bars are met."""
    asked = sys.argv[1:] or [*PARTS]
    met = [PARTS[name]() for name in asked]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
