"""What is installed, by what and with what, and what becomes of it when a tool fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from advisor import resources
from advisor.errors import InputError
from advisor.evidence.environments import making
from advisor.evidence.environments import standing as environments
from advisor.evidence.environments.making import Order, Outcome
from advisor.evidence.environments.standing import Site
from advisor.evidence.halt import Halt
from advisor.frozen import replace
from advisor.loading.environments import load_recipes
from advisor.loading.knowledge import load
from advisor.model.environment import Recipe
from advisor.model.measurement import Accelerator, Machine
from advisor.upkeep.verification import among

MACHINE = Machine(fingerprint="abc", os="linux", arch="x86_64", cpu="A Processor", cores=2, memory_gb=8.0)
CARD = Accelerator(vendor="nvidia_gpu", name="A Card", memory_gb=80.0)
WITH_CARD = replace(MACHINE, accelerators=(CARD,))
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="scripts that stand in for an interpreter")

RECIPES = load_recipes(resources.probes() / "environments.yaml")
HERE = ".".join(map(str, sys.version_info[:3]))

PLAIN = Recipe(
    framework="lattice",
    platforms=("linux x86_64", "darwin arm64"),
    python=">=3.9",
    requirements=("lattice==1.0",),
    modules=("lattice",),
    download_mb=1,
    installed_mb=2,
)
ON_CARDS = replace(
    PLAIN, platforms=("linux x86_64",), accelerators=("nvidia_gpu",), requirements=("lattice[gpu]==1.0",)
)


def test_a_recipe_for_an_age_is_for_accelerators_of_that_age_alone() -> None:
    recipes = (replace(ON_CARDS, ages=("legacy",)), ON_CARDS, PLAIN)
    vendor = WITH_CARD.accelerators[0].vendor
    assert making.fitting(recipes, {vendor}, "linux x86_64", "legacy") == recipes[0]
    assert making.fitting(recipes, {vendor}, "linux x86_64", "fresh") == ON_CARDS
    assert making.recipe_for("lattice", recipes, WITH_CARD, "linux x86_64") == ON_CARDS


def test_the_first_recipe_that_fits_the_machine_is_taken() -> None:
    recipes = (ON_CARDS, PLAIN)
    assert making.recipe_for("lattice", recipes, WITH_CARD, "linux x86_64") == ON_CARDS
    assert making.recipe_for("lattice", recipes, MACHINE, "linux x86_64") == PLAIN
    assert making.recipe_for("lattice", recipes, WITH_CARD, "darwin arm64") == PLAIN
    other = replace(WITH_CARD, accelerators=(replace(CARD, vendor="amd_gpu"),))
    assert making.recipe_for("lattice", recipes, other, "linux x86_64") == PLAIN


def test_where_none_fits_it_is_said_where_one_would() -> None:
    with pytest.raises(InputError, match=r"linux x86_64.*--python"):
        making.recipe_for("lattice", [PLAIN], MACHINE, "win32 AMD64")
    with pytest.raises(InputError, match="Did you mean 'lattice'"):
        making.recipe_for("latice", [PLAIN], MACHINE, "linux x86_64")


def test_the_recipes_are_exact_and_name_no_release_that_is_denied() -> None:
    denied = {entry.package: entry.versions for entry in load().denied}
    probed = {file.stem.removeprefix("on_") for file in (resources.probes() / "frameworks").glob("on_*.py")}
    for recipe in RECIPES:
        for text in recipe.requirements:
            requirement = Requirement(text)
            (pin,) = requirement.specifier
            assert pin.operator == "==", text
            assert not among(pin.version, denied.get(requirement.name, ()))
        assert any(f"3.{minor}.0" in SpecifierSet(recipe.python) for minor in (11, 12))
        assert 0 < recipe.download_mb < recipe.installed_mb
        assert recipe.framework in probed


@pytest.mark.parametrize("platform", ["linux x86_64", "darwin arm64"])
def test_the_usual_platforms_have_what_is_for_them(platform: str) -> None:
    for framework in ("pytorch", "jax", "tensorflow", "keras", "mlx"):
        making.recipe_for(framework, RECIPES, MACHINE, platform)


def test_the_python_at_hand_is_taken_where_it_will_do() -> None:
    assert making.base_for(">=3.9", "lattice") == (sys.executable, HERE)


@POSIX
def test_another_python_is_looked_for_where_it_will_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"needs a Python in the range ==3.9.*; this one is"):
        making.base_for("==3.9.*", "lattice")
    for name, said in (("python3.9", "echo 3.9.18"), ("python3.10", "echo 3.10.1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{said}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    assert making.base_for("==3.9.*", "lattice") == (str(tmp_path / "python3.9"), "3.9.18")
    # One that is there in name only, as a version manager has them, does not count.
    (tmp_path / "python3.9").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    with pytest.raises(InputError, match="no other is on the path"):
        making.base_for("==3.9.*", "lattice")


def test_uv_installs_where_it_is_present_and_knows_as_much_as_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*, pip: bool) -> None:
        monkeypatch.setattr(making, "_pip_is_told", lambda: pip)

    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert making.installer_for("auto", {}) == ("pip", "")
    with pytest.raises(InputError, match="uv is not on the path"):
        making.installer_for("uv", {})
    monkeypatch.setattr(shutil, "which", lambda _: "/opt/uv")
    told(pip=False)
    assert making.installer_for("auto", {}) == ("uv", "/opt/uv")
    assert making.installer_for("pip", {}) == ("pip", "")
    told(pip=True)
    assert making.installer_for("auto", {}) == ("pip", "")
    assert making.installer_for("auto", {"UV_DEFAULT_INDEX": "x"}) == ("uv", "/opt/uv")
    assert making.installer_for("uv", {}) == ("uv", "/opt/uv")


STAND_IN = """#!{python}
# Stands in for an interpreter: makes a copy of itself as an environment, and installs what it is told to.
import json, os, shutil, sys, time
from pathlib import Path
says = json.loads({says!r})
if "venv" in sys.argv:
    folder = Path(sys.argv[-1])
    (folder / "bin").mkdir(parents=True)
    (folder / "big").write_bytes(b"x" * 2_000_000)
    shutil.copy(__file__, folder / "bin" / "python")
    sys.exit(0)
