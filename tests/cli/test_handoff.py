"""What goes on from an answer: what installs the stack, and a first program."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from advisor import resources
from cli.program import Run, example

STARTERS = sorted((resources.probes() / "starters").glob("*/*.py"))
MODULES = {"pytorch": "torch", "jax": "jax", "tensorflow": "tensorflow", "keras": "keras", "mlx": "mlx"}
HERE = ("--no-detect", "--set", "python_version=3.12", "--set", "train_os=linux")
HOSTILE = "x\n--index-url https://evil.example/simple\n\x1b[31m\u202e"


def requirements(text: str) -> dict[str, Requirement]:
    """Every line but comments, by name: what is no requirement fails here."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = [Requirement(line) for line in lines]
    assert all(str(one.specifier).startswith("==") for one in found)
    return {one.name: one for one in found}


@pytest.mark.parametrize(
    ("name", "place"),
    [("frontier_on_tpu", "train"), ("document_understanding", "deploy"), ("laptop", "develop"), ("thin", "deploy")],
)
def test_both_forms_ask_for_the_same_and_each_part_of_the_stack_is_told(run: Run, name: str, place: str) -> None:
    given = ("recommend", "--answers", example(name), "--no-detect")
    plain, project = (run(*given, "--format", form, "--place", place) for form in ("requirements", "uv"))
    assert plain.stderr == project.stderr == ""
    answer = run(*given, "--json", "--depth", "core")
    assert plain.exit == project.exit == answer.exit
    asked = [str(one) for one in requirements(plain.stdout).values()]
    if answer.exit:
        assert asked == []
        assert "Nothing to install" in plain.stdout
        return
    assert tomllib.loads(project.stdout)["project"]["dependencies"] == asked
    stack = answer.document["recommendation"]["stack"]
    told = re.findall(r"^# (?:- )?([\w.-]+): ", plain.stdout, re.MULTILINE)
    assert {part["component"] for part in stack if part["place"] == place} <= set(told)


def test_what_an_answer_says_of_the_place_counts_and_the_rest_is_said_to_be_assumed(run: Run) -> None:
    told = run("recommend", "--answers", example("laptop"), "--no-detect", "--format", "requirements").stdout
    assert "Assumed, since nothing says otherwise: Linux x86_64, Python 3.12." in told
    settings = ("--set", "train_os=macos_arm64", "--set", "python_version=3.13")
    told = run("recommend", "--answers", example("laptop"), "--no-detect", *settings, "--format", "uv").stdout
    assert "Assumed" not in told
    document = tomllib.loads(told)
    assert document["project"]["requires-python"] == "==3.13.*"
    assert document["tool"]["uv"]["environments"] == ["sys_platform == 'darwin' and platform_machine == 'arm64'"]


def test_what_cannot_be_had_is_said_and_never_guessed(run: Run) -> None:
    given = ("recommend", "--answers", example("laptop"), "--options", "tensorflow", "--format", "requirements")
    told = run(*given, "--no-detect", "--set", "train_os=macos_x86", "--set", "python_version=3.12").stdout
    assert "tensorflow" not in requirements(told)
    assert "no versions are known to work on darwin x86_64" in " ".join(told.replace("#", "").split())


def test_for_a_target_without_python_it_is_said_where_models_are_prepared(run: Run) -> None:
    settings = ("--set", "domain=cv", "--set", "task=train", "--set", "train_os=linux", "--set", "train_hw=nvidia_gpu")
    given = ("recommend", *settings, "--set", "deploy_target=android", "--no-detect", "--place", "deploy")
    told = run(*given, "--format", "requirements")
    assert told.exit == 0
    said = " ".join(told.stdout.replace("#", "").split())
    assert "to deploy: linux x86_64, nvidia_gpu, Python 3.12." in said
    assert "that models are prepared for android where they are trained" in said


def test_a_release_that_is_denied_is_never_handed_on(run: Run, tmp_path: Path) -> None:
    given = ("recommend", "--answers", example("image_generation"), "--no-detect", "--format", "requirements")
    pinned = requirements(run(*given).stdout)["accelerate"]
    denied = f"""\
- package: accelerate
  versions: ["{next(iter(pinned.specifier)).version}"]
  why: It was taken over.
  instead: Take none.
  source: {{ref: "made up", observed: "2026-11-22", grade: official}}
- package: torch
  versions: ["{next(iter(requirements(run(*given).stdout)["torch"].specifier)).version}"]
  why: So was it.
  instead: Take none.
  source: {{ref: "made up", observed: "2026-11-22", grade: official}}
"""
    (tmp_path / "denied.yaml").write_text(denied, encoding="utf-8")
    told = run(*given, "--knowledge", tmp_path).stdout
    assert not {"accelerate", "torch"} & set(requirements(told))
    for why in ("It was taken over. Take none.", "So was it. Take none."):
        assert why in " ".join(told.replace("#", "").split())


