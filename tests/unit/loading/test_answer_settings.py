"""Answers from the command line and from the lines of a batch."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from advisor.loading.answers import batch_line, check_answers, merge, read_setting
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.model.vocabulary import Vocabulary


@cache
def vocabulary() -> Vocabulary:
    return load(use_cache=False).vocabulary


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("train_hw=cpu", "train_hw", "cpu"),
        ("train_hw=unknown", "train_hw", "unknown"),
        ("sizes.batch=4", "sizes", {"batch": 4}),
        ("sizes.batch=x", "sizes", {"batch": "x"}),
        ("priorities.speed=must", "priorities", {"speed": "must"}),
        ("needs=streaming,full_int8", "needs", ["streaming", "full_int8"]),
        ("needs=streaming", "needs", ["streaming"]),
        ("needs=", "needs", []),
        ("accelerator_count=8", "accelerator_count", 8),
        ("latency_ms=2.5", "latency_ms", 2.5),
        ("latency_ms=fast", "latency_ms", "fast"),
        ("accelerator=a=b", "accelerator", "a=b"),
        ("python_version=3.10", "python_version", "3.10"),
        ("nothing=1", "nothing", "1"),
        ("nothing.else=1", "nothing.else", "1"),
    ],
)
def test_a_setting_is_read_after_the_kind_of_its_key(setting: str, key: str, value: object) -> None:
    problems = Problems()
    read = read_setting(setting, vocabulary(), problems)
    assert read == (key, value)
    assert type(read[1]) is type(value)
    assert not problems.found


@pytest.mark.parametrize("setting", ["train_hw", "", "=", "=cpu"])
def test_what_is_no_setting_is_refused_with_an_example(setting: str) -> None:
    problems = Problems()
    assert read_setting(setting, vocabulary(), problems) == ("", None)
    (problem,) = problems.found
    assert str(problem) == f"--set: {setting!r} is not KEY=VALUE. For example --set train_hw=cpu."


def test_settings_replace_answers_and_add_to_nested_ones() -> None:
    base = {"domain": "cv", "sizes": {"batch": 1, "image": 64}, "needs": ["streaming"]}
    changes: list[tuple[str, Any]] = [
        ("sizes", {"batch": 4}),
        ("domain", "nlp"),
        ("sizes", {"depth": 2}),
        ("needs", []),
    ]
    assert merge(base, changes) == {"domain": "nlp", "sizes": {"batch": 4, "image": 64, "depth": 2}, "needs": []}
    assert base["sizes"] == {"batch": 1, "image": 64}


@pytest.mark.parametrize("name", [a.name for a in vocabulary().answers if a.kind not in ("numbers", "levels")])
def test_unknown_can_be_set_for_every_key(name: str) -> None:
    problems = Problems()
    key, value = read_setting(f"{name}=unknown", vocabulary(), problems)
    assert check_answers({key: value}, vocabulary(), [], lambda _: "--set", problems) == {}
    assert not problems.found


@pytest.mark.parametrize(
    ("line", "identity", "answers"),
    [
        ('{"id": "a", "answers": {"domain": "cv"}}', "a", {"domain": "cv"}),
        ('{"answers": {}, "id": 3}', 3, {}),
        ('{"answers": {}}\n', None, {}),
        ('  {"id": null, "answers": {"sizes": {"batch": 4}}}  ', None, {"sizes": {"batch": 4}}),
    ],
)
def test_a_line_of_a_batch_has_an_id_and_answers(line: str, identity: object, answers: dict[str, Any]) -> None:
    assert batch_line(line) == (identity, answers)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "Expecting value"),
        ("domain: cv", "Expecting value"),
        ('{"id": 1, "answers": {}', "Expecting"),
        ('{"answers": {}} {"answers": {}}', "Extra data"),
        ("[]", 'expected {"id": ..., "answers": {...}}'),
        ("null", 'expected {"id": ..., "answers": {...}}'),
        ('{"id": 1}', 'expected {"id": ..., "answers": {...}}'),
        ('{"id": 1, "answers": ["domain"]}', 'expected {"id": ..., "answers": {...}}'),
        ('{"id": 1, "answers": {}, "depth": 1}', "the key 'depth' is not known; expected id and answers"),
        ('{"id": 1, "id": 2, "answers": {}}', "the key 'id' stands there twice"),
        ('{"answers": {"domain": "cv", "domain": "nlp"}}', "the key 'domain' stands there twice"),
        ('{"answers": {"sizes": {"batch": 1, "batch": 2}}}', "the key 'batch' stands there twice"),
        ('{"answers": {"\\u001b[31m": 1, "\\u001b[31m": 2}}', "the key '\\x1b[31m' stands there twice"),
        ('{"answers": ' + "[" * 100_000, "nested too deeply"),
        ('{"answers": {"accelerator_count": ' + "9" * 5000 + "}}", "4300 digits"),
    ],
)
def test_what_is_no_line_of_a_batch_says_what_was_expected(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        batch_line(line)
    assert says in str(raised.value)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("depth", [10, 100, 500, 900, 960, 980, 990, 995, 1000])
def test_answers_nested_in_themselves_are_refused_at_any_depth(depth: int) -> None:
    line = '{"answers": {"domain": ' + "[" * depth + "]" * depth + "}}"
    problems = Problems()
    try:
        _, raw = batch_line(line)
    except ValueError as error:
        problems.add(str(error))
    else:
        check_answers(raw, vocabulary(), [], lambda _: "line 1", problems)
    (problem,) = problems.found
    assert len(str(problem)) < 500


def test_numbers_of_any_length_are_refused_in_words() -> None:
    problems = Problems()
    _, raw = batch_line(json.dumps({"answers": {"latency_ms": 10**400, "sizes": {"batch": -(10**400)}}}))
    assert check_answers(raw, vocabulary(), [], lambda path: str(path[0]), problems) == {"sizes": {}}
    assert [problem.place for problem in problems.found] == ["latency_ms", "sizes"]
    assert all("is out of range" in problem.message for problem in problems.found)
