from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.errors import InputError
from advisor.loading.probes import load_profiles
from advisor.model.probe import Profile

CLASSES, WORDS = ("vision_train", "rl"), ("batch", "image", "width")


def read(tmp_path: Path, content: Any) -> tuple[Profile, ...]:
    file = tmp_path / "mine.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    return load_profiles(file, classes=CLASSES, words=WORDS)


def entry(**changes: Any) -> dict[str, Any]:
    return {"name": "mine", "workload_class": "vision_train", "sizes": {"image": 128, "batch": 4}, **changes}


def test_workloads_are_read(tmp_path: Path) -> None:
    first, second = read(tmp_path, [entry(), entry(name="other", sizes={"width": 8.0})])
    assert first == Profile(name="mine", workload_class="vision_train", sizes={"image": 128, "batch": 4})
    assert second.sizes == {"width": 8}


def test_a_domain_may_be_said(tmp_path: Path) -> None:
    (only,) = read(tmp_path, [entry(domain="medical_imaging")])
    assert only.domain == "medical_imaging"


def test_sizes_may_be_left_out(tmp_path: Path) -> None:
    (only,) = read(tmp_path, [{"name": "mine", "workload_class": "rl"}])
    assert only.sizes == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"name": "mine"}, "a list of 1 to 100 workloads was expected."),
        ([], "a list of 1 to 100 workloads was expected."),
        ([3], "a workload has a name, a workload_class and sizes."),
        ([entry(name="")], "a name of 1 to 60 printable characters was expected."),
        ([entry(name="a\u001b[31m")], "a name of 1 to 60 printable characters was expected."),
        ([entry(workload_class="vison_train")], "'vison_train' is not a class of workload."),
        ([entry(sizes={"imag": 3})], "'imag' is not a word of sizes."),
        ([entry(sizes={"image": 0})], "0 is not a whole number from 1 to 1000000000."),
        ([entry(sizes={"image": 1.5})], "1.5 is not a whole number from 1 to 1000000000."),
        ([entry(sizes={"image": True})], "True is not a whole number from 1 to 1000000000."),
        ([entry(sizes={"image": "big"})], "'big' is not a whole number from 1 to 1000000000."),
        ([entry(sizes=[1])], "a mapping of words to numbers was expected."),
        ([entry(size={})], "'size' says nothing of a workload."),
        ([entry(domain=["nlp"])], "a word was expected, as answers have it."),
        ([entry(), entry()], "the name 'mine' stands there twice."),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    (problem,) = caught.value.problems
    assert problem.message == said
    assert "mine.json:" in problem.place


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, [entry(name=1, workload_class=2, sizes={"x": 1, "batch": -1}), 7])
    assert len(caught.value.problems) == 5


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.json"):
        load_profiles(tmp_path / "nothing.json", classes=CLASSES, words=WORDS)
