"""`advisor doctor` from outside: of this machine, of a recorded one, and of one that the user describes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import advisor
from cli.program import Run, example

MACHINES = Path(__file__).parents[1] / "machines"


def machine(name: str) -> Path:
    return MACHINES / name / "recording.json"


def test_it_says_what_is_here_and_fits_a_terminal(run: Run) -> None:
    ran = run("doctor")
    assert (ran.exit, ran.stderr) == (0, "")
    headings = [line for line in ran.stdout.splitlines() if line and not line.startswith(" ")]
    assert headings[0].startswith(f"advisor {advisor.__version__}")
    assert headings[1:4] == ["Machine", "Accelerators", "Frameworks"]
    assert all(len(line) <= 80 for line in ran.stdout.splitlines() if "$ " not in line and sys.executable not in line)


def test_its_json_has_the_same_with_the_source_of_each_value(run: Run) -> None:
    found = run("doctor", "--json").document
    assert found["machine"]["cores"] >= 1
    assert found["machine"]["sources"]["cores"]
    assert {"builds", "frameworks", "advice", "measured", "home", "engine", "advisor"} <= set(found)
    assert all({"about", "message", "commands"} == set(one) for one in found["advice"])


def test_a_machine_can_be_saved_and_diagnosed_elsewhere(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "machine.json"
    saved = run("doctor", "--save", file)
    assert (saved.exit, saved.stdout) == (0, "")
    assert "look through it" in saved.stderr
    here, there = run("doctor", "--json").document, run("doctor", "--from", file, "--json").document
    volatile = {"throttled"}
    assert {k: v for k, v in there["machine"].items() if k not in volatile} == {
        k: v for k, v in here["machine"].items() if k not in volatile
    }
    assert [build["version"] for build in there["builds"]] == [build["version"] for build in here["builds"]]


def test_a_recording_goes_to_standard_output_too(run: Run) -> None:
    assert run("doctor", "--save", "-").document["schema"] == "advisor/recording/1"


def test_a_build_for_the_processor_beside_a_card_is_the_first_thing_to_mend(run: Run) -> None:
    ran = run("doctor", "--from", machine("nvidia_workstation"))
    assert "NVIDIA GeForce RTX 4090, 24 GB, compute capability 8.9, driver 550.54.14" in ran.stdout
    said = " ".join(ran.stdout.split())
    assert "1. PyTorch 2.9.1+cpu is built for the CPU only, and will not use the NVIDIA GeForce RTX 4090." in said
    assert "$ PYTHON -m pip install --force-reinstall torch\n" in ran.stdout
    assert "measured" not in ran.stdout


def test_equal_cards_are_counted(run: Run) -> None:
    assert "8 x NVIDIA H100 80GB HBM3, 79.6 GB" in run("doctor", "--from", machine("dgx_h100")).stdout


def test_where_nothing_is_wrong_it_says_so(run: Run) -> None:
    assert run("doctor", "--from", machine("apple_m3_max")).stdout.endswith("Nothing is wrong.\n")


def test_what_the_user_says_counts(run: Run) -> None:
    found = run("doctor", "--from", machine("apple_m3_max"), "--machine", "cores=4", "--json").document
    assert found["machine"]["cores"] == 4
    assert found["machine"]["sources"]["cores"] == "--machine"


def test_a_recommendation_is_for_the_machine_that_the_user_describes(run: Run) -> None:
    told = ("--machine", "os=windows_wsl2", "--machine", "accelerators=amd_gpu:Radeon:24")
    answers = ("recommend", "--set", "domain=cv", "--set", "here=train", "--depth", "core", "--json")
    found = run(*answers, *told).document
    assert found["origins"]["train_hw"] == "detected"
    assert {"train_os": "windows_wsl2", "train_hw": "amd_gpu"}.items() <= found["answers"].items()


@pytest.mark.parametrize("command", ["doctor", "probe", "recommend"])
def test_what_makes_no_sense_is_refused_all_at_once(run: Run, command: str) -> None:
    answers = ("--answers", example("laptop")) if command == "recommend" else ()
    ran = run(command, *answers, "--machine", "cores=none", "--machine", "colour=red")
    assert (ran.exit, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 2
    assert "--machine cores: 'none' is no whole number" in ran.stderr
    assert "'colour=red'" in ran.stderr


@pytest.mark.parametrize("command", [("recommend",), ("why", "pytorch")])
def test_a_machine_that_is_not_looked_at_cannot_be_described(run: Run, command: tuple[str, ...]) -> None:
    ran = run(*command, "--set", "domain=cv", "--no-detect", "--machine", "cores=4")
    assert ran.exit == 2
    assert "no machine to speak of" in ran.stderr


@pytest.mark.parametrize("with_", [("--save", "x"), ("--start",)])
def test_a_recording_is_only_read(run: Run, with_: tuple[str, ...], tmp_path: Path) -> None:
    ran = run("doctor", "--from", machine("dgx_h100"), *with_, cwd=tmp_path)
    assert ran.exit == 2
    assert "a recording is of another machine" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_saved_is_what_was_read(run: Run, tmp_path: Path) -> None:
    ran = run("doctor", "--save", tmp_path / "x", "--start", "--machine", "cores=4")
    assert ran.exit == 2
    assert "--save with --machine" in ran.stderr
    assert "--save with --start" in ran.stderr


def test_what_is_no_recording_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"schema": "advisor/measurements/1"}), encoding="utf-8")
    ran = run("doctor", "--from", file)
    assert ran.exit == 2
    assert "no recording of a machine" in ran.stderr


def test_what_a_recording_says_does_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    told = json.loads(machine("graviton3").read_text(encoding="utf-8"))
    told["files"]["/proc/cpuinfo"] = "model name\t: A \x1b[31mB\n"
    file = tmp_path / "x.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    ran = run("doctor", "--from", file)
    assert ran.exit == 0
    assert "\x1b" not in ran.stdout


@pytest.mark.slow
@pytest.mark.frameworks
def test_frameworks_say_what_they_see_when_they_are_started(run: Run) -> None:
    found = run("doctor", "--start", "--json").document
    started = {each["framework"]: each["devices"] for each in found["frameworks"] if each["devices"]}
    names = [(each["framework"], each["variant"]) for each in found["frameworks"]]
    assert started
    assert all("cpu" in devices for devices in started.values())
    assert len(set(names)) == len(names)
