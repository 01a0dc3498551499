"""What the exit status says; a mistake of the user is told without a traceback."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from cli.program import Run, example

NO_DETECT = "--no-detect"


def test_an_answer_is_0(run: Run) -> None:
    ran = run("recommend", "--answers", example("driver_assistance"), NO_DETECT)
    assert (ran.exit, ran.stderr) == (0, "")
    assert ran.stdout.startswith("Build on")


def test_too_little_known_is_4_and_says_what_to_ask(run: Run) -> None:
    ran = run("recommend", "--answers", example("thin"), NO_DETECT, "--json")
    assert ran.exit == 4
    assert ran.document["status"] == "needs_more_info"
    assert ran.document["recommendation"]["primary"] == "needs_more_info"
    assert {"ask_more", "low_confidence"} <= {flag["code"] for flag in ran.document["flags"]}
    assert ran.document["questions"][0]["key"] in ("domain", "task")


def test_nothing_that_satisfies_every_answer_is_4(run: Run) -> None:
    settings = ("domain=cv", "task=train", "train_hw=cerebras", "constraints=patent_grant_required")
    ran = run("recommend", *(part for s in settings for part in ("--set", s)), NO_DETECT, "--json")
    assert ran.exit == 4
    assert ran.document["status"] == "no_feasible_option"
    assert ran.document["ranking"] == []
    assert all(excluded["findings"] for excluded in ran.document["excluded"])


def test_another_kind_of_tool_is_an_answer(run: Run) -> None:
    ran = run("recommend", "--set", "domain=optimisation", NO_DETECT, "--json")
    assert ran.exit == 0
    assert ran.document["status"] == "out_of_scope"
    assert ran.document["recommendation"]["primary"] == "none_of_these"
    assert [part["component"] for part in ran.document["recommendation"]["stack"]] == ["mip-solver", "or-tools"]


def test_a_batch_whose_every_line_produced_an_object_is_0(run: Run) -> None:
    assert run("recommend", "--batch", "-", NO_DETECT, "--json", stdin="nonsense\n").exit == 0


WRONG_USAGE = {
    "an unknown option": (["recommend", "--bogus"], "--bogus"),
    "an unknown command": (["reccomend"], "reccomend"),
    "an unknown schema": (["schema", "answer"], "answer"),
    "no answers": (["recommend"], "--answers FILE"),
    "a missing file": (["recommend", "--answers", "nowhere.yaml"], "nowhere.yaml"),
    "a folder for a file": (["recommend", "--answers", "."], "."),
    "a missing batch": (["recommend", "--batch", "nowhere.jsonl", "--json"], "nowhere.jsonl"),
    "a folder for a batch": (["recommend", "--batch", ".", "--json"], "."),
    "a batch in text": (["recommend", "--batch", "-"], "--json"),
    "a batch with answers": (["recommend", "--batch", "-", "--json", "--answers", "-"], "--batch"),
    "a batch with settings": (["recommend", "--batch", "-", "--json", "--set", "domain=cv"], "--batch"),
    "measuring without detecting": (["recommend", "--set", "domain=cv", NO_DETECT, "--probe", "run"], "--probe run"),
    "a setting without a value": (["recommend", "--set", "domain"], "KEY=VALUE"),
    "an option that is none": (["recommend", "--set", "domain=cv", "--options", "pytorhc"], "'pytorch'"),
    "a word for a number": (["recommend", "--set", "latency_ms=fast"], "fast"),
    "an unwritable output": (["recommend", "--set", "domain=cv", NO_DETECT, "--output", "no/where"], "no/where"),
    "a folder for the output": (["recommend", "--set", "domain=cv", NO_DETECT, "--output", "."], "its folder is there"),
    "a budget of no time": (["probe", "--budget", "0"], "--budget"),
    "an interpreter of nothing": (["probe", "--python", "jax"], "FRAMEWORK=INTERPRETER"),
    "an interpreter of nothing, not probed": (
        ["recommend", "--set", "domain=cv", "--python", "x"],
        "--python: 'x' is not",
    ),
    "a framework that cannot be probed": (["probe", "--frameworks", "toorch"], "toorch"),
    "a probe that is none": (["probe", "--probes-only", "gem"], "gem"),
}


@pytest.mark.parametrize(("arguments", "named"), WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage_is_2_and_is_named(run: Run, arguments: list[str], named: str) -> None:
    ran = run(*arguments)
    assert (ran.exit, ran.stdout) == (2, "")
    assert named in ran.stderr
    assert "Traceback" not in ran.stderr
    assert all(line.startswith("advisor: ") for line in ran.stderr.splitlines())


@pytest.mark.parametrize("name", ["", f"/{'a' * 90}.yaml"])
def test_a_file_that_is_not_there_is_named_in_full(run: Run, name: str) -> None:
    ran = run("recommend", "--no-detect", "--answers", name)
    place = f"{name}: " if name else ""
    told = f"advisor: {place}the answers cannot be read: No such file or directory. Check the path.\n"
    assert (ran.exit, ran.stdout, ran.stderr) == (2, "", told)


def test_an_argument_that_a_command_does_not_know_leads_to_its_help(run: Run) -> None:
    ran = run("hardware", "list", "--fast")
    assert (ran.exit, ran.stdout) == (2, "")
    assert ran.stderr == (
        "advisor: hardware list: unrecognized arguments: --fast. See `advisor hardware list --help`.\n"
    )


def test_every_mistake_in_the_settings_is_told_at_once(run: Run) -> None:
    settings = ("dmain=cv", "task=trian", "sizes.bach=1", "priorities.speed=maybe", "accelerator_count=-1")
    ran = run("recommend", *(part for s in settings for part in ("--set", s)))
    assert ran.exit == 2
    assert len(ran.stderr.splitlines()) == len(settings)
    for word in ("'domain'", "'train'", "'batch'", "maybe", "-1"):
        assert word in ran.stderr


def test_output_is_written_whole_and_nothing_is_left_beside_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text("before", encoding="utf-8")
    ran = run("recommend", "--set", "domain=cv", "--set", "task=train", NO_DETECT, "--json", "--output", file)
    assert (ran.exit, ran.stdout, ran.stderr) == (0, "", "")
    assert json.loads(file.read_text(encoding="utf-8"))["schema"] == "advisor/recommendation/1"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")
def test_an_output_that_is_there_keeps_its_mode_and_a_link_to_it_stays(run: Run, tmp_path: Path) -> None:
    kept, link = tmp_path / "kept", tmp_path / "link"
    kept.touch(mode=0o600)
    link.symlink_to(kept)
    assert run("recommend", "--no-detect", "--set", "domain=cv", "--output", link).stdout == ""
    assert (link.is_symlink(), stat.S_IMODE(kept.stat().st_mode)) == (True, 0o600)
    assert kept.read_text(encoding="utf-8").startswith("Build on")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (("recommend", "--no-detect", "--answers"), "domain: cv\ntask: train\n"),
        (("recommend", "--no-detect", "--json", "--batch"), '{"answers": {"domain": "cv"}}\n'),
        (("recommend", "--no-detect", "--set", "domain=cv", "--policy"), "name: acme\n"),
        (("what-if", "--no-detect", "task=train", "--answers"), "domain: cv\n"),
        (("portfolio", "--no-detect"), '{"answers": {"domain": "cv"}}\n'),
        (("policy", "check"), "name: acme\n"),
    ],
)
def test_no_output_takes_the_place_of_what_is_read(
    run: Run, tmp_path: Path, command: tuple[str, ...], text: str
) -> None:
    given = tmp_path / "given"
    given.write_text(text, encoding="utf-8")
    ran = run(*command, given, "--output", tmp_path / "." / "given")
    assert (ran.exit, ran.stdout, given.read_text(encoding="utf-8")) == (2, "", text)
    assert "--output: it would take the place of another file that is named here. Give them two names." in ran.stderr


def test_a_dash_as_output_is_standard_output(run: Run, tmp_path: Path) -> None:
    ran = run("recommend", "--no-detect", "--set", "domain=cv", "--output", "-", cwd=tmp_path)
    assert ran.stdout.startswith("Build on")
    assert [*tmp_path.iterdir()] == []


def test_help_and_version_are_0(run: Run) -> None:
    from advisor import __version__  # noqa: PLC0415  (named here only)

    assert run("--version").stdout == f"advisor {__version__}\n"
    for command in ("", "recommend", "probe", "doctor", "schema"):
        ran = run(*filter(None, [command]), "--help")
        assert (ran.exit, ran.stderr) == (0, "")
        assert ran.stdout.startswith(f"usage: advisor {command}".rstrip())


@pytest.mark.parametrize(
    "command", ["recommend", "why", "why-not", "how", "what-if", "probe", "doctor", "schema", "init"]
)
def test_the_help_of_a_command_says_what_it_does(run: Run, command: str) -> None:
    usage, about, *_ = run(command, "--help").stdout.split("\n\n")
    assert usage.startswith(f"usage: advisor {command} ")
    assert about[0].isupper()
    assert about.endswith(".")


def test_the_help_names_every_status_that_a_command_ends_with(run: Run) -> None:
    said = run("--help").stdout.replace("\n", " ").partition("Exit status: ")[2]
    assert [int(word) for word in said.replace(",", "").split() if word.isdecimal()] == [0, 2, 3, 4, 5, 6, 7, 130]


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    assert run().stdout == run("--help").stdout
