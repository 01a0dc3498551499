"""`advisor paths` and `advisor purge`: where everything lies, and its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from advisor import resources
from advisor.evidence.environments import standing as environments
from advisor.evidence.environments.standing import Site
from advisor.evidence.keeping import store
from advisor.model.environment import Made
from cli.program import Ran, Run, environment
from cli.stored import measured


def at(run: Run, home: Path, *arguments: str) -> Ran:
    return run(*arguments, env={"ADVISOR_HOME": str(home)})


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A home with something of every kind in it."""
    home = tmp_path / "home"
    store.save(measured(), home)
    site = Site(home, "lattice")
    (site.folder / "bin").mkdir(parents=True)
    (site.folder / "bin" / "large").write_bytes(b"x" * 2_000_000)
    parts = {"requirements": (), "modules": (), "base": "python", "python": "3.11.7", "installer": "pip"}
    environments.write(site, Made(framework="lattice", complete=True, **parts))  # type: ignore[arg-type]
    for name in (
        "cache/knowledge.json",
        "cache/knowledge-0123.json",
        "reports/advisor-bug-x.txt",
        "measurements/abc/2026-01-01T000000Z-0123456789abcdef.json",
        "environments/.lattice.lock",
        "environments/lattice.log",
        "measurements.sqlite3-journal",
        "interview.yaml",
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("{}", encoding="utf-8")
    return home


def test_paths_names_every_place_and_makes_none(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "none"
    found = at(run, home, "paths", "--json").document
    assert found["home"] == {"path": str(home), "exists": False, "writable": False}
    assert found["measurements"]["path"] == str(resources.store(home))
    assert found["environments"]["path"] == str(resources.environments(home))
    assert found["knowledge"]["exists"]
    text = at(run, home, "paths").stdout
    assert f"home          {home}  (not there yet)\n" in text
    assert {line.split()[0] for line in text.splitlines()} == set(found)
    assert not home.exists()


def test_where_nothing_is_stored_there_is_nothing_to_remove(run: Run, tmp_path: Path) -> None:
    assert at(run, tmp_path / "none", "purge").stdout == f"Nothing is stored in {tmp_path / 'none'}.\n"


def test_nothing_is_removed_without_a_yes(run: Run, full: Path) -> None:
    before = files(full)
    ran = at(run, full, "purge")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "Add --yes" in ran.stderr
    ran = at(run, full, "purge", "--dry-run")
    assert ran.exit == 0
    assert "environment of lattice" in ran.stdout
    assert "2 MB" in ran.stdout
    assert files(full) == before


def test_everything_is_removed_and_told(run: Run, full: Path) -> None:
    ran = at(run, full, "purge", "--yes", "--json")
    assert ran.exit == 0, ran.stderr
    assert ran.document["removed"] == ran.document["found"]
    assert not full.exists()


def test_the_locks_of_all_machines_that_share_a_home_are_removed(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("measuring.lock", "measuring-node-7.example.lock", resources.measuring().name):
        (home / name).touch()
    (found,) = at(run, home, "purge", "--yes", "--json").document["removed"]
    assert found["what"] == "lock of what measures"
    assert not home.exists()


def test_what_advisor_did_not_make_stays(run: Run, full: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "knowledge.json").write_text("{}", encoding="utf-8")
    (elsewhere / "advisor-bug-1.txt").write_text("mine", encoding="utf-8")
    mine = {
        "notes.txt",
        "cache/other.json",
        "measurements/abc/mine.json",
        "environments/by_hand/bin/python",
        "reports/summary.txt",
    }
    for name in mine:
        (full / name).parent.mkdir(parents=True, exist_ok=True)
        (full / name).write_text("mine", encoding="utf-8")
    links = {"cache/knowledge-1.json": "knowledge.json", "reports/advisor-bug-2.txt": "advisor-bug-1.txt"}
    for name, target in links.items():
        (full / name).symlink_to(elsewhere / target)
    (full / "environments" / "lattice" / "out").symlink_to(elsewhere)
    ran = at(run, full, "purge", "--yes")
    assert ran.exit == 0, ran.stderr
    assert "things that advisor did not make" in ran.stdout
    assert files(full) == mine | set(links)
    assert files(elsewhere) == {"knowledge.json", "advisor-bug-1.txt"}


def test_behind_a_link_nothing_is_its_own(run: Run, full: Path, tmp_path: Path) -> None:
    for name in ("cache", "environments", "measurements", "reports", "measurements.sqlite3", "interview.yaml"):
        (full / name).rename(tmp_path / f"moved {name}")
        (full / name).symlink_to(tmp_path / f"moved {name}")
    before = files(tmp_path)
    at(run, full, "purge", "--yes")
    assert files(tmp_path) >= before - {"home/measurements.sqlite3-journal"}


def test_a_database_of_another_program_stays(run: Run, tmp_path: Path) -> None:
    resources.store(tmp_path).write_bytes(b"SQLite format 3\x00" + b"\x00" * 100)
    assert "Nothing is stored" in at(run, tmp_path, "purge", "--yes").stdout
    assert resources.store(tmp_path).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
@pytest.mark.parametrize(("answer", "there"), [("n", True), ("", True), ("y", False), ("YES", False)])
def test_on_a_terminal_it_asks(full: Path, answer: str, there: bool) -> None:  # noqa: FBT001
    import pty  # noqa: PLC0415  (there is none elsewhere)

    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "advisor", "purge", "--json"]
    process = subprocess.Popen(
        command, stdin=follower, stdout=subprocess.PIPE, stderr=follower, env=environment(full), text=True
    )
    os.close(follower)
    os.write(leader, f"{answer}\n".encode())
    assert process.stdout is not None
    said = process.stdout.read()
    process.stdout.close()
    assert process.wait(60) == 0
    assert b"Remove all of this for good" in os.read(leader, 100_000)
    os.close(leader)
    assert full.exists() is there
    assert bool(said and json.loads(said)["removed"]) is not there
