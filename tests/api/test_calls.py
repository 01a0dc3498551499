"""What can be called from Python, and what is said of a mistake in a call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.program import UNWATCHED, Run, example

import advisor
from advisor.evidence.machine import detection

FEW = {"domain": "cv", "task": "train"}


def problems(call: Callable[[], object]) -> list[str]:
    with pytest.raises(advisor.AdvisorError) as caught:
        call()
    return [str(problem) for problem in caught.value.problems]


def test_to_import_it_loads_next_to_nothing(run: Run) -> None:
    code = "import sys, advisor; print(*[name for name in sys.modules if name.startswith('advisor')])"
    assert run(program=("-c", code), env=UNWATCHED).stdout.split() == ["advisor"]


def test_everything_that_is_offered_is_there_and_nothing_else() -> None:
    assert {*advisor.__all__} <= {*dir(advisor)}
    assert all(getattr(advisor, name) is not None for name in advisor.__all__)
    with pytest.raises(AttributeError, match="recomend"):
        getattr(advisor, "recomend")  # noqa: B009


def test_the_machine_is_left_alone_unless_detection_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked(*_: object, **__: object) -> None:
        raise AssertionError("the machine was looked at")

    monkeypatch.setattr(detection, "identify", looked)
    unseen = advisor.recommend(FEW, depth="core")
    assert {*unseen.origins.values()} == {"answered"}
    with pytest.raises(AssertionError):
        advisor.recommend(FEW, depth="core", detect=True)
    monkeypatch.undo()
    assert "detected" in advisor.recommend(FEW, depth="core", detect=True).origins.values()


def test_stored_measurements_take_detection() -> None:
    assert problems(lambda: advisor.recommend(FEW, measurements="stored")) == [
        "measurements: without detection it is not known what was measured on this machine. Add detect=True."
    ]
    assert advisor.recommend(FEW, measurements="stored", detect=True, depth="core").measurements.used == ()


def test_a_day_is_a_day_however_it_is_written(knowledge: advisor.Knowledge) -> None:
    day = dt.date(2031, 1, 1)
    written, said = (knowledge.recommend(FEW, as_of=one, depth="core") for one in ("2031-01-01", day))
    assert written == said
    assert written.provenance.as_of == "2031-01-01"


def test_the_question_is_asked_until_it_is_answered_or_unknown(knowledge: advisor.Knowledge) -> None:
    answers: dict[str, Any] = dict(FEW)
    asked: list[str] = []
    while (question := knowledge.next_question(answers)) is not None:
        assert question.attribute.name not in asked
        asked.append(question.attribute.name)
        answers[question.attribute.name] = "unknown"
    assert len(asked) > 2
    assert knowledge.recommend(answers).answers == FEW


def test_a_comparison_is_what_a_recommendation_among_these_says(knowledge: advisor.Knowledge) -> None:
    compared = knowledge.compare({**FEW, "train_hw": "google_tpu"}, ["keras", "jax", "mxnet"])
    recommendation = knowledge.recommend({**FEW, "train_hw": "google_tpu"}, options=["keras", "jax", "mxnet"])
    assert [one.option for one in compared.options] == [one.option for one in recommendation.ranking] + ["mxnet"]
    assert (compared.status, compared.primary) == (recommendation.status, recommendation.recommendation.primary)
    (out,) = (one for one in compared.options if one.score is None)
    assert out.findings == recommendation.excluded[0].findings
    assert all(out.against)
    for place, ranked in enumerate(recommendation.ranking):
        total = sum(one.weight * one.values[ranked.option] for one in compared.criteria if ranked.option in one.values)
        assert total == pytest.approx(compared.options[place].score, abs=1e-5)
    apart = [one.apart for one in compared.criteria]
    assert apart == sorted(apart, reverse=True)


def test_tuples_sets_and_paths_as_text_are_as_good(knowledge: advisor.Knowledge, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("domain: cv\nneeds: [streaming, full_int8]\n", encoding="utf-8")
    expected = knowledge.recommend({"domain": "cv", "needs": ["streaming", "full_int8"]}, depth="core")
    needs = ("streaming", "full_int8"), {"streaming", "full_int8"}, ["full_int8", "streaming"]
    given: Any
    for given in (*({"domain": "cv", "needs": one} for one in needs), file, str(file)):
        assert knowledge.recommend(given, depth="core") == expected


def test_everything_wrong_is_said_at_once_in_the_words_of_the_command_line(run: Run) -> None:
    said = problems(lambda: advisor.recommend({"domian": "cv", "task": "trian", "sizes": {"batch": "x"}}))
    assert [text.partition(":")[0] for text in said] == ["answers.domian", "answers.sizes.batch", "answers.task"]
    ran = run("recommend", "--set", "domian=cv", "--set", "task=trian", "--set", "sizes.batch=x", "--no-detect")
    words = [line.partition(": ")[2].partition(": ")[2] for line in ran.stderr.splitlines()]
    assert [text.partition(": ")[2] for text in said] == words


def _nested(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"domain": found}
    return found


def _circle() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["domain"] = found
    return found


@pytest.mark.parametrize(
    "answers",
    [
        {"accelerator_count": 10**5000},
        {"accelerator_count": float("nan")},
        {"accelerator_count": True},
        {"domain": "x" * 10_000_000},
        {"\x1b[31m\u202e": "cv"},
        {5: "cv"},
        {None: "cv"},
        {("a", 1): "cv"},
        {"needs": {1, "streaming"}},
        {"needs": object()},
        {"accelerator": "\ud800"},
        _nested(500),
        _nested(100_000),
        _circle(),
        "no/such/file.yaml",
        "\0",
        17,
        None,
        ["domain"],
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_cannot_be_answers_is_refused_in_a_few_printable_words(answers: Any) -> None:
    (said,) = problems(lambda: advisor.recommend(answers))
    assert said.isprintable()
    assert len(said) < 500


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: advisor.recommend(FEW, options=["torch"]), "options: 'torch' is not an option."),
        (lambda: advisor.recommend(FEW, options="torch"), "options: 'torch' is not an option."),
        (lambda: advisor.recommend(FEW, depth="deep"), "depth: 'deep' is not known. Allowed: core, full."),  # type: ignore[arg-type]
        (lambda: advisor.recommend(FEW, as_of="tomorrow"), "as_of: 'tomorrow' is no day. Write it as in 2026-11-22."),
        (lambda: advisor.explain(FEW, "why", "torchh"), "why: 'torchh' is no option and no component."),
        (lambda: advisor.explain(FEW, "how", "STK-9999"), "how: 'STK-9999' is no finding and no rule."),
        (lambda: advisor.explain(FEW, "what", "jax"), "question: 'what' is not known."),  # type: ignore[call-overload]
        (lambda: advisor.explain(FEW, "what-if", "jax"), "about, of what-if: 'jax' is not a mapping"),  # type: ignore[call-overload]
        (lambda: advisor.explain(FEW, "what-if", {"domian": "cv"}), "about.domian: the key 'domian' is not known."),
        (lambda: advisor.recommend(FEW, knowledge="no/such"), "no/such"),
        (lambda: advisor.rendered(advisor.recommend(FEW), "pdf"), "form: 'pdf' is not known."),
        (lambda: advisor.rendered(advisor.compare(FEW), "text"), "form: 'text' is not known. Allowed: json."),
    ],
)
def test_a_mistake_in_a_call_is_named(call: Callable[[], object], said: str) -> None:
    (first, *_) = problems(call)
    assert first.startswith(said)


def test_it_can_be_used_from_a_program_that_collects_or_not(run: Run) -> None:
    code = "import gc, advisor; gc.disable(); advisor.recommend({}); print(gc.isenabled())"
    assert run(program=("-c", code)).stdout == "False\n"
    code = "import gc, advisor; advisor.recommend({}); print(gc.isenabled())"
    assert run(program=("-c", code)).stdout == "True\n"


def test_a_decision_and_a_project_are_told_as_by_the_commands(run: Run, tmp_path: Path) -> None:
    lock, project = tmp_path / "lock.json", tmp_path / "shop"
    assert run("recommend", "--answers", example("laptop"), "--no-detect", "--lock", lock).exit == 0
    project.mkdir()
    (project / "requirements.txt").write_text("tensorflow==2.21.0\n", encoding="utf-8")
    held = advisor.check(lock, as_of="2026-11-29")
    assert held.outcome == "holds"
    assert advisor.rendered(held) == run("check", lock, "--no-detect", "--as-of", "2026-11-29", "--json").stdout
    read = advisor.read_project(project)
    assert advisor.rendered(read) == run("intake", project, "--json").stdout
