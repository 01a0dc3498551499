"""What is handed on installs here, in an environment of its own for each primary, and takes a step in it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree

import installing
import pytest
from packaging.requirements import Requirement

from advisor import resources
from advisor.loading.knowledge import load
from cli.program import Run

STARTERS = resources.probes() / "starters"
HERE = ("--no-detect", "--set", "train_os=linux", "--set", "train_hw=cpu", "--set", "here=train")
THIS_PYTHON = ("--set", f"python_version={sys.version_info.major}.{sys.version_info.minor}")
TRAINS = ("--set", "domain=general", "--set", "task=train")
SERVES = ("--set", "domain=nlp", "--set", "task=inference", "--set", "existing_code=onnx_model")
TABLE = ("--set", "domain=tabular", "--set", "task=train", "--set", "data_scale=small")

RUNS = "import runpy, sys; [runpy.run_path(file, run_name='__main__') for file in sys.argv[1:]]"
"""All starters of a framework in one process, which loads it once."""
LOSSES = re.compile(r"loss ([\d.]+) before the step, ([\d.]+) after it")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.frameworks,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the situations are those of Linux on x86_64"
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A situation of this machine, and what is run in the environment that its answer asks for."""

    primary: str
    settings: tuple[str, ...] = TRAINS
    step: str = ""
    """A program; empty where the primary has starters."""
    environ: Mapping[str, str] = field(default_factory=dict)


CASES = {
    "jax": Case(primary="jax"),
    "keras on jax": Case(primary="keras"),
    "pytorch": Case(primary="pytorch"),
    "keras on torch": Case(
        primary="keras", settings=(*TRAINS, "--set", "team_skill=pytorch"), environ={"KERAS_BACKEND": "torch"}
    ),
    "tensorflow": Case(primary="tensorflow"),
    "keras on tensorflow": Case(
        primary="keras", settings=(*TRAINS, "--set", "existing_code=keras2"), environ={"KERAS_BACKEND": "tensorflow"}
    ),
    "mlx": Case(primary="mlx"),
    "none_of_these": Case(
        primary="none_of_these",
        settings=TABLE,
        step="from sklearn.linear_model import LinearRegression; "
        "assert round(LinearRegression().fit([[0], [1]], [0, 3]).coef_[0]) == 3",
    ),
    "onnxruntime": Case(
        primary="onnxruntime",
        settings=SERVES,
        step="import onnxruntime; assert 'CPUExecutionProvider' in onnxruntime.get_available_providers()",
    ),
    "litert": Case(
        primary="litert", settings=SERVES, step="from ai_edge_litert.interpreter import Interpreter; assert Interpreter"
    ),
    "tinygrad": Case(
        primary="tinygrad",
        step="from tinygrad import Tensor; assert Tensor([1.0, 2.0], device='PYTHON').sum().item() == 3",
    ),
    "paddlepaddle": Case(
        primary="paddlepaddle",
        step="import paddle; x = paddle.to_tensor([3.0], stop_gradient=False); (x * x).sum().backward(); "
        "assert x.grad.item() == 6",
    ),
    "mindspore": Case(
        primary="mindspore",
        step="import mindspore as ms; slope = ms.grad(lambda x: (x * x).sum())(ms.Tensor([3.0])); "
        "assert float(slope[0]) == 6",
    ),
}
NEVER = {"mxnet": "it is retired, and excluded for that", "needs_more_info": "nothing is recommended"}
"""Primaries that no situation leads to something to install for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An environment with what was handed on."""

    folder: Path
    python: Path
    requirements: tuple[Requirement, ...]


@pytest.fixture(scope="module")
def environments(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Installed]]]:
    """Each is made while steps are taken in those before it; files that they share are there once, and linked."""
    folder = tmp_path_factory.mktemp("handed-on")
    with ThreadPoolExecutor(1) as pool:
        yield {name: pool.submit(installed, run, case, folder, name) for name, case in CASES.items()}
        pool.shutdown(cancel_futures=True)
    rmtree(folder)


def installed(run: Run, case: Case, folder: Path, name: str) -> Installed:
    own = folder / name.replace(" ", "-")
    own.mkdir()
    options = () if case.primary == "none_of_these" else ("--options", case.primary)
    ran = run("recommend", *HERE, *THIS_PYTHON, *case.settings, *options, "--format", "requirements")
    assert (ran.exit, ran.stderr) == (0, "")
    lines = [line for line in ran.stdout.splitlines() if line and not line.startswith("#")]
    if installing.told("find-links"):
        # Where pip is configured for a folder or page of wheels, that one has the builds.
        lines = [line for line in lines if not line.startswith("--find-links ")]
    file = own / "requirements.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    python = installing.environment(own / "environment", file, folder / "cache")
    return Installed(
        folder=own,
        python=python,
        requirements=tuple(Requirement(line) for line in lines if not line.startswith("--")),
    )


def test_every_primary_is_installed_or_never_handed_on() -> None:
    assert {case.primary for case in CASES.values()} | {*NEVER} == {*load().vocabulary.primaries}


@pytest.mark.parametrize(
    "settings", [(*HERE, *TRAINS, "--options", "mxnet"), ("--no-detect", "--set", "deploy_target=android_ios")]
)
def test_where_nothing_is_recommended_nothing_is_handed_on(run: Run, settings: tuple[str, ...]) -> None:
    ran = run("recommend", *settings, "--format", "requirements")
    assert ran.exit == 4
    assert all(line.startswith("#") for line in ran.stdout.splitlines())


@pytest.mark.parametrize("name", CASES)
def test_what_is_handed_on_installs_and_takes_a_step(environments: Mapping[str, Future[Installed]], name: str) -> None:
    case, there = CASES[name], environments[name].result()
    assert there.requirements
    starters = [] if case.step else sorted(map(str, (STARTERS / case.primary).glob("*.py")))
    done = subprocess.run(
        [str(there.python), "-I", "-c", case.step or RUNS, *starters],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **case.environ},
        cwd=there.folder,
    )
    assert done.returncode == 0, done.stderr
    losses = [(float(before), float(after)) for before, after in LOSSES.findall(done.stdout)]
    assert len(losses) == len(starters)
    assert all(after < before for before, after in losses)
    if "KERAS_BACKEND" in case.environ:
        assert done.stdout.count(f"on {case.environ['KERAS_BACKEND']}: ") == 3
    rmtree(there.folder)


@pytest.mark.parametrize("name", ["jax", "keras on jax", "pytorch", "tensorflow", "mlx"])
def test_what_is_handed_on_is_what_all_other_tests_run_with(
    environments: Mapping[str, Future[Installed]], name: str
) -> None:
    asked = {one.name: one for one in environments[name].result().requirements}
    for package in {*asked} & {"torch", "numpy", "jax", "tensorflow-cpu", "keras", "mlx"}:
        # A build is part of what is installed, and of no release.
        assert version(package).partition("+")[0] == str(asked[package].specifier).strip("=").partition("+")[0]
