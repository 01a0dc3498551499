"""How long it takes from a key until the questionnaire draws what it does.

Run it by hand, on POSIX:

    python tests/benchmarks/questionnaire.py

Opens the questionnaire on a terminal of 80x24 and on one of 160x48, and presses keys: answers, steps back, choices,
filters, verdict, what-if, and choices while it still thinks about an answer. A key counts from when it is sent until
the first of what is drawn for it is read. It prints of each kind of key and of all of them the median and the 95th
percentile, and of each the same until everything was drawn, with the next question, the verdict or the standing. The
bar: 50 ms for a key at the 95th percentile. Ends with status 1 where it is missed.
"""

from __future__ import annotations

import math
import os
import select
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

from tui.terminal import Terminal  # noqa: E402  (found by the line above)

BAR_MS = 50
ROUNDS = 6
PATIENCE_S, QUIET_S = 5.0, 0.4
"""How long the first of what is drawn is waited for; without anything more for so long, everything is drawn."""
DOWN, RIGHT, ENTER, ESCAPE, VERDICT, WHAT_IF = b"\x1b[B", b"\x1b[C", b"\r", b"\x1b", b"\x0e", b"\x07"
SIZES = ((24, 80), (48, 160))

Timed = dict[str, list[tuple[float, float]]]
"""Kind of key to the times until the first and the last of what is drawn, in milliseconds."""


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


def at(share: float, values: list[float]) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def main() -> int:
    """Time both sizes, print the figures, and say whether the bar is met."""
    timed: Timed = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as home:
            # A lone escape is told from the beginning of another key by waiting, which is not the work of this program.
            os.environ["ESCDELAY"] = "1"
            terminal = Terminal(Path(home), "interview", "--no-detect", size=size)
            terminal.wait_for(b"project")
            story(terminal, timed)
            terminal.close()
    every = [first for pairs in timed.values() for first, _ in pairs]
    for kind, pairs in timed.items():
        firsts, lasts = zip(*pairs, strict=True)
        print(
            f"{kind:24} {len(pairs):4}  key to frame {at(0.5, [*firsts]):4.0f} ms, {at(0.95, [*firsts]):4.0f} at p95"
            f"   everything {at(0.5, [*lasts]):4.0f} ms, {at(0.95, [*lasts]):4.0f} at p95"
        )
    print(f"{'all':24} {len(every):4}  key to frame {at(0.5, every):4.0f} ms, {at(0.95, every):4.0f} at p95")
    return 0 if at(0.95, every) < BAR_MS else 1


if __name__ == "__main__":
    sys.exit(main())
