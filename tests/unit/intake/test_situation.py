"""What is implied by definition, and what this machine says about the places that are here."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.intake.situation import clashes, complete
from advisor.loading.knowledge import load
from advisor.model.answers import Answers, ProjectSays
from advisor.model.measurement import Accelerator, Machine
from advisor.model.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load(use_cache=False).vocabulary


def machine(*vendors: str, system: str = "linux") -> Machine:
    return Machine(
        fingerprint="f",
        os=system,
        arch="x86_64",
        cpu="made up",
        cores=4,
        memory_gb=8.0,
        accelerators=tuple(Accelerator(vendor=vendor, name=vendor) for vendor in vendors),
    )


HERE_DEVELOP = {"develop_hw": "nvidia_gpu", "develop_os": "linux"}
HERE_TRAIN = {"train_hw": "nvidia_gpu", "train_os": "linux"}


def test_every_implication_of_the_vocabulary_completes_the_answers(vocabulary: Vocabulary) -> None:
    for implication in vocabulary.implications:
        situation = complete({implication.key: implication.word}, vocabulary, None)
        assert situation.answers == {implication.key: implication.word, **implication.implies}
        assert situation.origins == {implication.key: "answered", **dict.fromkeys(implication.implies, "implied")}


def test_an_answer_wins_over_what_is_implied(vocabulary: Vocabulary) -> None:
    answers = {"train_hw": "apple_gpu", "train_os": "linux"}
    situation = complete(answers, vocabulary, None)
    assert situation.answers == answers
    assert situation.origins == dict.fromkeys(answers, "answered")


def test_what_is_detected_implies_too(vocabulary: Vocabulary) -> None:
    situation = complete({"here": ("train",)}, vocabulary, machine("apple_gpu", system="macos_arm64"))
    assert situation.answers["train_os"] == "macos_arm64"
    assert situation.origins["train_hw"] == "detected"


@pytest.mark.parametrize(
    ("here", "filled"),
    [
        ({}, HERE_DEVELOP),
        ({"here": ("develop",)}, HERE_DEVELOP),
        ({"here": ("train",)}, HERE_TRAIN),
        ({"here": ("develop", "train")}, {**HERE_DEVELOP, **HERE_TRAIN}),
        ({"here": ("deploy",)}, {}),
        ({"here": ()}, {}),
    ],
)
def test_only_places_that_are_here_are_filled(
    vocabulary: Vocabulary, here: dict[str, Any], filled: dict[str, str]
) -> None:
    situation = complete(here, vocabulary, machine("nvidia_gpu"))
    assert situation.answers == {**here, **filled}
    assert {key for key, origin in situation.origins.items() if origin == "detected"} == set(filled)


def test_without_a_machine_nothing_is_detected(vocabulary: Vocabulary) -> None:
    situation = complete({"here": ("develop", "train"), "domain": "cv"}, vocabulary, None)
    assert situation.answers == {"here": ("develop", "train"), "domain": "cv"}


def test_a_machine_without_an_accelerator_trains_on_its_processor(vocabulary: Vocabulary) -> None:
    assert complete({"here": ("train",)}, vocabulary, machine()).answers["train_hw"] == "cpu"


def test_an_answer_wins_over_what_is_detected(vocabulary: Vocabulary) -> None:
    answers: Answers = {"here": ("train",), "train_hw": "amd_gpu"}
    situation = complete(answers, vocabulary, machine("nvidia_gpu"))
    assert situation.answers["train_hw"] == "amd_gpu"
    assert situation.origins["train_hw"] == "answered"
    assert situation.origins["train_os"] == "detected"


def test_completing_leaves_the_answers_as_they_were(vocabulary: Vocabulary) -> None:
    answers: Answers = {"train_hw": "google_tpu"}
    complete(answers, vocabulary, machine("nvidia_gpu"))
    assert answers == {"train_hw": "google_tpu"}


@pytest.mark.parametrize(
    ("answers", "vendors", "contradiction"),
    [
        ({"develop_hw": "amd_gpu"}, ["nvidia_gpu"], True),
        ({"develop_os": "windows_native"}, ["nvidia_gpu"], True),
        ({"develop_hw": "nvidia_gpu", "develop_os": "linux"}, ["nvidia_gpu"], False),
        ({"develop_hw": "intel_gpu"}, ["nvidia_gpu", "intel_gpu"], False),
        ({"develop_hw": "cpu"}, ["nvidia_gpu"], False),
        ({"develop_hw": "none"}, ["nvidia_gpu"], False),
        ({"develop_hw": "nvidia_gpu"}, [], True),
        ({"train_hw": "amd_gpu"}, ["nvidia_gpu"], False),
        ({"train_hw": "amd_gpu", "here": ("train",)}, ["nvidia_gpu"], True),
        ({"train_hw": "mixed", "here": ("train",)}, ["nvidia_gpu"], False),
        ({"develop_hw": "amd_gpu", "here": ("train",)}, ["nvidia_gpu"], False),
        ({"develop_hw": "amd_gpu", "here": ()}, ["nvidia_gpu"], False),
        ({"detected_accelerator": "tpu"}, [], True),
        ({}, ["nvidia_gpu"], False),
    ],
)
def test_only_an_answer_about_a_place_that_is_here_can_be_contradicted(
    vocabulary: Vocabulary, answers: dict[str, Any], vendors: list[str], *, contradiction: bool
) -> None:
    assert bool(clashes(answers, vocabulary, machine(*vendors))) is contradiction


def test_without_a_machine_only_what_is_said_of_detection_contradicts(vocabulary: Vocabulary) -> None:
    assert not clashes({"develop_hw": "amd_gpu"}, vocabulary)
    (clash,) = clashes({"develop_hw": "amd_gpu", "detected_accelerator": "tpu_v5e"}, vocabulary)
    assert clash.said == {"develop_hw": "amd_gpu", "detected_accelerator": "tpu_v5e"}


@pytest.mark.parametrize(
    ("answers", "pair"),
    [
        ({"train_hw": "apple_gpu", "train_os": "linux"}, ("train_hw", "train_os")),
        ({"train_hw": "amd_gpu", "accelerator": "h100"}, ("accelerator", "train_hw")),
        ({"train_hw": "nvidia_gpu", "accelerator": "2x A100-SXM4-80GB"}, None),
        ({"train_hw": "nvidia_gpu", "accelerator": "a chip of our own"}, None),
        ({"train_hw": "mixed", "accelerator": "h100+mi300x"}, None),
        ({"deploy_target": "jetson", "deploy_os": "windows_native"}, ("deploy_target", "deploy_os")),
    ],
)
def test_answers_that_exclude_each_other_by_definition_are_named_in_pairs(
    vocabulary: Vocabulary, answers: Answers, pair: tuple[str, str] | None
) -> None:
    assert [clash.keys for clash in clashes(answers, vocabulary)] == ([pair] if pair else [])


@pytest.mark.parametrize(
    ("name", "implied"),
    [
        ("h100", {"train_hw": "nvidia_gpu", "accel_mem_gb": 80}),
        ("NVIDIA H100 80GB", {"train_hw": "nvidia_gpu", "accel_mem_gb": 80}),
        ("mi300x", {"train_hw": "amd_gpu", "accel_mem_gb": 192}),
        ("m3_max", {"train_hw": "apple_gpu", "train_os": "macos_arm64"}),
        ("tpu_v5p", {"train_hw": "google_tpu", "train_os": "linux", "accel_mem_gb": 95}),
        ("GeForce RTX4090", {"train_hw": "nvidia_gpu", "accel_mem_gb": 24}),
        ("rx7900xtx", {"train_hw": "amd_gpu", "accel_mem_gb": 24}),
        ("TPUv5p", {"train_hw": "google_tpu", "train_os": "linux", "accel_mem_gb": 95}),
        ("h1000", {}),
        ("h100+mi300x", {"train_hw": "mixed", "fleet": ("nvidia_gpu", "amd_gpu")}),
        ("h100+h100", {"train_hw": "nvidia_gpu", "accel_mem_gb": 80}),
        ("something new", {}),
    ],
)
def test_the_name_of_a_chip_says_whose_it_is(vocabulary: Vocabulary, name: str, implied: Answers) -> None:
    assert complete({"accelerator": name}, vocabulary, None).answers == {"accelerator": name, **implied}


def test_every_name_is_found_in_a_text_that_has_it(vocabulary: Vocabulary) -> None:
    for naming in vocabulary.namings:
        for name in naming.like:
            found = complete({naming.key: f"two {name} cards"}, vocabulary, None).answers
            assert naming.implies.keys() <= found.keys()


@pytest.mark.parametrize(
    ("answers", "implied"),
    [
        ({"accelerator": "m3_ultra", "deploy_target": "desktop_mac"}, ("apple_gpu", "macos_arm64")),
        ({"accelerator": "m3_ultra", "deploy_target": "onprem_server"}, ("apple_gpu", "macos_arm64")),
        ({"accelerator": "h100", "deploy_target": "onprem_server"}, ("nvidia_gpu", None)),
        ({"accelerator": "h100"}, ("nvidia_gpu", None)),
        ({"develop_hw": "apple_gpu", "deploy_target": "none"}, ("apple_gpu", "macos_arm64")),
        ({"develop_hw": "apple_gpu", "accelerator": "h100", "deploy_target": "none"}, ("nvidia_gpu", None)),
        ({"develop_hw": "apple_gpu", "deploy_target": "onprem_server"}, (None, None)),
        ({"develop_hw": "amd_gpu", "develop_os": "windows_native"}, ("amd_gpu", "windows_native")),
        ({"develop_hw": "cpu", "deploy_target": "none"}, ("cpu", None)),
        ({"develop_hw": "none", "deploy_target": "none"}, (None, None)),
        ({"accelerator": "rtx_4090", "deploy_target": "browser"}, (None, None)),
        ({"accelerator": "cs3", "deploy_target": "onprem_server"}, (None, None)),
    ],
)
def test_where_nothing_is_trained_the_chip_that_is_named_runs_the_model(
    vocabulary: Vocabulary, answers: dict[str, Any], implied: tuple[str | None, str | None]
) -> None:
    known = complete({"task": "inference", "train_hw": "none", **answers}, vocabulary, None).answers
    assert (known.get("deploy_chip"), known.get("deploy_os")) == implied


@pytest.mark.parametrize(
    ("target", "constraint", "system"),
    [
        ("onprem_server", "native_windows_only", "windows_native"),
        ("onprem_server", "no_cloud", None),
        ("cloud_api", "native_windows_only", "linux"),
    ],
)
def test_where_nothing_is_trained_a_site_of_native_windows_has_a_server_of_it(
    vocabulary: Vocabulary, target: str, constraint: str, system: str | None
) -> None:
    answers: Answers = {"train_hw": "none", "deploy_target": target, "constraints": (constraint,)}
    assert complete(answers, vocabulary, None).answers.get("deploy_os") == system


def test_where_something_is_trained_the_chip_that_is_named_says_nothing_of_the_target(vocabulary: Vocabulary) -> None:
    answers = {"task": "train", "train_hw": "nvidia_gpu", "accelerator": "h100", "deploy_target": "onprem_server"}
    assert "deploy_chip" not in complete(answers, vocabulary, None).answers


def test_an_answer_about_the_chip_that_runs_the_model_wins(vocabulary: Vocabulary) -> None:
    answers = {"train_hw": "none", "accelerator": "h100", "deploy_chip": "amd_gpu", "deploy_target": "onprem_server"}
    assert complete(answers, vocabulary, None).answers["deploy_chip"] == "amd_gpu"


def test_a_project_answers_below_answers_and_above_detection(vocabulary: Vocabulary) -> None:
    project = ProjectSays(answers={"existing_code": "jax", "domain": "cv", "develop_os": "linux"})
    here = machine("nvidia_gpu", system="windows_native")
    situation = complete({"domain": "nlp"}, vocabulary, here, project)
    origins = {key: situation.origins[key] for key in ("domain", "existing_code", "develop_os", "develop_hw")}
    assert list(origins.values()) == ["answered", "project", "project", "detected"]
    assert situation.answers["domain"] == "nlp"


def test_only_an_answer_about_what_is_there_today_clashes_with_a_project(vocabulary: Vocabulary) -> None:
    project = ProjectSays(answers={"existing_code": "jax", "deploy_target": "ios"}, present=("existing_code",))
    assert not clashes({"existing_code": "jax", "deploy_target": "android"}, vocabulary, None, project)
    (clash,) = clashes({"existing_code": "pytorch"}, vocabulary, None, project)
    assert (clash.word, clash.said) == ("project_files", {"existing_code": "pytorch"})
    assert "the files of the project say jax" in clash.message