if "install" in sys.argv:
    print("Collecting everything")
    time.sleep(says.get("takes", 0))
    print("\\x1b[31m" + says.get("said", ""), file=sys.stderr)
    sys.exit(says.get("exit", 0))
code = sys.argv[sys.argv.index("-c") + 1]
if code.startswith("import lattice"):
    sys.exit(says.get("loads", 0) and "ImportError: lattice.so: undefined symbol")
print(json.dumps({{"lattice": "1.0", "pip": "24.0"}}) if "metadata" in code else {here!r})
"""


def order(home: Path, **says: object) -> Order:
    """An order that a script carries out which says this."""
    base = home / "base"
    home.mkdir(parents=True, exist_ok=True)
    text = STAND_IN.format(python=sys.executable, says=json.dumps(says), here=HERE)
    base.write_text(text, encoding="utf-8")
    base.chmod(0o755)
    return Order(
        site=Site(home, "lattice"),
        requirements=("lattice==1.0",),
        modules=("lattice",),
        base=str(base),
        python=HERE,
        installer="pip",
        tool="",
    )


def make(wanted: Order) -> Outcome:
    return making.make(wanted, lambda _: None)


@POSIX
def test_what_is_made_is_written_down(tmp_path: Path) -> None:
    wanted = order(tmp_path)
    said: list[str] = []
    done = making.make(wanted, said.append)
    assert (done.outcome, done.packages, done.size_mb) == ("made", {"lattice": "1.0"}, 2)
    made = environments.read(wanted.site)
    assert made is not None
    assert made.complete
    assert (made.base, made.python, made.packages) == (wanted.base, HERE, {"lattice": "1.0"})
    assert not wanted.site.log.exists()
    assert any("pip install" in line and "lattice==1.0" in line for line in said)


@POSIX
@pytest.mark.parametrize(
    ("said", "reason", "hint"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full", "Make room"),
        ("NewConnectionError: Failed to establish a new connection", "index cannot be reached", "the network"),
        ("error: dns error: failed to lookup address", "index cannot be reached", "call `advisor env create"),
        ("ERROR: No matching distribution found for lattice==1.0", "no release that fits lattice==1.0", "the index"),
        ("Segmentation fault", "ended with exit status 2", "whole log"),
    ],
)
def test_a_tool_that_fails_is_an_outcome_with_its_last_words(tmp_path: Path, said: str, reason: str, hint: str) -> None:
    wanted = order(tmp_path, said=said, exit=2)
    done = make(wanted)
    assert done.outcome == "failed"
    assert reason in done.reason
    assert hint in done.hint
    assert said in done.said[-1]
    assert "\x1b" not in "".join(done.said)
    assert environments.standing(wanted.site).state == "incomplete"
    assert said in wanted.site.log.read_text(encoding="utf-8")


@POSIX
def test_halted_it_is_incomplete_and_begun_anew_the_next_time(tmp_path: Path) -> None:
    halt = Halt()

    def say(line: str) -> None:
        if "install" in line:
            halt.ask()

    stopped = making.make(order(tmp_path, takes=600), say, halt)
    assert (stopped.outcome, stopped.reason) == ("failed", "it was stopped")
    made = environments.read(order(tmp_path).site)
    assert made is not None
    assert not made.complete
    assert make(order(tmp_path)).outcome == "made"


@POSIX
def test_what_does_not_load_is_not_complete(tmp_path: Path) -> None:
    done = make(order(tmp_path, loads=1))
    assert done.reason == "it was installed and does not load"
    assert done.said[-1].endswith("undefined symbol")
    assert environments.interpreters(tmp_path) == ()


@POSIX
def test_after_a_failure_it_is_begun_anew(tmp_path: Path) -> None:
    make(order(tmp_path, said="Killed", exit=2))
    left = tmp_path / "environments" / "lattice" / "left_over"
    left.touch()
    assert make(order(tmp_path)).outcome == "made"
    assert not left.exists()


@POSIX
def test_a_repair_that_fails_does_not_forget_what_there_was(tmp_path: Path) -> None:
    make(order(tmp_path))
    make(order(tmp_path, said="Killed", exit=2))
    found = environments.standing(Site(tmp_path, "lattice"))
    assert (found.state, found.packages) == ("incomplete", {"lattice": "1.0"})


@POSIX
def test_a_folder_that_somebody_else_made_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "environments" / "lattice" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.touch()
    done = make(order(tmp_path))
    assert (done.outcome, done.hint) == ("failed", "Move it away.")
    assert mine.exists()


@POSIX
@pytest.mark.parametrize("record", ["", "{", '{"schema": "advisor/environment/0"}'])
def test_one_whose_record_is_damaged_is_made_anew(tmp_path: Path, record: str) -> None:
    wanted = order(tmp_path)
    make(wanted)
    wanted.site.record.write_text(record, encoding="utf-8")
    assert make(wanted).outcome == "made"
    assert json.loads(wanted.site.record.read_text(encoding="utf-8"))["complete"]


@POSIX
def test_two_do_not_make_the_same_at_once(tmp_path: Path) -> None:
    wanted = order(tmp_path)
    with environments.locked(wanted.site):
        assert "another process" in make(wanted).reason


@POSIX
def test_a_home_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    wanted = replace(order(tmp_path), site=Site(tmp_path / "base" / "home", "lattice"))
    done = make(wanted)
    assert done.outcome == "failed"
    assert "ADVISOR_HOME" in done.hint


@POSIX
def test_where_there_is_no_room_nothing_is_begun(tmp_path: Path) -> None:
    wanted = replace(order(tmp_path), installed_mb=10**9)
    assert "MB are free" in make(wanted).reason
    assert not wanted.site.record.exists()


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    if sys.platform != "linux" or shutil.which("mount") is None:
        pytest.skip("only Linux has a small disk in memory")
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@POSIX
def test_a_disk_that_fills_up_on_the_way_is_an_outcome(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with small_disk(home):
        wanted = order(home)
        done = make(wanted)
        assert (done.outcome, done.reason) == ("failed", "the disk is full")
        assert "Make room" in done.hint
        assert environments.standing(wanted.site).state == "incomplete"
        environments.remove(wanted.site)
        assert environments.sites(home) == []
