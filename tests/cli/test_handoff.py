"""What goes on from an answer: what installs the stack, and a first program."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import installing
import pytest
from packaging.requirements import Requirement
from wheels import only, wheel

from advisor import resources
from cli.program import Run, example

STARTERS = sorted((resources.probes() / "starters").glob("*/*.py"))
FRAMEWORKS = {"pytorch", "jax", "tensorflow", "keras", "mlx"}
HOSTILE = "x\n--index-url https://evil.example/simple\n\x1b[31m\u202e"


def requirements(text: str) -> dict[str, Requirement]:
    """Every line but comments, by name: what is no requirement fails here."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "--find-links https://"))]
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


@pytest.mark.parametrize("python", [">=3.11", "3.11+", "Python 3.12"])
def test_a_python_that_is_no_version_is_said_and_leaves_the_file_readable(run: Run, python: str) -> None:
    given = ("recommend", "--answers", example("laptop"), "--no-detect", "--set", "train_os=linux")
    told = run(*given, "--set", f"python_version={python}", "--format", "uv").stdout
    assert "names no version" in " ".join(told.replace("#", "").split())
    assert tomllib.loads(told)["project"]["requires-python"].startswith("==3.")


def test_a_card_that_the_newest_builds_leave_out_gets_the_last_one_that_serves_it(run: Run) -> None:
    answers = ("--set", "domain=cv", "--set", "task=train", "--set", "train_os=linux")
    given = ("recommend", "--no-detect", *answers, "--format", "requirements", "--place", "train", "--set")
    old, new = (run(*given, f"accelerator={card}").stdout for card in ("v100", "a100"))
    assert str(requirements(old)["torch"].specifier) == "==2.13.0+cu126"
    assert "--find-links https://download.pytorch.org/whl/cu126/torch/" in old.splitlines()
    assert str(requirements(new)["torch"].specifier) == "==2.13.0"


def test_a_generation_of_cards_is_no_arm_processor(run: Run) -> None:
    given = ("recommend", "--answers", example("laptop"), "--no-detect", "--set", "train_os=linux", "--format", "uv")
    told = run(*given, "--set", "accelerator=RTX A6000 (Ampere)", "--set", "train_hw=nvidia_gpu").stdout
    assert "aarch64" not in told


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


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[str]:
    """The address of pages of wheels, from the folder `pages`."""
    (tmp_path / "pages").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Page, directory=str(tmp_path / "pages"))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Page(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_without_an_accelerator_a_build_without_one_is_taken_from_the_page_that_has_it(
    run: Run, tmp_path: Path, pages: str
) -> None:
    python = f"python_version={sys.version_info.major}.{sys.version_info.minor}"
    here = ("--no-detect", "--set", "train_os=linux", "--set", python)
    given = ("recommend", "--answers", example("laptop"), *here, "--options", "pytorch")
    plain, project = (run(*given, "--format", form).stdout for form in ("requirements", "uv"))
    asked = requirements(plain)
    builds = {name: one for name, one in asked.items() if str(one.specifier).endswith("+cpu")}
    assert "torch" in builds
    for name, one in asked.items():
        folder = tmp_path / "pages" / name if name in builds else tmp_path / "shelf"
        wheel(folder, name, str(one.specifier).removeprefix("=="))
    # The index has the same releases, with everything for accelerators.
    wheel(tmp_path / "shelf", "torch", str(builds["torch"].specifier).removeprefix("==").partition("+")[0])
    moved = [re.sub(r"https://[\w.]+/whl/cpu", pages, text) for text in (plain, project)]
    shelf = (tmp_path / "shelf").as_posix()
    (tmp_path / "requirements.txt").write_text(f"--find-links {shelf}\n{moved[0]}", encoding="utf-8")
    project = moved[1].replace("find-links = [", f'find-links = ["{shelf}", ')
    (tmp_path / "pyproject.toml").write_text(project, encoding="utf-8")
    variables = {**installing.variables(tmp_path / "cache"), **only(tmp_path / "shelf"), "UV_OFFLINE": "0"}
    # These would take the place of what the project names.
    variables = {name: told for name, told in variables.items() if name not in ("UV_FIND_LINKS", "UV_NO_CONFIG")}
    for command in taking(tmp_path):
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert re.search(r"torch(==|-)2[\w.]+\+cpu", done.stdout + done.stderr)


def taking(folder: Path) -> Iterator[list[str]]:
    """What takes either form, as far as to say what it would install."""
    yield [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "-r", "requirements.txt"]
    if installing.UV:
        target = str(folder / "target")
        yield [installing.UV, "pip", "install", "--target", target, "-r", "requirements.txt"]
        yield [installing.UV, "sync", "--python", sys.executable, "--no-index"]


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


@pytest.mark.parametrize("given", [("--project", "."), ("--hardware", "h100")])
def test_a_project_or_a_chip_is_answer_enough_for_a_starter(run: Run, tmp_path: Path, given: tuple[str, ...]) -> None:
    (tmp_path / "train.py").write_text("import torch\n", encoding="utf-8")
    ran = run("starter", "--no-detect", *given, cwd=tmp_path)
    assert ran.exit in (0, 4)
    assert "advisor: Build on" in ran.stderr


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
    assert {file.parent.name for file in STARTERS} == FRAMEWORKS
    assert len(STARTERS) == 3 * len(FRAMEWORKS)
    assert max(len(file.read_text(encoding="utf-8").splitlines()) for file in STARTERS) <= 60
