"""What the questionnaire is told of this machine: what is found in it, what is worth measuring, what is to be had."""

from __future__ import annotations

import sys
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from cli.stored import measured

from advisor.cli.bench import Bench
from advisor.cli.bench_later import BenchLater
from advisor.cli.planning import plan
from advisor.consult.adviser import Adviser, Weighed
from advisor.errors import InputError
from advisor.evidence.halt import Halt
from advisor.frozen import replace
from advisor.inference import plain
from advisor.loading.knowledge import load
from advisor.model.answers import Answers
from advisor.session import Session
from advisor.tui.desk import Desk
from advisor.tui.thinking import ALONE
from tui.bench import Bench as MadeUp
from tui.stories import desk

MODULES = {"jax": "jax", "keras": "keras", "mlx": "mlx.core", "pytorch": "torch", "tensorflow": "tensorflow"}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path))
    base = load(use_cache=False)
    session = Session(base, Adviser(base, plain.compile_rules))
    return Bench(Namespace(python=[], budget=None, machine=[]), session, _nobody)


def _nobody(_: Session) -> Desk:
    raise AssertionError("nothing was measured")


def test_what_this_python_can_import_is_found_and_the_rest_is_missing(bench: Bench) -> None:
    found = bench.look({})
    there = {each.framework: each.interpreter for each in found.there}
    here = {name for name, module in MODULES.items() if find_spec(module.partition(".")[0])}
    assert there.keys() & MODULES.keys() <= here
    assert {*there.values()} <= {sys.executable}
    assert there.keys() | {each.framework for each in found.missing} >= MODULES.keys()
    assert all(each.reason for each in found.missing)
    assert [way.name for way in found.ways] == ["auto", "quick", "full"]
    assert all((way.plan is not None) == bool(there) for way in found.ways[1:])
    assert found.measured == ""


def test_only_what_is_compared_is_measured(bench: Bench) -> None:
    alone = replace(bench, session=replace(bench.session, only=("onnxruntime",)))
    assert [way.plan for way in alone.look({}).ways] == [None] * 3


def test_what_an_environment_takes_is_said_and_nothing_is_made(bench: Bench, tmp_path: Path) -> None:
    try:
        takes = bench.order("jax")
    except InputError as error:
        pytest.skip(f"there is no recipe for this platform: {error}")
    assert "to fetch" in takes
    assert str(tmp_path / "environments" / "jax") in takes
    assert not (tmp_path / "environments").exists()
    with pytest.raises(InputError, match="'jaxx' has no recipe"):
        bench.order("jaxx")


def test_a_run_that_came_to_nothing_takes_nothing_away(bench: Bench, tmp_path: Path) -> None:
    before, kept, halt = measured(), [], Halt()

    def furnish(after: Session) -> Desk:
        kept.append(after.measurements)
        return desk([], measured=after.measurements)

    halt.ask()
    there = replace(bench, session=replace(bench.session, measurements=before), furnish=furnish)
    came_to = there.measure(plan(bench.arguments), {}, lambda _: None, halt)
    assert "stopped" in came_to.found.settings
    assert kept == [before]
    assert not (tmp_path / "measurements.sqlite3").exists()


def test_what_it_consults_for_waits_until_no_screen_thinks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    weigh, free = Adviser.weigh, []

    def watched(adviser: Adviser, *given: Any, **more: Any) -> Weighed:
        with ThreadPoolExecutor(1) as another:
            free.append(another.submit(ALONE.acquire, blocking=False).result())
        return weigh(adviser, *given, **more)

    monkeypatch.setattr(Adviser, "weigh", watched)
    answers: Answers = {"domain": "cv", "task": "train", "sizes": {"batch": 4}}
    halt = Halt()
    halt.ask()
    there = replace(bench, furnish=lambda _: desk([]))
    there.worth(answers)
    there.look(answers)
    there.measure(plan(bench.arguments), answers, lambda _: None, halt)
    assert free
    assert not any(free)


def test_before_there_is_an_answer_nothing_is_proposed(bench: Bench) -> None:
    assert bench.worth({}) == ()
    options = bench.worth({"domain": "cv", "task": "train", "train_hw": "cpu", "train_os": "linux"})
    assert set(options) <= bench.session.base.frameworks.keys()


def test_a_bench_is_made_when_it_is_first_asked_and_once() -> None:
    made: list[MadeUp] = []

    def make() -> MadeUp:
        made.append(MadeUp(lambda measured: desk([], measured=measured), worthy=("jax",)))
        made[-1].go_on()
        return made[-1]

    later = BenchLater(make)
    assert made == []
    assert later.worth({"domain": "cv"}) == ("jax",)
    offered = later.look({}).ways[0].plan
    assert offered is not None
    assert later.measure(offered, {}, lambda event: None, Halt()).found == made[0].run  # noqa: ARG005
    assert "mlx" in later.order("mlx")
    assert later.make("mlx", print, Halt()).startswith("mlx: made")
    assert len(made) == 1
