"""Measuring from the questionnaire: what there is, how it goes, what it came to, and how it is left."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import psutil
import pytest
import standin_folder
from cli.program import Run
from cli.stored import found_here
from textual.widgets import Input, OptionList, ProgressBar, TabbedContent

from advisor.evidence.halt import Halt
from advisor.evidence.keeping import store
from advisor.evidence.machine.detection import identify
from advisor.evidence.probing import run as probing
from advisor.evidence.probing.plan import Limits, Plan, Report
from advisor.frozen import replace
from advisor.inquiry.interview import Interview
from advisor.model.answers import Answers
from advisor.tui.desk import Measured
from advisor.tui.widgets.key_line import KeyLine
from tui.bench import NOBODY, TAKES, Bench, lost, ready, run_here
from tui.probing import PATIENCE_S, at, missing, opened, until
from tui.stories import LARGE, SMALL, Told, assert_same_bytes, saved, tell

DAY = "2026-11-22"
BEGUN = Interview({"domain": "cv", "task": "train", "train_hw": "cpu", "train_os": "linux", "here": ("train",)})


def keys(told: Told) -> str:
    """What the last line offers."""
    return told.lines[-1]


def test_what_is_there_and_what_is_missing_is_said_before_anything_is_measured() -> None:
    async def story(told: Told) -> None:
        bench = await opened(told)
        assert told.said("#state") == "2 frameworks found, 2 missing; not measured before."
        seen = "\n".join(told.lines)
        for words in (
            "2.13.0+cpu",
            "/usr/bin/python3",
            "missing",
            "environment (200 MB)",
            "about 48 s",
            "about 14 min",
        ):
            assert words in seen
        assert told.app.screen.query_one("#budget", Input).value == "120"
        assert bench.log == ["look 5"]

    tell(story, begun=BEGUN, probing=Bench)


def test_a_run_comes_to_its_end_moves_the_standing_and_counts_in_the_verdict() -> None:
    async def story(told: Told) -> None:
        bench = await opened(told)
        before = told.app.questions.consultation
        await told.press("enter")
        await at(told, "measuring")
        assert " Stop " in keys(told)
        assert "Verdict" not in keys(told)
        bench.steps.release(8)
        await until(told, lambda: "pytorch/eager" in told.said("#figures Static"))
        await until(told, lambda: told.said("#state").startswith("Measuring 2 of"))
        assert "90 % interval" in told.said("#figures Static")
        assert told.app.screen.query_one(ProgressBar).percentage
        bench.go_on()
        await at(told, "over")
        assert told.said("#state").splitlines()[0].startswith("Measured after 10 s. Moved most: ")
        assert told.said("#state").splitlines()[1] == "As published it is otherwise."
        assert "Classes of work" in told.said("#figures Static")
        assert "its threads had to wait for a core" in told.said("#figures Static")
        await told.press("escape")
        assert told.said("#moved").startswith("Measured: Moved most: ")
        assert told.app.questions.consultation is not before
        await told.press("ctrl+n")
        assert told.said("#title").endswith(", measured here")
        assert "of what is said of speed comes from this machine" in told.said("#answer Static")

    tell(story, begun=BEGUN, probing=partial(Bench, said=("As published it is otherwise.",)))


def test_who_stops_a_run_keeps_what_was_measured() -> None:
    async def story(told: Told) -> None:
        bench = await opened(told)
        await told.press("enter")
        await at(told, "measuring")
        bench.steps.release(6)
        await until(told, lambda: "pytorch/eager" in told.said("#figures Static"))
        await told.press("escape")
        await at(told, "over")
        assert bench.log[1:] == ["measure 5 120 s", "halted", "stored"]
        assert told.said("#state").startswith("Stopped after 10 s. Moved most: ")
        assert "Stopped before its end" in told.said("#figures Static")
        await told.press("r")
        await at(told, "ready")
        await told.press("escape")
        assert told.screen == "InterviewScreen"

    tell(story, begun=BEGUN, probing=Bench)


def test_keys_are_answered_while_it_measures() -> None:
    async def story(told: Told) -> None:
        bench = await opened(told)
        await told.press("enter")
        await at(told, "measuring")
        # The run waits in its thread, and everything else goes on.
        await told.press("f1")
        assert told.screen == "HelpScreen"
        await told.press("escape", "ctrl+s")
        assert told.screen == "SaveScreen"
        await told.press("escape")
        bench.go_on()
        await at(told, "over")

    tell(story, begun=BEGUN, probing=Bench)


def test_a_worker_that_crashes_is_an_outcome_in_words() -> None:
    async def story(told: Told) -> None:
        bench = await opened(told)
        await told.press("enter")
        bench.steps.release(6)
        await until(told, lambda: "jax/eager" in told.said("#figures Static"))
        assert told.said("#figures Static").startswith("pytorch/eager: failed: the process ended by SIGSEGV\n")
        bench.go_on()
        await at(told, "over")
        assert "the process ended by SIGSEGV" in told.said("#figures Static")

    tell(story, begun=BEGUN, probing=lambda furnish: Bench(furnish, run=lost(run_here())))


def test_where_nothing_can_be_measured_it_is_said_why() -> None:
    async def no_place(told: Told) -> None:
        await opened(told)
        await told.press("enter")
        await at(told, "over")
        assert told.said("#state") == "Nothing was measured."
        assert "no space left" in told.said("#figures Static")

    async def nobody(told: Told) -> None:
        await opened(told)
        assert told.said("#state").startswith("No frameworks found, 2 missing; ")
        assert told.app.screen.focused is told.app.screen.query_one("#there")

    async def not_here(told: Told) -> None:
        await told.press("ctrl+r")
        assert "--no-detect" in told.said("#figures Static")
        assert "Measure" not in keys(told)
        await told.press("escape")
        assert told.screen == "InterviewScreen"

    tell(no_place, begun=BEGUN, probing=partial(Bench, wrong="no space left"))
    tell(nobody, begun=BEGUN, probing=partial(Bench, prospect=NOBODY))
    tell(not_here, begun=BEGUN)


def test_what_cannot_change_the_answer_is_not_proposed_and_the_rest_is() -> None:
    async def story(told: Told) -> None:
        bench = await opened(told)
        ways = told.app.screen.query_one("#ways", OptionList)
        assert ways.get_option("auto").disabled
        assert ways.highlighted_option is not None
        assert ways.highlighted_option.id == "quick"
        budget = told.app.screen.query_one("#budget", Input)
        budget.focus()
        budget.value = "0"
        await told.press("shift+tab")
        assert told.said("#about").startswith("every framework found: 11 probes")
        await told.press("tab")
        await told.press("enter")
        assert told.said("#state") == "Between 1 and 86400 seconds can be given to it."
        budget.value = "60"
        await told.press("enter")
        bench.go_on()
        await at(told, "over")
        assert bench.log[1] == "measure 5 60 s"

    tell(story, begun=BEGUN, probing=partial(Bench, prospect=ready(auto=False)))


def test_the_verdict_proposes_to_measure_where_that_could_change_it() -> None:
    async def story(told: Told) -> None:
        await told.press("ctrl+n")
        assert told.said("#worth") == "How fast jax and pytorch are here can still change this: ctrl+r measures it."
        await opened(told)
        await told.press("escape")
        assert told.screen == "InterviewScreen"

    tell(story, begun=BEGUN, probing=partial(Bench, worthy=("jax", "pytorch")))


def test_the_verdict_is_read_while_it_is_looked_at_what_measuring_could_change() -> None:
    class Slow(Bench):
        def worth(self, answers: Answers) -> tuple[str, ...]:
            self.steps.acquire(timeout=PATIENCE_S)
            return super().worth(answers)

    async def story(told: Told) -> None:
        await told.pilot.press("ctrl+n")
        await until(told, lambda: told.said("#title").startswith("advisor   verdict: pytorch"))
        await told.pilot.press("2")
        assert told.app.screen.query_one(TabbedContent).active == "scores"
        assert not told.app.screen.query_one("#worth").display
        assert told.bench is not None
        told.bench.go_on()
        await told.settle()
        assert told.app.screen.query_one("#worth").display

    tell(story, begun=BEGUN, probing=partial(Slow, worthy=("jax", "pytorch")))


def test_what_a_run_came_to_that_was_stopped_is_in_the_answer_that_the_saved_file_gives(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()

    class Stored(Bench):
        def measure(self, plan: Plan, answers: Answers, report: Report, halt: Halt) -> Measured:
            stopped = super().measure(plan, answers, report, halt).found
            store.save(stopped, tmp_path / "home", found_here())
            counts = store.latest(identify(), tmp_path / "home")
            assert counts is not None
            return Measured(found=stopped, desk=self.furnish(counts))

    async def story(told: Told) -> None:
        bench = await opened(told)
        await told.press("enter")
        await at(told, "measuring")
        bench.steps.release(8)
        await told.press("escape")
        await at(told, "over")
        await told.press("escape")
        await saved(told)

    tell(story, begun=BEGUN, machine=identify(), probing=Stored, as_of=DAY)
    assert '"used": []' not in (tmp_path / "recommendation.json").read_text(encoding="utf-8")
    assert_same_bytes(run, tmp_path, "--probe", "stored", "--as-of", DAY, home=tmp_path / "home")


def test_an_environment_is_only_made_when_what_it_takes_was_agreed_to() -> None:
    async def story(told: Told) -> None:
        bench = await missing(told, "mlx")
        await at(told, "asking")
        assert told.said("#takes Static") == TAKES.rstrip("\n")
        await told.press("n")
        assert told.screen == "ProbingScreen"
        await told.press("enter")
        await at(told, "asking")
        await told.press("y")
        await at(told, "making")
        assert "Making it" in told.said("#state")
        assert "made mlx" not in bench.log
        bench.go_on()
        await at(told, "over")
        assert "made in 9 s, 600 MB" in told.said("#takes Static")
        assert " Back " in keys(told)
        await told.press("escape")
        await at(told, "ready")
        assert bench.log == ["look 5", "made mlx", "look 5"]

    tell(story, begun=BEGUN, probing=Bench)


def test_making_an_environment_can_be_stopped_and_one_that_cannot_be_made_says_why() -> None:
    async def stopped(told: Told) -> None:
        await missing(told, "mlx")
        await at(told, "asking")
        await told.press("y")
        await at(told, "making")
        await told.press("escape")
        await at(told, "over")
        assert "it was stopped" in told.said("#takes Static")

    async def none(told: Told) -> None:
        await missing(told, "mxnet")
        await at(told, "over")
        assert "no versions of mxnet" in told.said("#takes Static")

    tell(stopped, begun=BEGUN, probing=Bench)
    tell(none, begun=BEGUN, probing=Bench)


def test_what_is_here_already_is_not_made_again() -> None:
    async def story(told: Told) -> None:
        await opened(told)
        there = told.app.screen.query_one("#there", OptionList)
        there.focus()
        there.highlighted = there.get_option_index("pytorch")
        await told.press("enter")
        assert told.screen == "ProbingScreen"
        assert "/home/ada/.local/share/advisor/environments/pytorch/bin/python" in told.said("#about")

    tell(story, begun=BEGUN, probing=Bench)


@pytest.mark.parametrize("keys", [("ctrl+c",), ("ctrl+q",)])
def test_who_leaves_while_it_measures_leaves_no_process_and_keeps_what_was_measured(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    place = standin_folder.folder(tmp_path / "probes", "good", "hang")
    plan = Plan(
        probes=place,
        definitions=(standin_folder.GEMM,),
        budget_s=300,
        limits=Limits(start_s=20, prepare_s=200),
    )

    class Real(Bench):
        def measure(self, plan: Plan, answers: Answers, report: Report, halt: Halt) -> Measured:  # noqa: ARG002
            found = probing.run(plan, report, halt)
            self.log.append("stored" if "stopped" in found.settings else "came to an end")
            return Measured(found=found, desk=self.furnish(None))

    async def story(told: Told) -> None:
        await opened(told)
        await told.press("enter")
        await until(told, lambda: "1 of 1: gemm" in told.said("#state"))
        assert any("worker.py" in line for line in standin_folder.processes(tmp_path))
        await told.press(*keys)

    way = replace(ready().ways[0], plan=plan)
    left = tell(story, begun=BEGUN, probing=lambda furnish: Real(furnish, prospect=replace(ready(), ways=(way,))))
    assert left.bench is not None
    assert left.bench.log[-1] == "stored"
    assert standin_folder.processes(tmp_path) == []
    assert not [each for each in psutil.Process().children(recursive=True) if str(place) in " ".join(each.cmdline())]


@pytest.mark.parametrize("size", [SMALL, LARGE, (40, 12)], ids=["80x24", "160x48", "40x12"])
def test_every_part_of_it_lies_on_the_screen(size: tuple[int, int]) -> None:
    async def whole(told: Told) -> None:
        await told.pilot.pause()
        screen = told.app.screen
        for name in ("#title", "#state"):
            assert screen.region.contains_region(screen.query_one(name).region), name
        assert screen.query_one(KeyLine).region.bottom == size[1]
        assert len(told.lines) == size[1]

    async def story(told: Told) -> None:
        bench = await opened(told)
        await whole(told)
        if size != (40, 12):
            for name in ("#ways", "#limit", "#there", "#about"):
                assert told.app.screen.region.contains_region(told.app.screen.query_one(name).region), name
                assert told.app.screen.query_one(name).region.height
        await told.press("enter")
        await at(told, "measuring")
        await whole(told)
        bench.go_on()
        await at(told, "over")
        await whole(told)
        if size[0] >= SMALL[0]:
            lines = told.said("#figures Static").splitlines()
            assert max(map(len, lines)) <= SMALL[0]
            assert told.app.screen.query_one("#figures Static").region.height <= len(lines)

    tell(story, begun=BEGUN, probing=Bench, size=size)
