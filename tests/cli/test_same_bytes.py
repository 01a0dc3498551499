"""`--no-detect`: the same answers give the same bytes, whatever the machine, folder, day and order of hashing."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from advisor import resources
from cli.program import UNWATCHED, Run, example
from cli.shims import ANOTHER_DAY, WATCHED, shim

ARGUMENTS = ("recommend", "--answers", example("document_understanding"), "--no-detect", "--json")

WORLDS = {
    "again": {},
    "hashing 0": {"PYTHONHASHSEED": "0"},
    "hashing 1": {"PYTHONHASHSEED": "1"},
    "hashing 2": {"PYTHONHASHSEED": "2"},
    "another time zone": {"TZ": "Pacific/Kiritimati"},
    "another language": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
    "another machine": {"OMP_NUM_THREADS": "3", "CUDA_VISIBLE_DEVICES": "7", "PATH": ""},
    "without assertions": {"PYTHONOPTIMIZE": "1"},
}


SITUATION = ("--answers", example("document_understanding"), "--no-detect")
EXPLAINED = {
    "why": ("why", "pytorch", "--json"),
    "why of a component": ("why", "transformers", "--json"),
    "why-not": ("why-not", "jax", "--json"),
    "why-not of one that is out": ("why-not", "mxnet", "--json"),
    "what-if": ("what-if", "team_skill=jax", "needs=streaming,full_int8", "--json"),
    "what-if in words": ("what-if", "team_skill=jax", "needs=streaming,full_int8"),
    "full depth": ("recommend", "--depth", "full", "--json"),
    "full depth in words": ("recommend", "--depth", "full", "--detail"),
}


@pytest.fixture(scope="module")
def expected(run: Run) -> str:
    ran = run(*ARGUMENTS)
    assert (ran.exit, ran.stderr) == (0, "")
    return ran.stdout


@pytest.mark.parametrize("world", WORLDS)
def test_in_another_world(run: Run, expected: str, world: str) -> None:
    assert run(*ARGUMENTS, env=WORLDS[world]).stdout == expected


@pytest.mark.parametrize("asked", EXPLAINED)
def test_whatever_is_explained_in_another_order_of_hashing(run: Run, asked: str) -> None:
    ran = [run(*EXPLAINED[asked], *SITUATION, env={"PYTHONHASHSEED": seed}) for seed in ("0", "1", "2")]
    assert [(one.exit, one.stderr) for one in ran] == [(0, "")] * 3
    assert ran[0].stdout
    assert {one.stdout for one in ran} == {ran[0].stdout}


def test_from_another_folder(run: Run, expected: str, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_bytes(example("document_understanding").read_bytes())
    ran = run("recommend", "--answers", "answers.yaml", "--no-detect", "--json", cwd=tmp_path)
    assert ran.stdout == expected


def test_with_nothing_stored_and_then_with_what_that_left(run: Run, expected: str, tmp_path: Path) -> None:
    env = {"ADVISOR_HOME": str(tmp_path / "home")}
    assert run(*ARGUMENTS, env=env).stdout == expected
    assert (tmp_path / "home" / "cache").is_dir()
    assert run(*ARGUMENTS, env=env).stdout == expected


def test_where_nothing_can_be_stored(run: Run, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    ran = run(*ARGUMENTS, env={"ADVISOR_HOME": str(file)})
    assert (ran.stdout, ran.stderr) == (expected, "")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"key": "other", "base": {}}', b"[" * 100_000])
def test_with_a_damaged_cache(run: Run, expected: str, tmp_path: Path, damage: bytes) -> None:
    cache = tmp_path / "cache" / "knowledge.json"
    cache.parent.mkdir()
    cache.write_bytes(damage)
    ran = run(*ARGUMENTS, env={"ADVISOR_HOME": str(tmp_path)})
    assert (ran.stdout, ran.stderr) == (expected, "")


def test_on_another_day(run: Run, expected: str, tmp_path: Path) -> None:
    ran = run(*ARGUMENTS, env=shim(tmp_path, ANOTHER_DAY))
    assert (ran.stdout, ran.stderr) == (expected, "")


def test_nothing_of_the_machine_is_read(run: Run, expected: str, tmp_path: Path) -> None:
    watched = {**shim(tmp_path, WATCHED), **UNWATCHED}
    ran = run(*ARGUMENTS, env=watched)
    assert (ran.stdout, ran.stderr) == (expected, "")
    started = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])"
    assert "subprocess.Popen" in run(program=("-c", started), env=watched).stderr


def test_yaml_json_and_settings_of_the_same_answers_give_the_same_bytes(run: Run) -> None:
    ways = (
        run("recommend", "--set", "task=train", "--set", "domain=cv", "--no-detect", "--json"),
        run("recommend", "--answers", "-", "--no-detect", "--json", stdin="domain: cv\ntask: train\n"),
        run("recommend", "--answers", "-", "--no-detect", "--json", stdin='{"task": "train", "domain": "cv"}'),
    )
    assert len({ran.stdout for ran in ways}) == 1


def test_the_command_on_a_page_makes_the_same_page_again(run: Run, tmp_path: Path) -> None:
    policy = resources.knowledge() / "policies" / "example.yaml"
    (tmp_path / "policy.yaml").write_bytes(policy.read_bytes())
    asked = ("--options", "pytorch,jax", "--policy", policy, "--as-of", "2026-12-01", "--format", "html")
    page = run("recommend", *SITUATION, *asked).stdout
    given, command = (unescape(text) for text in re.findall(r"<pre>(.+?)</pre>", page, re.DOTALL)[-2:])
    (tmp_path / "answers.json").write_text(given, encoding="utf-8")
    assert run(*command.split()[1:], cwd=tmp_path).stdout == page
