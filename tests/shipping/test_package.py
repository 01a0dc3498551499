"""What is built from a checkout: the wheel, its extras, and how its parts may know each other."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cli.program import Run, example

from advisor.evidence.probing.plan import offers
from advisor.loading.knowledge import load

pytestmark = pytest.mark.checkout

DATA = ("rules", "knowledge", "probes")


@pytest.fixture(scope="session")
def checkout(pytestconfig: pytest.Config) -> Path:
    """The folder of the sources."""
    root = pytestconfig.rootpath
    if not all((root / name).is_dir() for name in ("advisor", *DATA)):
        pytest.skip("these tests lie beside no checkout")
    return root


@pytest.fixture(scope="session")
def project(checkout: Path) -> Any:
    """What the checkout says of itself."""
    return tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="session")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built once."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    tool = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(checkout)]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def test_the_wheel_holds_one_package_and_no_tests(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith((".dist-info", ".data"))} == {"advisor"}
    beside = {name.partition(".data/")[2] for name in names if ".data/" in name}
    assert beside == {"data/share/man/man1/advisor.1"}
    shipped = [name for name in names if not name.startswith("advisor/knowledge/examples/")]
    assert [name for name in shipped if "test" in name.lower() or name.endswith((".pyc", ".jsonl"))] == []
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert "advisor/py.typed" in names


@pytest.mark.parametrize("folder", DATA)
def test_the_wheel_holds_every_data_file(wheel: zipfile.ZipFile, checkout: Path, folder: str) -> None:
    wanted = {
        f"advisor/{folder}/{path.relative_to(checkout / folder).as_posix()}"
        for path in (checkout / folder).rglob("*")
        if path.suffix in (".yaml", ".jsonl", ".py")
    }
    assert {name for name in wheel.namelist() if name.startswith(f"advisor/{folder}/")} == wanted
    assert len(wanted) > 5
    assert not [name for name in wanted if name.endswith("__init__.py")]


def test_the_wheel_holds_every_module(wheel: zipfile.ZipFile, checkout: Path) -> None:
    kinds = (".py", ".tcss", ".html", ".css", ".js")
    files = [path for path in (checkout / "advisor").rglob("*") if path.suffix in kinds]
    modules = {path.relative_to(checkout).as_posix() for path in files}
    assert {"advisor/tui/app.tcss", "advisor/web/page/page.js", "advisor/render/templates/report.html"} <= modules
    assert modules <= set(wheel.namelist())


def test_unpacked_elsewhere_it_says_the_same(run: Run, wheel: zipfile.ZipFile, checkout: Path, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    arguments = ("recommend", "--answers", example("driver_assistance"), "--no-detect", "--json")
    env = {"PYTHONPATH": str(tmp_path / "site"), "ADVISOR_HOME": str(tmp_path / "home")}
    where = "import advisor.resources as r; print(r.rules(), r.knowledge(), r.probes())"
    assert run(program=("-c", where), env=env).stdout.count(str(tmp_path / "site" / "advisor")) == 3
    assert run(*arguments, env=env).stdout == run(*arguments, env={"PYTHONPATH": str(checkout)}).stdout


def test_a_framework_that_can_be_probed_can_be_asked_for(checkout: Path, project: Any) -> None:
    probed = {name for name, variants in offers(checkout / "probes").items() if not variants[0].alone}
    frameworks = load(own=(checkout / "knowledge", checkout / "rules"), use_cache=False).frameworks
    extras = {frameworks[name].package for name in probed & set(frameworks)}
    assert len(extras) >= 5
    assert extras <= set(project["optional-dependencies"])
    (every,) = project["optional-dependencies"]["all"]
    assert set(re.findall(r"[a-z]+", every.partition("[")[2])) == extras | {"fleet", "mcp", "refresh", "serve", "sign"}


def test_no_framework_is_a_dependency(project: Any) -> None:
    names = {re.split(r"[^\w-]", requirement)[0].lower() for requirement in project["dependencies"]}
    assert not names & {"torch", "jax", "tensorflow", "tensorflow-cpu", "keras", "mlx", "mxnet", "numpy"}


def test_the_program_is_installed_as_a_command(project: Any) -> None:
    assert project["scripts"] == {"advisor": "advisor.cli.main:main"}


def test_imports_point_to_lower_floors(checkout: Path) -> None:
    pytest.importorskip("importlinter")
    tool = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    done = subprocess.run(tool, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout
