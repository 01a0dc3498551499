"""The keys: what the last line offers, what a click on it presses, and how an escape is told."""

from __future__ import annotations

import os
import sys

import pytest
from textual import constants
from textual.geometry import Offset

from advisor.inquiry.interview import Interview
from advisor.tui.widgets.key_line import KeyLine
from tui.stories import LARGE, SMALL, Told, tell
from tui.terminal import Terminals

BEGUN = Interview({"domain": "cv", "task": "train"})


def line(told: Told) -> str:
    """What the last line offers."""
    return told.lines[-1]


def test_it_offers_what_can_be_done_where_the_focus_is() -> None:
    async def story(told: Told) -> None:
        assert "Answer" in line(told)
        await told.press("tab")
        assert "Why" in line(told)
        await told.press("tab")
        assert "Take back" in line(told)

    tell(story, begun=BEGUN)


def test_a_click_presses_the_key() -> None:
    async def story(told: Told) -> None:
        await told.pilot.click(KeyLine, offset=Offset(line(told).index("Verdict"), 0))
        await told.settle()
        assert told.screen == "VerdictScreen"
        # Where there is no key, nothing is pressed.
        await told.pilot.click(KeyLine, offset=Offset(SMALL[0] - 1, 0))
        assert told.screen == "VerdictScreen"

    tell(story, begun=BEGUN)


def test_what_a_click_would_press_stands_out() -> None:
    async def story(told: Told) -> None:
        def lit() -> str:
            told.look()
            usual = told.strips[-1]._segments[-1].style
            assert usual is not None
            return "".join(s.text for s in told.strips[-1] if s.style and s.style.bgcolor != usual.bgcolor)

        assert lit() == ""
        await told.pilot.hover(KeyLine, offset=Offset(line(told).index("Save"), 0))
        await told.settle()
        assert lit() == "^s Save"
        await told.pilot.hover("#title")
        await told.settle()
        assert lit() == ""

    tell(story, begun=BEGUN)


@pytest.mark.parametrize(("size", "there"), [(SMALL, False), (LARGE, True)], ids=["80x24", "160x48"])
def test_the_palette_is_named_where_there_is_room_for_it(size: tuple[int, int], there: bool) -> None:  # noqa: FBT001
    async def story(told: Told) -> None:
        await told.press("ctrl+n")
        assert line(told).endswith("▏^p palette ") == there

    tell(story, begun=BEGUN, size=size)


@pytest.mark.skipif(sys.platform == "win32", reason="what is typed is read otherwise there")
def test_a_page_is_asked_for_the_rest_of_a_key_soon_and_otherwise_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    from advisor.tui.browser_driver import _Reader  # noqa: PLC0415  (it does not load everywhere)

    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as page:
        monkeypatch.setattr(sys, "__stdin__", page)
        os.write(theirs, b"\x1b")
        reader = _Reader()
        read = iter(reader)
        told = [(next(read), reader.timeout) for _ in range(4)]
        os.close(theirs)
    soon, usual = constants.ESCAPE_DELAY, 0.1
    assert told == [(b"\x1b", soon), (b"", soon), (b"", usual), (b"", usual)]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_a_lone_escape_is_told_from_a_key_that_begins_with_one(terminals: Terminals) -> None:
    terminal = terminals("interview", "--no-detect")
    terminal.wait_for(b"project")
    terminal.send(b"\x0e")
    terminal.wait_for(b"Sources")
    # Right: the second tab; then back, which the tabs do not take for a part of what follows.
    terminal.send(b"\x1b[C")
    terminal.wait_for(b"Values by criterion")
    terminal.seen = b""
    terminal.send(b"\x1b")
    terminal.wait_for(b"Your answers")
    terminal.send(b"\x11")
    assert terminal.end() == 0
