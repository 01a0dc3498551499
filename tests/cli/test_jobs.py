"""A batch shared out among processes says what one process says, and leaves none of them behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cli.program import Run, start

ARGUMENTS = ("recommend", "--batch", "-", "--json", "--no-detect", "--depth", "core")
SHARED = (*ARGUMENTS, "--jobs", "2")
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals are sent")
DOMAINS = ("cv", "llm", "bayesian", "tabular", "rl", "graph")


def lines(number: int) -> str:
    answers = [{"domain": DOMAINS[i % len(DOMAINS)], "accelerator_count": i} for i in range(number)]
    return "".join(json.dumps({"id": i, "answers": given}) + "\n" for i, given in enumerate(answers))


@pytest.fixture
def shared(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A batch that is shared out, with its first line answered and more to come."""
    process = start(*SHARED, home=home)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(lines(1))
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 0
    yield process
    process.kill()
    process.communicate()


def crew(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that share the work."""
    children = psutil.Process(process.pid).children(recursive=True)
    found = [child for child in children if "multiprocessing.spawn" in " ".join(child.cmdline())]
    assert found
    return found


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=30)
    return not alive


def test_the_bytes_are_those_of_one_process_in_the_order_of_the_lines(run: Run) -> None:
    given = lines(30) + '{broken\n{"id": "w", "answers": {"domian": "cv"}}\n\n' + lines(3)
    alone = run(*ARGUMENTS, stdin=given)
    assert len(alone.lines) == 35
    for jobs in (["--jobs", "2"], ["--jobs", "3"], ["--jobs"], ["--jobs", "1"]):
        assert run(*ARGUMENTS, *jobs, stdin=given) == alone


def test_overlays_and_the_machine_count_in_every_process(run: Run, tmp_path: Path) -> None:
    (tmp_path / "criteria").mkdir()
    detected = [argument for argument in ARGUMENTS if argument != "--no-detect"]
    options = ("--knowledge", tmp_path, "--options", "jax,pytorch", "--as-of", "2026-11-01")
    alone = run(*detected, *options, stdin=lines(4))
    assert {option["option"] for answer in alone.lines for option in answer["ranking"]} <= {"jax", "pytorch"}
    assert run(*detected, *options, "--jobs", "2", stdin=lines(4)) == alone


def test_a_file_is_written_whole(run: Run, tmp_path: Path) -> None:
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text(lines(8), encoding="utf-8")
    ran = run("recommend", "--batch", given, *ARGUMENTS[3:], "--jobs", "2", "--output", out)
    assert (ran.exit, ran.stdout, ran.stderr) == (0, "", "")
    assert [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()] == list(range(8))


def test_an_answer_does_not_wait_for_the_next_line(shared: subprocess.Popen[str]) -> None:
    rest, said = shared.communicate(lines(2), timeout=60)
    assert (shared.returncode, said) == (0, "")
    assert [json.loads(line)["id"] for line in rest.splitlines()] == [0, 1]


@POSIX
def test_an_interrupt_ends_every_process(shared: subprocess.Popen[str]) -> None:
    processes = crew(shared)
    shared.send_signal(signal.SIGINT)
    _, said = shared.communicate(timeout=60)
    assert (shared.returncode, said) == (130, "advisor: interrupted\n")
    assert gone(processes)


@POSIX
def test_no_process_outlives_one_that_is_killed(shared: subprocess.Popen[str]) -> None:
    processes = crew(shared)
    shared.kill()
    assert gone(processes)


@POSIX
def test_a_reader_that_has_seen_enough_ends_it_quietly(shared: subprocess.Popen[str]) -> None:
    processes = crew(shared)
    assert shared.stdin is not None
    assert shared.stdout is not None
    shared.stdin.write(lines(40))
    shared.stdin.flush()
    shared.stdout.close()
    shared.stdout = None
    _, said = shared.communicate(timeout=60)
    assert (shared.returncode, said) == (0, "")
    assert gone(processes)


@POSIX
def test_a_process_that_is_killed_is_told_without_a_traceback(shared: subprocess.Popen[str]) -> None:
    processes = crew(shared)
    for process in processes:
        process.kill()
    time.sleep(0.5)
    _, said = shared.communicate(lines(2), timeout=60)
    assert shared.returncode == 2
    assert said.startswith("advisor: --jobs: a process that shared the work was killed")
    assert "Use fewer" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("number", ["0", "61", "-1", "two", "1.5"])
def test_a_number_that_makes_no_sense_is_refused(run: Run, number: str) -> None:
    ran = run(*ARGUMENTS, f"--jobs={number}")
    assert ran.exit == 2
    assert f"'{number}' is no whole number from 1 to 60" in ran.stderr


def test_one_recommendation_is_not_shared_out(run: Run) -> None:
    ran = run("recommend", "--set", "domain=cv", "--jobs", "2")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "--jobs" in ran.stderr


def test_a_file_that_is_not_there_is_told_as_ever(run: Run, tmp_path: Path) -> None:
    arguments = ("recommend", "--batch", tmp_path / "none.jsonl", "--json")
    assert run(*arguments, "--jobs", "2") == run(*arguments)
