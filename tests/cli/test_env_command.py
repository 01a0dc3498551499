"""`advisor env`, with tiny wheels from a folder in the place of frameworks from an index."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from wheels import only, wheel

from advisor import resources
from advisor.evidence.environments import making
from advisor.evidence.machine.detection import identify
from advisor.loading.environments import load_recipes
from cli.program import Ran, Run, environment

PATIENCE_S = 20
PLATFORM = f"{sys.platform} {platform.machine()}"
RECIPES = load_recipes(resources.probes() / "environments.yaml")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not any(PLATFORM in recipe.platforms for recipe in RECIPES if recipe.framework == "jax"),
        reason="there is no recipe for this platform",
    ),
]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

HANGS = "import time\nprint('hanging', flush=True)\ntime.sleep(600)"


def shelf(folder: Path, code: str = "") -> Mapping[str, str]:
    """Wheels of everything that the recipe for JAX wants; importing it does what the code says."""
    recipe = making.recipe_for("jax", RECIPES, identify(), PLATFORM)
    for requirement in recipe.requirements:
        name, _, version = requirement.partition("==")
        plain = name.partition("[")[0]
        wheel(folder, plain, version, ["jaxlib==0.9"] if plain == "jax" else [], code if plain == "jax" else "")
    wheel(folder, "jaxlib", "0.9")
    return only(folder)


def at(run: Run, home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
    return run("env", *arguments, env={"ADVISOR_HOME": str(home), **(env or {})})


def test_nothing_is_fetched_without_being_asked_for(run: Run, tmp_path: Path) -> None:
    ran = at(run, tmp_path, "create", "jax")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "MB to" in ran.stderr
    assert "no terminal to ask on, so that nothing was done. Add --yes" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_shows_what_would_be_run(run: Run, tmp_path: Path) -> None:
    ran = at(run, tmp_path, "create", "jax", "--dry-run", "--with", "pip", "--json")
    venv, install, check = ran.document["commands"]
    assert venv[1:3] == ["-m", "venv"]
    assert install[1:4] == ["-m", "pip", "install"]
    assert check[-1] == "import jax; import jaxlib; import numpy"
    assert (
        f"$ {venv[0]} -m venv {tmp_path / 'environments' / 'jax'}"
        in at(run, tmp_path, "create", "jax", "--dry-run", "--with", "pip").stdout
    )
    assert list(tmp_path.iterdir()) == []


def test_what_has_no_recipe_is_refused_all_at_once(run: Run, tmp_path: Path) -> None:
    ran = at(run, tmp_path, "create", "jaxx", "torch", "--yes")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "'jaxx' has no recipe. Did you mean 'jax'?" in ran.stderr
    assert "'torch' has no recipe. Did you mean 'pytorch'?" in ran.stderr
    for command in ("remove", "repair"):
        assert "there is no environment 'jax'" in at(run, tmp_path, command, "jax", "--yes").stderr


def test_a_home_that_is_named_from_here_is_the_same_from_elsewhere(run: Run, tmp_path: Path) -> None:
    ran = run("env", "create", "jax", "--dry-run", "--json", env={"ADVISOR_HOME": "here"}, cwd=tmp_path)
    assert ran.document["orders"][0]["folder"] == str(tmp_path / "here" / "environments" / "jax")


def test_what_cannot_be_mended_as_it_was_is_told_with_a_way_out(run: Run, tmp_path: Path) -> None:
    record = tmp_path / "environments" / "jax.json"
    record.parent.mkdir()
    parts = {"requirements": [], "modules": ["jax"], "base": "python", "python": "3.2.1", "installer": "pip"}
    made = {"framework": "jax", "complete": True, "packages": {"jax": "0.1"}, "schema": "advisor/environment/1"}
    record.write_text(json.dumps({**made, **parts}), encoding="utf-8")
    ran = at(run, tmp_path, "repair", "--yes")
    assert ran.exit == 4
    assert "needs a Python in the range ==3.2.*" in ran.stdout
    assert "`advisor env remove jax` and `advisor env create jax`" in ran.stdout
    record.write_text("{", encoding="utf-8")
    assert at(run, tmp_path, "list", "--json").document["environments"][0]["why"] == "its record cannot be read"
    assert at(run, tmp_path, "remove", "jax", "--yes").exit == 0
    assert not record.exists()


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_the_life_of_an_environment(run: Run, tmp_path: Path, installer: str) -> None:
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    if installer == "uv" and shutil.which("uv", path=path) is None:
        pytest.skip("uv is not on the path")
    # What was installed elsewhere from another index of the same names must not be remembered.
    apart = {"PATH": path, "UV_CACHE_DIR": str(tmp_path / "cache")}
    home, index = tmp_path / "home", {**shelf(tmp_path / "wheels"), **apart}
    made = at(run, home, "create", "jax", "--yes", "--with", installer, "--json", env=index)
    assert made.exit == 0, made.stderr
    (outcome,) = made.document["environments"]
    assert outcome["outcome"] == "made"
    assert set(outcome["packages"]) == {"jax", "jaxlib", "numpy"}
    python = home / "environments" / "jax" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    assert at(run, home, "create", "jax", "--yes", env=index).stdout == "jax: is there and works.\n"
    (standing,) = at(run, home, "list", "--json").document["environments"]
    assert (standing["state"], standing["interpreter"]) == ("ok", str(python))
    assert standing["packages"] == outcome["packages"]

    # It is tried where this Python has nothing: the wheels made up here are no frameworks, but are found as such.
    tried = run("doctor", "--json", env={"ADVISOR_HOME": str(home)}).document
    assert str(python) in str(tried) or any(one["framework"] == "jax" for one in tried["frameworks"])

    python.unlink()
    (standing,) = at(run, home, "list", "--json").document["environments"]
    assert standing["state"] == "broken"
    assert "`advisor env repair jax`" in at(run, home, "list").stdout
    wheel(tmp_path / "wheels", "jaxlib", "9.9")
    mended = at(run, home, "repair", "--yes", "--with", installer, "--json", env=index)
    assert mended.exit == 0, mended.stderr
    assert mended.document["environments"][0]["packages"] == outcome["packages"]

    assert at(run, home, "remove", "jax", "--yes").stdout.startswith("jax: removed")
    assert at(run, home, "list", "--json").document == {"environments": []}
    assert not (home / "environments" / "jax").exists()


@POSIX
def test_interrupted_it_leaves_nothing_running_and_is_begun_anew(run: Run, tmp_path: Path) -> None:
    home, index = tmp_path / "home", shelf(tmp_path / "wheels", HANGS)
    command = [sys.executable, "-m", "advisor", "env", "create", "jax", "--yes", "--with", "pip"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment(home, index))
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "loading" in line:
            break
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read()
    process.stderr.close()
    assert process.wait(20) == 130, said
    assert "jax is incomplete; called again, it is begun anew" in rest
    assert rest.endswith("advisor: interrupted\n")
    shelf(tmp_path / "wheels")
    assert at(run, home, "list", "--json").document["environments"][0]["state"] == "incomplete"
    # The lock falls with the last process that holds it, which may still be ending.
    end = time.monotonic() + PATIENCE_S
    made = at(run, home, "create", "jax", "--yes", "--with", "pip", env=index)
    while "another process" in made.stdout and time.monotonic() < end:
        time.sleep(0.2)
        made = at(run, home, "create", "jax", "--yes", "--with", "pip", env=index)
    assert made.exit == 0, made.stdout


def test_a_framework_that_cannot_be_had_is_an_outcome_and_costs_no_other(run: Run, tmp_path: Path) -> None:
    home, index = tmp_path / "home", shelf(tmp_path / "wheels")
    ran = at(run, home, "create", "keras", "jax", "--yes", "--with", "pip", "--json", env=index)
    assert ran.exit == 4, ran.stderr
    keras, jax = ran.document["environments"]
    assert (keras["outcome"], jax["outcome"]) == ("failed", "made")
    assert "no release that fits" in keras["reason"]
    assert any("keras" in line for line in keras["said"])
    assert os.listdir(home / "environments")  # noqa: PTH208
    assert at(run, home, "list").stdout.count("incomplete") == 1
