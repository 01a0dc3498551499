"""Runs the questionnaire without a terminal: a story presses keys and looks at what is there."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from cli.program import Run
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Static
from textual.worker import WorkerCancelled

from advisor.cli.output import write
from advisor.consult.adviser import Adviser
from advisor.inference import choice, plain
from advisor.inquiry.interview import Interview
from advisor.loading.knowledge import load
from advisor.model.answers import Answers, ProjectSays
from advisor.model.fleet import FleetDecision
from advisor.model.measurement import Machine, Measurements
from advisor.session import Session
from advisor.tui.app import Questionnaire
from advisor.tui.desk import Desk, Probing
from advisor.tui.thinking import THINKING
from advisor.tui.widgets.choices import Choices
from tui.bench import Bench

Story = Callable[["Told"], Awaitable[None]]
Benches = Callable[[Callable[[Measurements | None], Desk]], Bench]
"""Makes the doors to a machine that is made up, which go on at the desk over what they measured."""
Machines = Callable[[Answers], FleetDecision]
SMALL, LARGE = (80, 24), (160, 48)


@functools.cache
def session() -> Session:
    base = load(use_cache=False)
    return Session(base, Adviser(base, plain.compile_rules))


@functools.cache
def _chaining() -> Adviser:
    """Over the engine that `advisor recommend` uses."""
    return Adviser(session().base, choice.best())


def desk(  # noqa: PLR0913, PLR0917  (what a story begins with)
    kept: list[Interview],
    machine: Machine | None = None,
    project: ProjectSays | None = None,
    probing: Probing | None = None,
    measured: Measurements | None = None,
    as_of: str = "",
    machines: Machines | None = None,
) -> Desk:
    here = replace(session(), machine=machine, project=project, measurements=measured, as_of=as_of)

    def keep(interview: Interview) -> str:
        kept.append(interview)
        return ""

    recommend = partial(replace(here, adviser=_chaining()).recommend, full=True)
    return Desk(
        adviser=here.adviser,
        consult=here.consult,
        recommend=recommend,
        write=write,
        keep=keep,
        probing=probing,
        machines=machines,
    )


def opened(  # noqa: PLR0913, PLR0917  (what a story begins with)
    kept: list[Interview],
    begun: Interview | None = None,
    machine: Machine | None = None,
    project: ProjectSays | None = None,
    probing: Benches | None = None,
    as_of: str = "",
    machines: Machines | None = None,
) -> tuple[Questionnaire, Bench | None]:
    """The questionnaire at its beginning, or at an interview that had begun, with what it measures with."""
    bench = (
        probing(lambda measured: desk(kept, machine, project, bench, measured, as_of, machines)) if probing else None
    )
    return Questionnaire(desk(kept, machine, project, bench, None, as_of, machines), begun or Interview()), bench


@dataclass
class Told:
    """A story that is being told."""

    app: Questionnaire
    pilot: Pilot[None]
    kept: list[Interview] = field(default_factory=list)
    bench: Bench | None = None
    strips: list[Strip] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is worked out any more, and everything is shown."""
        await self.pilot.pause()
        while any(getattr(screen, "thinking", False) for screen in self.app.screen_stack):
            thinks = [worker for worker in self.app.workers if worker.group == THINKING]
            # Of none given it would wait for every worker, and one that measures takes its time.
            if thinks:
                with suppress(WorkerCancelled):
                    await self.app.workers.wait_for_complete(thinks)
            await self.pilot.pause()

    async def choose(self, word: str) -> None:
        """Go to a row of the choices, and answer with it."""
        await self.settle()
        choices = self.app.questions.query_one(Choices)
        choices.focus()
        choices.highlighted = choices.get_option_index(word)
        await self.press("enter")

    def said(self, selector: str) -> str:
        """The text of a widget on the screen that is seen."""
        return str(self.app.screen.query_one(selector, Static).render())

    @property
    def screen(self) -> str:
        """Which screen is seen."""
        return type(self.app.screen).__name__

    @property
    def lines(self) -> list[str]:
        """What is seen, line by line."""
        self.look()
        return ["".join(segment.text for segment in strip) for strip in self.strips]

    def look(self) -> None:
        """Keep what is seen now in `strips`."""
        self.strips = self.app.screen._compositor.render_strips()

    @property
    def asked(self) -> str:
        """The key of the question that is seen."""
        asked = self.app.questions.query_one(Choices)._asked
        return asked.attribute.name if asked else ""


def tell(  # noqa: PLR0913  (what a story begins with)
    story: Story,
    *,
    size: tuple[int, int] = SMALL,
    begun: Interview | None = None,
    machine: Machine | None = None,
    project: ProjectSays | None = None,
    probing: Benches | None = None,
    as_of: str = "",
    machines: Machines | None = None,
) -> Told:
    """Tell a story from its beginning, or from an interview that had begun; what is left of it."""
    kept: list[Interview] = []

    async def telling() -> Told:
        app, bench = opened(kept, begun, machine, project, probing, as_of, machines)
        async with app.run_test(size=size) as pilot:
            told = Told(app, pilot, kept, bench)
            await told.settle()
            await story(told)
        return told

    return asyncio.run(telling())


def pressing(*keys: str) -> Story:
    """A story of nothing but keys."""

    async def story(told: Told) -> None:
        await told.press(*keys)

    return story


async def saved(told: Told) -> None:
    """Save the answers and the recommendation as JSON, under the names that are proposed."""
    if told.screen == "VerdictScreen":
        await told.press("escape")
    await told.press("ctrl+s", "enter")
    await told.press("ctrl+s", "shift+tab", "down", "tab", "enter")
    assert told.screen == "InterviewScreen"


def assert_same_bytes(run: Run, folder: Path, *arguments: str, home: Path | None = None) -> None:
    """The saved answers, put to the program, give the JSON that was saved beside them."""
    env = {"ADVISOR_HOME": str(home)} if home else {}
    again = run("recommend", "--answers", folder / "answers.yaml", *(arguments or ("--no-detect",)), "--json", env=env)
    assert again.stdout == (folder / "recommendation.json").read_text(encoding="utf-8")


def machine() -> Machine:
    """A Linux machine without an accelerator."""
    return Machine(fingerprint="0" * 16, os="linux", arch="x86_64", cpu="a CPU", cores=4, memory_gb=16.0)
