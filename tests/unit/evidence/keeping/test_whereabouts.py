from __future__ import annotations

import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
from stored_runs import install

from advisor import resources
from advisor.evidence.keeping.whereabouts import Package, Place, changed, installed, look, places
from advisor.evidence.probing.plan import Plan


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "python").touch()
    packages = tuple(install(tmp_path / "site", name, "1.0") for name in ("lattice", "lattice_parts"))
    return Place(framework="lattice", variant="eager", interpreter=str(tmp_path / "python"), packages=packages)


def test_what_is_as_it_was_has_not_changed(place: Place) -> None:
    assert changed(place) == ""


def test_any_package_that_the_figures_depend_on_counts(place: Place, tmp_path: Path) -> None:
    install(tmp_path / "site", "lattice_parts", "1.1")
    assert changed(place) == "lattice_parts was measured at 1.0 and is 1.1 now"


def test_names_are_compared_as_indexes_do(tmp_path: Path) -> None:
    package = install(tmp_path, "Lattice.Parts", "1.0")
    install(tmp_path, "Lattice.Parts", "0.9")
    (tmp_path / "Lattice.Parts-0.9.dist-info").rename(tmp_path / "lattice_parts-0.9.dist-info")
    assert installed(package) == "0.9"


def test_metadata_as_a_file_or_of_a_system_package_is_read_too(tmp_path: Path) -> None:
    old = tmp_path / "lattice-2.0-py3.11.egg-info"
    old.write_text("Metadata-Version: 1.0\nName: lattice\nVersion: 2.0\n", encoding="utf-8")
    package = Package(module="lattice", name="lattice", version="2.0", metadata=str(old))
    assert installed(package) == "2.0"
    folder = tmp_path / "lattice-2.1.egg-info"
    folder.mkdir()
    (folder / "PKG-INFO").write_text("Name: lattice\nVersion: 2.1\n", encoding="utf-8")
    old.unlink()
    assert installed(package) == "2.1"


def test_metadata_without_a_version_has_none(tmp_path: Path) -> None:
    (tmp_path / "lattice-1.0.dist-info").mkdir()
    metadata_folder = tmp_path / "lattice-1.0.dist-info"
    package = Package(module="lattice", name="lattice", version="1.0", metadata=str(metadata_folder))
    assert installed(package) is None
    (metadata_folder / "METADATA").write_bytes(b"Name: \xff\n\nVersion: 1.0\n")
    assert installed(package) is None


def test_where_a_version_was_not_told_it_cannot_be_the_same(place: Place) -> None:
    untold = replace(place, packages=(replace(place.packages[0], version=""),))
    assert "not told" in changed(untold)
    assert "not told" in changed(replace(place, packages=()))


def test_an_interpreter_says_where_its_packages_lie(tmp_path: Path) -> None:
    interpreter, (numpy, absent) = look(sys.executable, ["numpy", "nowhere.at.all"], {})
    assert interpreter == sys.executable
    assert (numpy.name, numpy.version) == ("numpy", metadata.version("numpy"))
    assert installed(numpy) == numpy.version
    assert absent == Package(module="nowhere.at.all", name="nowhere", version="", metadata="")
    assert look(str(tmp_path / "none"), ["numpy"], {}) == (str(tmp_path / "none"), ())


FRAMEWORK = 'VARIANTS = {"eager": {"modules": ("numpy", "json"), "install": "numpy"}}\n'


def test_a_plan_says_where_each_variant_is(tmp_path: Path) -> None:
    for name in ("lattice", "absent"):
        file = tmp_path / "frameworks" / f"on_{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(FRAMEWORK if name == "lattice" else FRAMEWORK.replace("json", "nowhere"), encoding="utf-8")
    (place,) = places(Plan(probes=tmp_path, definitions=()))
    assert (place.framework, place.variant, place.interpreter) == ("lattice", "eager", sys.executable)
    assert [package.module for package in place.packages] == ["numpy", "json"]
    # What comes with Python is no package: its version is not told.
    assert "not told" in changed(place)


def test_what_the_program_measures_is_told_where_it_is_installed() -> None:
    plan = Plan(probes=resources.probes(), definitions=(), suite="full")
    assert all(changed(place) == "" for place in places(plan))
