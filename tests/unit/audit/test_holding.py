"""Conditions that can never hold, and comparisons that never take part."""

from __future__ import annotations

import pytest
from faulting import audited, deriving, found, noted, rule, shipped

from advisor.audit.conclusions import worlds
from advisor.audit.holding import holding
from advisor.audit.options import Options
from advisor.consult.rulebooks import rulebooks
from advisor.model.rule import Example, Rule

SERVER = deriving("DER-900", "{deploy_target: [cloud_api, batch]}", "shape", "server")
TRAINS = deriving("DER-901", "{task: [train, finetune]}", "shape", "training")
HARDWARE = deriving("DER-902", "{task: unknown, train_hw: [nvidia_gpu, cpu]}", "shape", "training")

IMPOSSIBLE = {
    "a dead range": ("PRE-001", "{accelerator_count: {gte: 8, lt: 4}}", "accelerator_count gte 8"),
    "nothing between two whole numbers": ("PRE-001", "{accelerator_count: {gt: 3, lt: 4}}", "accelerator_count lt 4"),
    "less than nothing": ("PRE-001", "{latency_ms: {lt: 0}}", "latency_ms lt 0"),
    "two words of one answer": ("PRE-001", "{all: [{task: train}, {task: finetune}]}", "task is finetune and task is"),
    "a word and its absence": ("PRE-001", "{all: [{needs: streaming}, {not: {needs: streaming}}]}", "needs has"),
    "known and open": ("PRE-001", "{all: [{latency_ms: unknown}, {latency_ms: {lt: 9}}]}", "latency_ms is unknown"),
    "a word that no rule concludes": ("PRE-001", "{scope: outside}", "scope has outside"),
    "a conclusion against its only reason": (
        "PRE-001",
        "{shape: server, deploy_target: jetson}",
        "deploy_target is jetson and shape has server",
    ),
    "a conclusion against each of its reasons": (
        "PRE-001",
        "{shape: training, task: unknown, train_hw: google_tpu}",
        "shape has training and task is unknown and train_hw is google_tpu",
    ),
    "the absence of what follows": (
        "PRE-001",
        "{all: [{deploy_target: batch}, {not: {shape: server}}]}",
        "shape lacks",
    ),
    "open, where another answer says it": (
        "PRE-001",
        "{train_hw: google_tpu, train_os: unknown}",
        "train_os is unknown",
    ),
    "open, where a number says it": (
        "PRE-001",
        "{all: [{model_params_b: {gte: 1}}, {model_size: unknown}]}",
        "model_size is unknown",
    ),
    "a projection without its answer": (
        "CAU-001",
        "{at_deploy.runtime: none, deploy_target: unknown}",
        "at_deploy.runtime is none",
    ),
    "a projection of a silent answer": ("ELI-001", "{code_fit: rewrite, existing_code: none}", "code_fit is rewrite"),
    "an option before there are any": ("PRE-001", "{option: jax}", "option is jax"),
    "how sure it is before it is": ("ELI-001", "{confidence: low}", "confidence is low"),
    "a request for another": (
        "CAU-001",
        '{requested: "yes", option: jax, requested_framework: keras}',
        "option is jax",
    ),
    "a need that was not named": (
        "ELI-001",
        "{all: [{need.none: streaming}, {not: {needs: streaming}}]}",
        "need.none has streaming",
    ),
}


@pytest.mark.parametrize("fault", IMPOSSIBLE)
def test_a_condition_that_can_never_hold_is_found(fault: str) -> None:
    identity, condition, core = IMPOSSIBLE[fault]
    said = dict(found("satisfiable", SERVER, TRAINS, HARDWARE, rule(identity, condition)))
    assert list(said) == [identity]
    assert said[identity].startswith("it can never hold: ")
    assert core in said[identity]


POSSIBLE = {
    "a range": ("PRE-001", "{accelerator_count: {gte: 4, lt: 8}}"),
    "a whole number between two": ("PRE-001", "{accelerator_count: {gt: 3, lt: 5}}"),
    "one of two reasons": ("PRE-001", "{shape: training, task: unknown}"),
    "an answer against what another says": ("PRE-001", "{train_hw: google_tpu, train_os: macos_arm64}"),
    "what is handed in from outside": ("PRE-001", "{clash: definition, memory: exceeds}"),
    "two words of a set": ("PRE-001", "{all: [{needs: streaming}, {needs: full_int8}]}"),
    "no option": ("CAU-001", "{option: unknown, confidence: low}"),
    "what some option says": ("CAU-001", "{option: jax, at_train.accelerator: stable, train_hw: google_tpu}"),
    "a need that some option lacks": ("ELI-001", "{need.none: static_memory}"),
    "how sure it is": ("CAU-001", "{confidence: low, option: known}"),
}


@pytest.mark.parametrize("name", POSSIBLE)
def test_a_condition_that_can_hold_is_let_be(name: str) -> None:
    identity, condition = POSSIBLE[name]
    assert found("satisfiable", SERVER, TRAINS, HARDWARE, rule(identity, condition)) == []


def test_what_no_option_says_is_dead_today() -> None:
    said = found("satisfiable", rule("ELI-001", "{licence_class: copyleft}"))
    assert said == [("ELI-001", "dead: no option has licence_class is copyleft.")]


def test_what_no_option_says_together_is_dead_today() -> None:
    condition = "{option: mlx, at_train.accelerator: stable, train_hw: google_tpu}"
    assert found("satisfiable", rule("CAU-001", condition)) == [("CAU-001", "dead: no option has all of it at once.")]


def test_an_example_about_an_invented_option_stands_for_one_to_come() -> None:
    fires = Example(answers={"domain": "cv"}, option="ours")
    assert found("satisfiable", rule("ELI-001", "{licence_class: copyleft}", fires=fires)) == []


def test_a_comparison_that_never_takes_part_is_found() -> None:
    said = found("satisfiable", SERVER, rule("PRE-001", "{shape: server, deploy_target: [batch, jetson]}"))
    assert said == [("PRE-001", "`deploy_target is jetson` never takes part: shape has server excludes it.")]


def test_a_word_that_no_option_says_beside_others_is_worth_a_note() -> None:
    condition = "{licence_class: [copyleft, permissive]}"
    assert found("satisfiable", rule("ELI-001", condition)) == []
    assert noted("satisfiable", rule("ELI-001", condition)) == [
        ("ELI-001", "no option says today: licence_class is copyleft.")
    ]


def test_an_exception_that_cannot_be_open_is_no_fault() -> None:
    condition = "{code_fit: rewrite, unless: {existing_code: onnx_model}}"
    assert found("satisfiable", rule("ELI-001", condition)) == []


def test_a_remark_names_the_place_and_what_to_do() -> None:
    (remark,) = (
        one for one in audited(rule("PRE-007", "{latency_ms: {lt: 0}}")).problems if one.check == "satisfiable"
    )
    assert (remark.place, remark.hint) == ("seed.yaml:7", "Mend the condition.")


@pytest.mark.parametrize("phase", ["situation", "option", "verdict"])
def test_no_shipped_rule_is_called_dead_that_fires_in_its_example(phase: str) -> None:
    base = shipped()
    books = rulebooks(base)
    found, options = worlds(base.vocabulary, books["situation"]), Options(base)

    def lives(one: Rule) -> bool:
        return holding(one, found[phase], options).lives or one.fires.option not in ("", *base.frameworks)

    assert [one.id for one in books[phase] if not lives(one)] == []
