"""Installs everything the tests need and runs them all: `python3 tests/run.py`.

Static checks run over the checkout; the suite runs from a copy of `tests/` against the built wheel, real frameworks
included; what fails beside other tests runs once more, alone. What cannot run on this machine is reported as not run,
with the reason. Needs Python 3.11 or later, and a C compiler below 3.13; everything else goes into `.venv-tests`. With
`--coverage`, which takes more than twice as long, it also holds how much of the program they run against a floor.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-tests"
MXNET = ROOT / ".venv-tests-mxnet"
"""MXNet wants a NumPy that no other framework gets on with."""
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
LEFT_OUT = ROOT / ".tests-not-run.txt"
AGAIN = ("--last-failed", "--last-failed-no-failures", "none", "--maxfail=3", "-m", "not checkout and not frameworks")
"""Many tests watch processes that have seconds for something while other tests run beside them: what failed is run once
more, alone. A fault of the program shows then too, and every failure stays in what is printed."""
COVERAGE_FLOOR = 90
"""Percent of lines and branches."""


def python_of(environment: Path) -> Path:
    """The interpreter of an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


PYTHON = python_of(VENV)


def main() -> int:
    """Run every step to its end, so that one failure does not hide the next; 0 where all of them passed."""
    began = time.monotonic()
    wheel = install()
    failed = [name for name, command in static_checks(wheel).items() if not ran(name, command, ROOT)]
    with tempfile.TemporaryDirectory(prefix="advisor-tests-") as folder:
        failed += suite(Path(folder), covered="--coverage" in sys.argv[1:])
    say(f"{time.monotonic() - began:.0f} s")
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def install() -> Path:
    """The environment with wheel, frameworks and tools; made anew when what it is made of changed."""
    stamp = VENV / "stamp"
    wanted = hashlib.sha256(
        b"".join(path.read_bytes() for path in (ROOT / "pyproject.toml", ROOT / "constraints.txt"))
        + sys.version.encode()
    ).hexdigest()
    constrained = ["-c", str(ROOT / "constraints.txt")]
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(VENV, ignore_errors=True)
        must([sys.executable, "-m", "venv", str(VENV)])
        must([str(PYTHON), "-m", "pip", "install", "-q", "--upgrade", "pip"])
        must([str(PYTHON), "-m", "pip", "install", "-q", *constrained, "--group", "test", f"{ROOT}[all]"])
        stamp.write_text(wanted, encoding="utf-8")
    install_mxnet()
    dist = VENV / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    must([str(PYTHON), "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)], quiet=True)
    wheel = next(dist.glob("*.whl"))
    must([str(PYTHON), "-m", "pip", "install", "-q", "--no-deps", "--force-reinstall", str(wheel)])
    return wheel


def install_mxnet() -> None:
    """The environment of MXNet, as `advisor env create mxnet` would make it; none where it has no packages."""
    done = MXNET / "stamp"
    here = (sys.platform, platform.machine()) == ("linux", "x86_64") and sys.version_info < (3, 12)
    if done.is_file() or not here:
        return
    shutil.rmtree(MXNET, ignore_errors=True)
    must([sys.executable, "-m", "venv", str(MXNET)])
    must([str(python_of(MXNET)), "-m", "pip", "install", "-q", "mxnet==1.9.1", "numpy==1.23.5"])
    done.touch()


def static_checks(wheel: Path) -> dict[str, list[str]]:
    """What is looked at without being run, by name."""
    return {
        "lint": [tool("ruff"), "check", "."],
        "format": [tool("ruff"), "format", "--check", "."],
        "types": [tool("mypy")],
        "import contracts": [tool("lint-imports")],
        "wheel contents": [tool("check-wheel-contents"), str(wheel)],
    }


def suite(folder: Path, *, covered: bool) -> list[str]:
    """The tests against the installed wheel, then those of the checkout itself, then coverage where it is asked for."""
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    reports = tuple(folder / f"{name}.xml" for name in ("wheel", "frameworks", "checkout"))
    failed = []
    pytest = [tool("coverage"), "run", "-m", "pytest"] if covered else [tool("pytest")]
    together = ["-n", "logical", "--dist", "loadfile"]
    measured = [*pytest, *together, "-m", "not checkout and not frameworks", f"--junitxml={reports[0]}"]
    if not ran("tests", measured, folder) and not ran("tests that failed, alone", [*pytest, *AGAIN], folder):
        failed.append("tests")
    alone = [*pytest, "-m", "frameworks and not checkout", f"--junitxml={reports[1]}"]
    if not ran("tests with real frameworks", alone, folder):
        failed.append("tests with real frameworks")
    checkout = [tool("pytest"), "-q", "-m", "checkout", "-p", "no:cacheprovider", f"--junitxml={reports[2]}"]
    if not ran("tests of the checkout", checkout, ROOT):
        failed.append("tests of the checkout")
    if covered:
        must([tool("coverage"), "combine", "-q"], folder, quiet=True)
        if not ran("coverage", [tool("coverage"), "report", f"--fail-under={COVERAGE_FLOOR}"], folder):
            failed.append("coverage")
    report_left_out(reports)
    return failed


def report_left_out(reports: tuple[Path, ...]) -> None:
    """Say which tests did not run and why, and leave the list beside the checkout's files."""
    lines = [
        f"{case.get('classname')}.{case.get('name')}: {skipped.get('message')}"
        for report in reports
        if report.is_file()
        for case in ET.parse(report).iter("testcase")  # noqa: S314  (written by pytest a moment ago)
        for skipped in case.iter("skipped")
    ]
    LEFT_OUT.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    say(f"not run: {len(lines)}")
    for line in lines:
        say(f"  {line}")


def tool(name: str) -> str:
    """A program of the environment."""
    return str(BIN / (f"{name}.exe" if os.name == "nt" else name))


def ran(name: str, command: list[str], folder: Path) -> bool:
    """Run a step and say how it went."""
    say(name)
    done = subprocess.run(command, cwd=folder, check=False, env=environment())
    say(f"{name}: {'passed' if done.returncode == 0 else 'FAILED'}")
    return done.returncode == 0


def must(command: list[str], folder: Path = ROOT, *, quiet: bool = False) -> None:
    """Run a step without which nothing else makes sense."""
    done = subprocess.run(command, cwd=folder, check=False, env=environment(), capture_output=quiet, text=quiet)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed with {done.returncode}\n{done.stderr or ''}")


def environment() -> dict[str, str]:
    """The variables of this process, without those that would let the checkout shadow the wheel; where MXNet is."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "ADVISOR_HOME")}
    return {**kept, "ADVISOR_TEST_PYTHONS": f"mxnet={python_of(MXNET)}"} if MXNET.is_dir() else kept


def say(text: str) -> None:
    """One line of this script, told apart from those of the tools."""
    sys.stdout.write(f"== {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
