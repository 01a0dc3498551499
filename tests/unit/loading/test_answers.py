"""Answers are held against the vocabulary: what is wrong is said with its place, all of it at once."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from advisor.loading.answers import MAX_TEXT, check_answers, read_answers
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.model.answers import Answers
from advisor.model.knowledge import KnowledgeBase


@cache
def base() -> KnowledgeBase:
    return load(use_cache=False)


def judged(text: str) -> tuple[Answers, list[str]]:
    """The answers that are sound, and what is wrong with the others."""
    problems = Problems()
    document = read_answers(text.encode(), "a.yaml", problems)
    criteria = [criterion.id for criterion in base().criteria]
    answers = check_answers(document.data, base().vocabulary, criteria, document.place, problems)
    said = [str(problem) for problem in problems.found]
    assert all(text.isprintable() for text in said)
    return answers, said


def answers_in(text: str) -> Answers:
    answers, problems = judged(text)
    assert not problems
    return answers


def problem_in(text: str) -> str:
    answers, (problem,) = judged(text)
    assert not any(answers.values())
    return problem


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("domain: cv", {"domain": "cv"}),
        ('{"domain": "cv"}', {"domain": "cv"}),
        ("needs: [full_int8, streaming]", {"needs": ("full_int8", "streaming")}),
        ("needs: [streaming, full_int8, streaming]", {"needs": ("full_int8", "streaming")}),
        ("needs: streaming", {"needs": ("streaming",)}),
        ("needs: []", {"needs": ()}),
        ("here: [deploy, develop]", {"here": ("develop", "deploy")}),
        ("latency_ms: 2.5", {"latency_ms": 2.5}),
        ("latency_ms: 0", {"latency_ms": 0}),
        ("accelerator_count: 8", {"accelerator_count": 8}),
        ("accelerator_count: 8.0", {"accelerator_count": 8}),
        ("accelerator: h100", {"accelerator": "h100"}),
        ('python_version: "3.10"', {"python_version": "3.10"}),
        ("python_version: 3.10.1", {"python_version": "3.10.1"}),
        ("sizes: {image: 128, batch: 4}", {"sizes": {"batch": 4, "image": 128}}),
        ("priorities: {speed: must, task: ignore}", {"priorities": {"speed": "must", "task": "ignore"}}),
    ],
)
def test_each_kind_of_key_is_read_in_its_own_way(text: str, answers: dict[str, Any]) -> None:
    read = answers_in(text)
    assert read == answers
    assert [type(value) for value in read.values()] == [type(value) for value in answers.values()]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("train_hw: h100", "Answer accelerator=h100 instead: that train_hw is nvidia_gpu follows from it."),
        ("train_hw: RTX-4090", "Answer accelerator=rtx_4090 instead: that train_hw is nvidia_gpu follows from it."),
        ("deploy_chip: esp32", "Answer deploy_hw=esp32 instead: that deploy_chip is mcu follows from it."),
        ("train_hw: tpu", "Did you mean 'google_tpu'?"),
        ("develop_hw: h100", "Allowed: amd_gpu, apple_gpu, cpu, intel_gpu, none, nvidia_gpu, unknown."),
    ],
)
def test_a_name_that_belongs_to_another_key_is_sent_there(text: str, hint: str) -> None:
    key, _, name = text.partition(": ")
    assert problem_in(text) == f"a.yaml:1 {key}: {name!r} is not a word of {key}. {hint}"


def test_answers_come_in_the_order_of_the_vocabulary() -> None:
    assert list(answers_in("sizes: {batch: 1}\ntask: train\nneeds: []\ndomain: cv\n")) == [
        "domain",
        "task",
        "needs",
        "sizes",
    ]


@pytest.mark.parametrize("nothing", ["unknown", "null", "~", "", '"unknown"'])
def test_unknown_and_null_are_as_good_as_absent_for_every_key(nothing: str) -> None:
    text = "".join(f"{attribute.name}: {nothing}\n" for attribute in base().vocabulary.answers)
    assert answers_in(text) == {}


@pytest.mark.parametrize("text", ["needs: [unknown]", "sizes: {batch: unknown}", "priorities: {speed: null}"])
def test_unknown_inside_a_list_or_mapping_says_nothing_either(text: str) -> None:
    assert not any(answers_in(text).values())


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "null"])
def test_an_empty_file_answers_nothing(text: str) -> None:
    assert answers_in(text) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("domian: cv", "a.yaml:1 domian: the key 'domian' is not known. Did you mean 'domain'?"),
        ("1: cv", "a.yaml:1 1: the key '1' is not known."),
        ("\ndomain: vc", "a.yaml:2 domain: 'vc' is not a word of domain."),
        ("task: trian", "a.yaml:1 task: 'trian' is not a word of task. Did you mean 'train'?"),
        ("domain: 5", "a.yaml:1 domain: 5 is not a word of domain."),
        ("domain: true", "a.yaml:1 domain: True is not a word of domain."),
        ("domain: [cv]", "a.yaml:1 domain: expected one word of domain."),
        ("domain: {cv: 1}", "a.yaml:1 domain: expected one word of domain."),
        ("train_os: lnux", "a.yaml:1 train_os: 'lnux' is not a word of train_os. Did you mean 'linux'?"),
        ("here: [deploy_hw]", "a.yaml:1 here[0]: 'deploy_hw' is not a word of here. Did you mean 'deploy'?"),
        ("needs: [\n  streming]", "a.yaml:2 needs[0]: 'streming' is not a word of needs. Did you mean 'streaming'?"),
        ("needs: [[streaming]]", "a.yaml:1 needs[0]: expected one word of needs."),
        ("needs: {streaming: 1}", "a.yaml:1 needs: {'streaming': 1} is not a list of words. Write [word, word]."),
        ("needs: 3", "a.yaml:1 needs: 3 is not a list of words. Write [word, word]."),
        ("latency_ms: fast", "a.yaml:1 latency_ms: 'fast' is not a number;"),
        ("latency_ms: '5'", "a.yaml:1 latency_ms: '5' is not a number;"),
        ("latency_ms: true", "a.yaml:1 latency_ms: True is not a number;"),
        ("latency_ms: .inf", "a.yaml:1 latency_ms: inf is not a number;"),
        ("latency_ms: 1.0e+30", "a.yaml:1 latency_ms: 1e+30 is out of range;"),
        ("model_params_b: 7000000000000", "a.yaml:1 model_params_b: 7000000000000 is out of range;"),
        ("latency_ms: .nan", "a.yaml:1 latency_ms: nan is not a number;"),
        ("latency_ms: 1e999", "a.yaml:1 latency_ms: inf is not a number;"),
        (f"latency_ms: {'9' * 399}", "a.yaml:1 latency_ms: 999"),
        ("latency_ms: -1", "a.yaml:1 latency_ms: -1 is less than 0;"),
        ("accelerator_count: 1.5", "a.yaml:1 accelerator_count: 1.5 is not a whole number;"),
        ("accelerator_count: [1]", "a.yaml:1 accelerator_count: [1] is not a whole number;"),
        ("sizes: 4", "a.yaml:1 sizes: 4 is not a mapping of words to numbers."),
        ("sizes:\n  bach: 4", "a.yaml:2 sizes.bach: the key 'bach' is not known. Did you mean 'batch'?"),
        ("sizes:\n  batch: 0", "a.yaml:2 sizes.batch: 0 is less than 1;"),
        ("sizes:\n  mlp_layers: 5000000000", "a.yaml:2 sizes.mlp_layers: 5000000000 is more than 10000;"),
        ("sizes: {batch: {a: 1}}", "a.yaml:1 sizes.batch: {'a': 1} is not a whole number;"),
        ("priorities: must", "a.yaml:1 priorities: 'must' is not a mapping of criteria to levels."),
        ("priorities:\n  sped: must", "a.yaml:2 priorities.sped: the key 'sped' is not known. Did you mean 'speed'?"),
        ("priorities:\n  speed: most", "a.yaml:2 priorities.speed: 'most' is not a level. Did you mean 'must'?"),
        (
            "priorities: {speed: 3}",
            "a.yaml:1 priorities.speed: 3 is not a level. Allowed: could, ignore, must, should.",
        ),
        ("priorities: {speed: [must]}", "a.yaml:1 priorities.speed: ['must'] is not a level."),
        ("accelerator: [h100]", "a.yaml:1 accelerator: ['h100'] is not text;"),
        ("accelerator: true", "a.yaml:1 accelerator: True is not text;"),
        (
            'accelerator: "a\\e[31mb"',
            "a.yaml:1 accelerator: 'a\\x1b[31mb' is longer than 200 characters or not printable.",
        ),
        (
            'accelerator: "a\\u202eb"',
            "a.yaml:1 accelerator: 'a\\u202eb' is longer than 200 characters or not printable.",
        ),
        ('accelerator: "a\\nb"', "a.yaml:1 accelerator: 'a\\nb' is longer than 200 characters or not printable."),
        (f"accelerator: {'x' * (MAX_TEXT + 1)}", "a.yaml:1 accelerator: 'xxx"),
        ("- domain", "a.yaml:1: ['domain'] is not a mapping of keys to answers. Write `key: word`."),
        ("cv", "a.yaml:1: 'cv' is not a mapping of keys to answers. Write `key: word`."),
        ("task: train\ntask: train", "a.yaml:2: the key 'task' stands here again; it was on line 1. Keep one."),
    ],
)
def test_what_is_wrong_is_said_with_place_expectation_and_nearest_word(text: str, problem: str) -> None:
    assert problem_in(text).startswith(problem)


@pytest.mark.parametrize("version", ["3.10", "3.1", "3", "3e1"])
def test_a_version_without_quotes_is_refused_and_never_shown_as_another(version: str) -> None:
    problem = problem_in(f"domain: unknown\npython_version: {version}")
    assert problem == (
        "a.yaml:2 python_version: without quotes this is a number, and 3.10 the same as 3.1. "
        'Write python_version: "..." with quotes.'
    )


def test_the_longest_text_that_is_allowed_is_read() -> None:
    assert answers_in(f"accelerator: {'x' * MAX_TEXT}") == {"accelerator": "x" * MAX_TEXT}


def test_all_problems_are_said_at_once_and_what_is_sound_is_kept() -> None:
    answers, problems = judged(
        "domain: cv\ntask: trian\nneeds: [streaming, nothing, fulint8]\nsizes: {batch: 4, image: x}\n"
        "python_version: 3.10\n"
    )
    assert answers == {"domain": "cv", "needs": ("streaming",), "sizes": {"batch": 4}}
    assert [problem.split(": ")[0] for problem in problems] == [
        "a.yaml:2 task",
        "a.yaml:3 needs[1]",
        "a.yaml:3 needs[2]",
        "a.yaml:4 sizes.image",
        "a.yaml:5 python_version",
    ]


@pytest.mark.parametrize("attribute", [a for a in base().vocabulary.answers if a.kind == "word"], ids=lambda a: a.name)
def test_every_word_of_every_key_is_allowed(attribute: Any) -> None:
    for word in attribute.words:
        assert answers_in(f'{attribute.name}: "{word}"') == {attribute.name: word}


@pytest.mark.parametrize("word", ["unknown", "none"])
def test_a_list_of_words_never_proposes_what_it_refuses(word: str) -> None:
    _, (problem,) = judged(f"needs: [streaming, {word}]")
    assert f"Did you mean '{word}'" not in problem
