"""Answers come from a file, from standard input, or from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from advisor.loading.knowledge import load
from cli.program import EXAMPLES, Ran, Run, example

ANSWERS = {
    "domain": "llm",
    "task": "pretrain",
    "train_hw": "google_tpu",
    "needs": ["multi_node"],
    "sizes": {"batch": 8},
}
QUIET = ("--no-detect", "--json", "--depth", "core")


def answers(ran: Ran) -> dict[str, object]:
    assert ran.exit == 0, ran.stderr
    understood: dict[str, object] = ran.document["answers"]
    return understood


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_yaml_and_json_say_the_same(run: Run, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"answers.{suffix}"
    file.write_text(yaml.safe_dump(ANSWERS) if suffix == "yaml" else json.dumps(ANSWERS), encoding="utf-8")
    assert answers(run("recommend", "--answers", file, *QUIET)) == {**ANSWERS, "train_os": "linux"}


def test_a_dash_reads_standard_input(run: Run) -> None:
    given = json.dumps(ANSWERS)
    assert answers(run("recommend", "--answers", "-", *QUIET, stdin=given)) == {**ANSWERS, "train_os": "linux"}


def test_a_file_of_another_editor_is_read_too(run: Run) -> None:
    content = b"\xef\xbb\xbfdomain: cv\r\ntask: train\r\n"
    assert answers(run("recommend", "--answers", "-", *QUIET, stdin=content)) == {"domain": "cv", "task": "train"}


def test_set_adds_and_overrides(run: Run) -> None:
    settings = ("domain=cv", "train_hw=cpu", "needs=streaming,full_int8", "sizes.image=64", "latency_ms=2.5")
    given = [part for setting in settings for part in ("--set", setting)]
    understood = answers(run("recommend", "--answers", "-", *given, *QUIET, stdin=json.dumps(ANSWERS)))
    assert understood == {
        **ANSWERS,
        "domain": "cv",
        "train_hw": "cpu",
        "needs": ["full_int8", "streaming"],
        "sizes": {"batch": 8, "image": 64},
        "latency_ms": 2.5,
    }


def test_set_alone_is_enough(run: Run) -> None:
    given = ("--set", "domain=cv", "--set", "task=train")
    assert answers(run("recommend", *given, *QUIET)) == {"domain": "cv", "task": "train"}


def test_set_to_unknown_takes_an_answer_back(run: Run) -> None:
    given = json.dumps(ANSWERS)
    ran = run("recommend", "--answers", "-", "--set", "train_hw=unknown", *QUIET, stdin=given)
    assert "train_hw" not in answers(ran)


def test_what_follows_by_definition_is_told_apart_from_what_was_answered(run: Run) -> None:
    ran = run("recommend", "--set", "domain=cv", "--set", "train_hw=google_tpu", *QUIET)
    assert ran.document["origins"] == {"domain": "answered", "train_hw": "answered", "train_os": "implied"}


def test_options_compares_only_these(run: Run) -> None:
    ran = run("recommend", "--set", "domain=cv", "--options", "jax,keras", *QUIET)
    assert {ranked["option"] for ranked in ran.document["ranking"]} == {"jax", "keras"}
    assert ran.document["excluded"] == []


def test_a_priority_can_be_set_for_every_criterion(run: Run) -> None:
    criteria = [criterion.id for criterion in load(use_cache=False).criteria]
    given = [part for criterion in criteria for part in ("--set", f"priorities.{criterion}=could")]
    given += ["--set", "domain=cv", "--set", "task=train"]
    assert answers(run("recommend", *given, *QUIET))["priorities"] == dict.fromkeys(sorted(criteria), "could")


def test_every_example_is_an_answers_file_that_runs(run: Run) -> None:
    for file in EXAMPLES:
        ran = run("recommend", "--answers", file, *QUIET)
        assert (ran.exit, ran.stderr) == (4 if file.stem == "thin" else 0, ""), file.stem
        understood = ran.document["answers"]
        for key, value in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            assert sorted(understood[key]) == sorted(value) if isinstance(value, list) else understood[key] == value


def test_examples_are_there() -> None:
    assert example("laptop") in EXAMPLES
    assert example("thin") in EXAMPLES
