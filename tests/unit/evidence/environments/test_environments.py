"""How environments stand, without one being made: what is asked of them is on the disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.errors import StoreError
from advisor.evidence.environments import standing as environments
from advisor.evidence.environments.standing import BusyError, Site
from advisor.frozen import replace
from advisor.loading.structure import plain
from advisor.model.environment import Made

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the layout of environments on POSIX")

HERE = ".".join(map(str, sys.version_info[:3]))
MADE = Made(
    framework="lattice",
    complete=True,
    base=sys.executable,
    python=HERE,
    installer="pip",
    requirements=("lattice==1.0",),
    modules=("lattice",),
    packages={"lattice": "1.0", "some-part": "2.0"},
    size_mb=12,
    made="2026-01-01T00:00:00Z",
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An environment that is well, as far as can be seen."""
    site = Site(tmp_path, "lattice")
    packages = site.folder / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"
    for name in ("lattice-1.0", "Some_Part-2.0", "pip-24.0"):
        (packages / f"{name}.dist-info").mkdir(parents=True)
    site.python.parent.mkdir()
    site.python.symlink_to(sys.executable)
    environments.write(site, MADE)
    return site


def test_one_that_is_well_is_ok_and_its_interpreter_is_tried(site: Site) -> None:
    found = environments.standing(site)
    assert (found.state, found.why) == ("ok", "")
    assert (found.framework, found.packages, found.size_mb) == ("lattice", MADE.packages, 12)
    assert environments.interpreters(site.home) == (str(site.python),)
    assert environments.sites(site.home) == [site]


def test_where_there_is_none_there_is_none(tmp_path: Path) -> None:
    assert environments.sites(tmp_path) == []
    assert environments.interpreters(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_what_was_interrupted_is_incomplete_and_not_tried(site: Site) -> None:
    environments.write(site, replace(MADE, complete=False))
    assert environments.standing(site).state == "incomplete"
    assert environments.interpreters(site.home) == ()


def test_an_interpreter_that_is_gone_is_told_with_the_one_it_came_from(site: Site) -> None:
    site.python.unlink()
    site.python.symlink_to(site.home / "python3.10")
    found = environments.standing(site)
    assert (found.state, found.why) == ("broken", f"its Python is gone ({sys.executable})")
    assert environments.interpreters(site.home) == ()
    site.python.unlink()
    assert environments.standing(site).why == "its interpreter is missing"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "does not start"),
        ("echo Something else", "does not start"),
        ("echo 3.9.1", f"its Python was {HERE} and is 3.9.1 now"),
    ],
)
def test_an_interpreter_that_became_another_is_told(site: Site, script: str, said: str) -> None:
    site.python.unlink()
    site.python.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    site.python.chmod(0o755)
    found = environments.standing(site)
    assert found.state == "broken"
    assert said in found.why


def test_packages_that_are_missing_break_it_and_others_are_told(site: Site) -> None:
    (packages,) = site.folder.glob("lib/*/site-packages")
    (packages / "Some_Part-2.0.dist-info").rename(packages / "some_part-2.1.dist-info")
    found = environments.standing(site)
    assert (found.state, found.why) == ("ok", "changed by others: some-part 2.1")
    (packages / "lattice-1.0.dist-info").rmdir()
    found = environments.standing(site)
    assert (found.state, found.why) == ("broken", "lattice is missing")


@pytest.mark.parametrize(
    "record",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"schema": "advisor/environment/1"}',
        '{"schema": "advisor/environment/2"}',
    ],
)
def test_a_record_that_makes_no_sense_is_told(site: Site, record: str) -> None:
    site.record.write_text(record, encoding="utf-8")
    assert environments.standing(site).state == "broken"
    assert environments.interpreters(site.home) == ()


@pytest.mark.parametrize("key", ["packages", "requirements", "modules", "python", "size_mb", "made"])
@pytest.mark.parametrize("value", [7.5, None, {"a": 1.5}, [1], [[]]])
def test_a_record_of_other_types_is_told(site: Site, key: str, value: object) -> None:
    site.record.write_text(json.dumps({**plain(MADE), key: value}), encoding="utf-8")
    assert environments.standing(site).state == "broken"


def test_what_has_no_record_is_not_its_own(site: Site) -> None:
    (site.record.parent / "other").mkdir()
    (site.record.parent / "Not a name.json").write_text("{}", encoding="utf-8")
    (site.record.parent / ".." / "escaped.json").write_text("{}", encoding="utf-8")
    assert environments.sites(site.home) == [site]


def test_removed_it_is_gone_and_nothing_else(site: Site) -> None:
    elsewhere = site.home / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").touch()
    (site.folder / "link").symlink_to(elsewhere)
    environments.remove(site)
    assert not site.folder.exists()
    assert environments.sites(site.home) == []
    assert (elsewhere / "mine.txt").exists()


def test_where_a_link_stands_in_its_place_only_the_link_goes(site: Site) -> None:
    elsewhere = site.home / "elsewhere"
    site.folder.rename(elsewhere)
    site.folder.symlink_to(elsewhere)
    environments.remove(site)
    assert not site.folder.is_symlink()
    assert (elsewhere / "bin").is_dir()


def test_only_one_process_works_on_it_at_a_time(site: Site) -> None:
    holding = (
        "import sys; from pathlib import Path; from advisor.evidence.environments import standing as e\n"
        "with e.locked(e.Site(Path(sys.argv[1]), 'lattice')):\n    print('ready', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", holding, str(site.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(BusyError, match="another process"):
            environments.remove(site)
        process.kill()
    environments.remove(site)
    assert not site.record.exists()


def test_what_cannot_be_removed_is_incomplete_afterwards(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(environments, "delete", refuse)
    with pytest.raises(StoreError, match="Permission denied"):
        environments.remove(site)
    assert environments.standing(site).state == "incomplete"


def test_a_size_counts_what_is_linked_several_times_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 3_000_000)
    os.link(tmp_path / "one", tmp_path / "two")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "three").write_bytes(b"x" * 2_000_000)
    (tmp_path / "deep" / "up").symlink_to(tmp_path)
    assert environments.size_mb(tmp_path) == 5