def test_hostile_names_and_sentences_stay_comments(run: Run, tmp_path: Path) -> None:
    quoted = HOSTILE.encode("unicode_escape").decode()
    source = '{ref: "made up", observed: "2026-11-22", grade: official}'
    (tmp_path / "components").mkdir()
    entry = f"""\
sources: {{s: {source}}}
components:
  accelerate: {{name: "{quoted}", purpose: "{quoted} \\\\", status: active, source: s, licence: MIT, requires: any,
    excludes: [], platforms: any, replaces: [], successor: "", package: "{quoted}"}}
"""
    (tmp_path / "components" / "distribution.yaml").write_text(entry, encoding="utf-8")
    given = ("recommend", "--answers", example("image_generation"), "--no-detect", "--knowledge", tmp_path)
    for form in ("requirements", "uv"):
        told = run(*given, "--format", form)
        assert told.exit == 0
        assert not {"\x1b", "\u202e"} & set(told.stdout)
        assert not re.search(r"\\$|^\s*--index-url", told.stdout, re.MULTILINE)
    assert "accelerate" not in requirements(run(*given, "--format", "requirements").stdout)


def test_a_place_is_asked_for_only_where_something_is_installed(run: Run) -> None:
    ran = run("recommend", "--answers", example("laptop"), "--no-detect", "--place", "train")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "--format requirements or uv" in ran.stderr


def test_a_starter_is_of_the_recommended_framework_and_of_the_shape_of_the_domain(run: Run) -> None:
    ran = run("starter", "--answers", example("laptop"), "--no-detect")
    kept = resources.probes() / "starters" / "pytorch" / "images.py"
    assert (ran.exit, ran.stdout) == (0, kept.read_text(encoding="utf-8"))
    assert "Build on pytorch" in ran.stderr
    assert "transformer" in run("starter", "jax", "--set", "domain=nlp").stdout
    assert "table" in run("starter", "jax").stdout
    assert run("starter", "--answers", example("thin"), "--no-detect").exit == 4


def test_a_starter_never_replaces_a_file_unless_told_to(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    assert run("starter", "mlx", "--output", file).exit == 0
    file.write_text("mine\n", encoding="utf-8")
    assert run("starter", "mlx", "--output", file).exit == 2
    assert file.read_text(encoding="utf-8") == "mine\n"
    assert run("starter", "mlx", "--output", file, "--force").exit == 0
    assert "MLX" in file.read_text(encoding="utf-8")


def test_every_framework_has_starters_of_every_shape_or_a_reason(run: Run) -> None:
    for framework in ("mxnet", "onnxruntime", "litert", "paddlepaddle", "mindspore", "tinygrad"):
        ran = run("starter", framework)
        assert (ran.exit, ran.stdout) == (2, "")
        assert f"there is no starter for {framework}. " in ran.stderr
    assert {file.stem for file in STARTERS if file.parent.name == "jax"} == {"tabular", "images", "text"}
    assert len(STARTERS) == 3 * len(MODULES)
    assert max(len(file.read_text(encoding="utf-8").splitlines()) for file in STARTERS) <= 60


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.parametrize("file", STARTERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_starter_runs_and_its_step_lowers_the_loss(file: Path) -> None:
    if importlib.util.find_spec(MODULES[file.parent.name]) is None:
        pytest.skip(f"{file.parent.name} is not installed")
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=False, timeout=150)
    assert done.returncode == 0, done.stderr
    before, after = map(float, re.findall(r"loss ([\d.]+) before the step, ([\d.]+) after it", done.stdout)[0])
    assert after < before


@pytest.mark.frameworks
@pytest.mark.parametrize("framework", MODULES)
def test_the_pins_of_a_primary_are_what_is_installed_and_works_here(run: Run, framework: str) -> None:
    if importlib.util.find_spec(MODULES[framework]) is None:
        pytest.skip(f"{framework} is not installed")
    given = ("recommend", "--answers", example("laptop"), *HERE, "--options", framework, "--format", "requirements")
    asked = requirements(run(*given).stdout)
    assert asked
    for name in set(asked) & {"torch", "numpy", "jax", "tensorflow-cpu", "keras", "mlx"}:
        # A build is part of what is installed, and of no requirement.
        assert version(name).partition("+")[0] in asked[name].specifier
