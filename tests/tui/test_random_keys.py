"""Whatever is pressed, in whatever order, nothing breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from advisor.model.measurement import Measurements
from advisor.tui.desk import Desk
from tui.bench import Bench
from tui.stories import LARGE, SMALL, Told, tell

KEYS = (
    *("escape", "enter", "down", "escape") * 12,
    *("enter", "escape", "space", "tab", "shift+tab", "up", "down", "left", "right", "pageup", "pagedown") * 3,
    *("home", "end", "delete", "backspace", "ctrl+n", "ctrl+r", "ctrl+s", "f1", "question_mark") * 2,
    *("ctrl+p", *"abcdeny1234."),
)
SEED = 7


@pytest.mark.slow
def test_five_hundred_keys_crash_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Some of the keys save.
    monkeypatch.chdir(tmp_path)
    random = Random(SEED)

    async def story(told: Told) -> None:
        for count in range(500):
            await told.pilot.press(random.choice(KEYS))
            if count % 100 == 50:
                await told.pilot.resize_terminal(*random.choice((SMALL, LARGE)))
        assert len(told.kept) > 5
        told.app.go_to("domain")
        await told.pilot.pause()
        await told.choose("speech")
        assert told.kept[-1].said["domain"] == "speech"

    def bench(furnish: Callable[[Measurements | None], Desk]) -> Bench:
        there = Bench(furnish)
        there.go_on()
        return there

    tell(story, probing=bench)
