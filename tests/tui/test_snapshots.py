"""Every screen as it looks, in two sizes and two themes, held against the pictures in `__snapshots__`.

After a change that is meant: `pytest tests/tui/test_snapshots.py --snapshot-update`, and look at what changed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from golden.made_up_run import MEASURED
from textual.pilot import Pilot
from textual.widgets import Input

from advisor.frozen import replace
from advisor.inquiry.interview import Interview
from advisor.tui.screens import probing
from advisor.tui.widgets.choices import Choices
from tui import probing as measuring
from tui.bench import NOBODY, Bench
from tui.machines import deciding
from tui.stories import LARGE, SMALL, Benches, Story, Told, opened, pressing, session

SnapCompare = Callable[..., bool]

BEGUN = Interview({"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"})
ON_THIS_MACHINE = Interview({"domain": "llm", "task": "train", "train_hw": "cpu", "train_os": "linux"})
TRAINED_THERE = Interview({"domain": "llm", "task": "finetune", "here": ("train",)})
NOTHING_KNOWN = Interview(dict.fromkeys((question.key for question in session().base.questions), None))


async def answered(told: Told) -> None:
    told.app.go_to("deploy_target")
    await told.choose("raspberry_pi")


async def filtered(told: Told) -> None:
    told.app.go_to("needs")
    await told.settle()
    await told.press(*"der")


async def several(told: Told) -> None:
    told.app.go_to("needs")
    await told.settle()
    await told.press("down", "down", "space", "down", "down", "space")


async def number(told: Told) -> None:
    told.app.go_to("latency_ms")
    await told.settle()
    await told.press(*"2.5")


async def refused(told: Told) -> None:
    told.app.go_to("accelerator_count")
    await told.settle()
    await told.press(*"two", "enter")


async def thinking(told: Told) -> None:
    # It begins, and never comes to an end.
    told.app.questions._set_to_work = lambda newest: None  # type: ignore[method-assign]  # noqa: ARG005
    choices = told.app.questions.query_one(Choices)
    choices.highlighted = 2
    await told.pilot.press("enter")
    await told.pilot.pause(0.3)


async def saved_nowhere(told: Told) -> None:
    await told.press("ctrl+s")
    await told.press(*["backspace"] * len("answers.yaml"), *"missing/a")
    await told.press("enter")


async def tried(told: Told) -> None:
    await told.press("ctrl+g", *["down"] * 2, "right", "right")


async def left(told: Told) -> None:
    await told.press("escape")


async def starting_anew(told: Told) -> None:
    told.app.action_start_anew()
    await told.settle()


async def found(told: Told) -> None:
    await measuring.opened(told)


async def running(told: Told) -> None:
    bench = await measuring.opened(told)
    await told.press("enter")
    await measuring.at(told, "measuring")
    bench.steps.release(measuring.SHOWN)
    await measuring.until(told, lambda: told.said("#state").startswith("Measuring 3 of"))


async def stopped(told: Told) -> None:
    await running(told)
    await told.press("escape")
    await measuring.at(told, "over")


async def finished(told: Told) -> None:
    bench = await measuring.opened(told)
    bench.go_on()
    await told.press("enter")
    await measuring.at(told, "over")


async def measured(told: Told) -> None:
    await finished(told)
    await told.press("ctrl+n")


async def asking(told: Told) -> None:
    await measuring.missing(told, "mlx")
    await measuring.at(told, "asking")


SCREENS: dict[str, tuple[Interview, Story]] = {
    "start": (Interview(), pressing()),
    "middle": (BEGUN, answered),
    "filtered": (BEGUN, filtered),
    "several": (BEGUN, several),
    "number": (BEGUN, number),
    "refused": (BEGUN, refused),
    "thinking": (BEGUN, thinking),
    "nothing-left": (NOTHING_KNOWN, left),
    "verdict": (BEGUN, pressing("ctrl+n")),
    "verdict-scores": (BEGUN, pressing("ctrl+n", "2")),
    "verdict-change": (BEGUN, pressing("ctrl+n", "3")),
    "verdict-sources": (BEGUN, pressing("ctrl+n", "4")),
    "verdict-machines": (TRAINED_THERE, pressing("ctrl+n", "5")),
    "verdict-of-nothing": (Interview(), pressing("ctrl+n")),
    "evidence": (BEGUN, pressing("ctrl+n", "4", "enter")),
    "what-if": (BEGUN, tried),
    "help": (BEGUN, pressing("f1")),
    "save": (BEGUN, pressing("ctrl+s")),
    "save-refused": (BEGUN, saved_nowhere),
    "start-anew": (BEGUN, starting_anew),
    "palette": (BEGUN, pressing("ctrl+p")),
}
"""What is seen: where the interview has come to, and what is done then."""
# What was worked out of a run is kept by its name.
WHOLE_RUN = partial(Bench, run=replace(MEASURED, id="made up"))
MEASURING: dict[str, tuple[Benches, Story]] = {
    "nothing-to-measure": (partial(Bench, prospect=NOBODY), found),
    "ready-to-measure": (WHOLE_RUN, found),
    "measuring": (WHOLE_RUN, running),
    "measured": (partial(WHOLE_RUN, said=("As published it is otherwise.",)), finished),
    "stopped": (WHOLE_RUN, stopped),
    "environment": (WHOLE_RUN, asking),
    "worth-measuring": (partial(Bench, worthy=("jax", "pytorch")), pressing("ctrl+n")),
    "verdict-measured": (Bench, measured),
}
"""What is seen where there is something to measure: what is there, and what is done."""


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x48"])
@pytest.mark.parametrize("seen", [*SCREENS, *MEASURING])
def test_it_looks_as_it_did(  # noqa: PLR0913, PLR0917  (what a picture depends on)
    snap_compare: SnapCompare,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    seen: str,
    size: tuple[int, int],
    theme: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    # While it measures it says how much time is left.
    monkeypatch.setattr(probing, "time", SimpleNamespace(monotonic=lambda: 0.0))
    bench, story = MEASURING.get(seen, (None, None))
    begun, story = (ON_THIS_MACHINE, story) if story else SCREENS[seen]
    machines = deciding if seen == "verdict-machines" else None
    app, there = opened([], begun, probing=bench, machines=machines)
    app.theme = f"textual-{theme}"
    app.animation_level = "none"

    async def before(pilot: Pilot[None]) -> None:
        told = Told(app, pilot, bench=there)
        await told.settle()
        await story(told)
        for line in app.screen.query(Input):
            line.cursor_blink = False
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=before)
