"""A bug becomes a report, Ctrl-C and a closed pipe end the program quietly."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cli.program import Run, environment, start

LINE = json.dumps({"id": 1, "answers": {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu"}}) + "\n"
BATCH = ("recommend", "--batch", "-", "--json", "--no-detect")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")

BROKEN = """
import sys
from importlib.util import find_spec
from pathlib import Path

def lost(*_, **__):
    raise RuntimeError(f"lost {Path.home() / 'private' / 'file'}")

def broken():
    from advisor.cli import session
    session.open_session = lost
    from advisor.cli.main import main
    return main(["recommend", "--set", "domain=cv", "--no-detect"])
"""
RUN_BROKEN = ("-c", "import sys, broken; sys.exit(broken.broken())")
SHELL = ("-c", "import os, sys; os.execvp('sh', ['sh', *sys.argv[1:]])")


def user_home(folder: Path) -> dict[str, str]:
    """The variables of a user in whose home folder a broken program lies."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "broken.py").write_text(BROKEN, encoding="utf-8")
    return {"HOME": str(folder), "USERPROFILE": str(folder), "PYTHONPATH": str(folder)}


def test_a_bug_is_3_and_its_report_holds_no_home_path(run: Run, tmp_path: Path) -> None:
    user = tmp_path / "users" / "ada"
    ran = run(program=RUN_BROKEN, env={**user_home(user), "ADVISOR_HOME": str(user / "stored")})
    (report,) = (user / "stored" / "reports").iterdir()
    assert (ran.exit, ran.stdout) == (3, "")
    assert ran.stderr == f"advisor: a bug, not your mistake: RuntimeError. Please report it with {report}.\n"
    text = report.read_text(encoding="utf-8")
    assert "RuntimeError: lost ~" in text
    assert "open_session" in text
    assert str(user) not in text


def test_a_report_is_written_elsewhere_where_nothing_can_be_stored(run: Run, tmp_path: Path) -> None:
    env = {"ADVISOR_HOME": str(tmp_path / "broken.py" / "none"), "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}
    ran = run(program=RUN_BROKEN, env={**user_home(tmp_path), **env})
    assert ran.exit == 3
    assert [str(report) in ran.stderr for report in tmp_path.glob("advisor-bug-*.txt")] == [True]


@POSIX
def test_a_home_folder_at_the_root_leaves_a_report_readable(run: Run, tmp_path: Path) -> None:
    env = {**user_home(tmp_path / "program"), "HOME": "/", "ADVISOR_HOME": str(tmp_path / "stored")}
    assert run(program=RUN_BROKEN, env=env).exit == 3
    (report,) = (tmp_path / "stored" / "reports").iterdir()
    assert "lost /private/file" in report.read_text(encoding="utf-8")


@POSIX
def test_an_interrupt_is_130(home: Path) -> None:
    process = start(*BATCH, home=home)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(LINE)
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "advisor: interrupted\n")


def test_a_batch_is_answered_line_by_line(home: Path) -> None:
    process = start(*BATCH, home=home)
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(2):
        process.stdin.write(LINE)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["status"] == "decided"
    rest, said = process.communicate(timeout=20)
    assert (process.returncode, rest, said) == (0, "", "")


@POSIX
def test_a_reader_that_has_seen_enough_ends_a_batch_quietly(home: Path) -> None:
    process = start(*BATCH, home=home)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(LINE * 40)
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.stdout.close()
    process.stdout = None
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "")


@POSIX
@pytest.mark.parametrize("arguments", [("--help",), (), ("schema", "answers"), ("recommend", "--set", "domain=cv")])
def test_nobody_reading_is_no_error(home: Path, arguments: tuple[str, ...]) -> None:
    read, written = os.pipe()
    os.close(read)
    try:
        process = start_into(written, arguments, home)
    finally:
        os.close(written)
    assert process == (0, "")


@POSIX
def test_a_pipe_for_the_output_is_written_to_and_stays_a_pipe(home: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = start("recommend", "--set", "domain=cv", "--no-detect", "--output", pipe, home=home)
    assert pipe.read_text(encoding="utf-8").startswith("Build on")
    assert process.communicate(timeout=20) == ("", "")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@POSIX
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("recommend", "--no-detect", "--answers", "-"), "advisor: standard input: it is closed. Name a file.\n"),
        (("measurements", "import", "-"), "advisor: standard input: it is closed. Name a file.\n"),
        (("knowledge", "import", "-"), "advisor: standard input: it is closed. Name a file.\n"),
        pytest.param(
            ("mcp",),
            "advisor: mcp: it speaks through standard input and output, and one of them is closed.\n",
            marks=pytest.mark.skipif(find_spec("mcp") is None, reason="it takes a package that is not installed"),
        ),
        (BATCH, "advisor: standard input: the batch cannot be read: Bad file descriptor. Check the path.\n"),
    ],
)
def test_standard_input_that_is_closed_is_no_bug(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "advisor", *arguments, program=SHELL)
    assert (ran.exit, ran.stdout, ran.stderr) == (2, "", said)


@POSIX
@pytest.mark.parametrize(
    ("arguments", "status"), [(("recommend", "--set", "domain=lmm", "--set", "task=trian"), 2), (("--version",), 0)]
)
def test_nobody_reading_what_goes_wrong_changes_no_exit_status(
    home: Path, arguments: tuple[str, ...], status: int
) -> None:
    read, written = os.pipe()
    os.close(read)
    try:
        command = [sys.executable, "-m", "advisor", *arguments]
        done = subprocess.run(command, stdout=written, stderr=written, env=environment(home), check=False)
    finally:
        os.close(written)
    assert done.returncode == status


@POSIX
def test_standard_error_that_is_closed_changes_no_exit_status(run: Run) -> None:
    wrong = ("recommend", "--set", "domain=lmm")
    ran = run("-c", 'exec "$@" 2>&-', "sh", sys.executable, "-m", "advisor", *wrong, program=SHELL)
    assert (ran.exit, ran.stdout, ran.stderr) == (2, "", "")


def start_into(descriptor: int, arguments: tuple[str, ...], home: Path) -> tuple[int, str]:
    """Exit status and talk of a run whose standard output is this descriptor."""
    done = subprocess.run(
        [sys.executable, "-m", "advisor", *arguments],
        stdout=descriptor,
        stderr=subprocess.PIPE,
        env=environment(home),
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stderr


LONG = "a" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("intake", LONG),
        ("recommend", "--set", "domain=cv", "--no-detect", "--knowledge", LONG),
        ("recommend", "--set", "domain=cv", "--no-detect", "--rules", LONG),
        ("recommend", "--set", "domain=cv", "--no-detect", "--output", LONG),
        ("recommend", "--set", "domain=cv", "--no-detect", "--lock", LONG),
    ],
)
def test_a_name_that_is_too_long_for_any_file_is_a_mistake_and_no_bug(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert ran.exit == 2
    assert LONG in ran.stderr
