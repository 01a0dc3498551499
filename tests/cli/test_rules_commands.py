"""`advisor rules`: the rulebook, whether it is sound, and all of it as a document, told from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from advisor import resources
from advisor.cli.main import main
from advisor.loading.knowledge import load
from cli.program import Ran, Run
from cli.small_base import SmallBase, made

RULES = "rules/eligibility/options.yaml"


@pytest.fixture
def small(tmp_path: Path) -> SmallBase:
    base = made(tmp_path)
    # Nothing asks for the framework that was asked for, which is no fault of these rules.
    base.edit("knowledge/vocabulary.yaml", "words: [red, blue]}", "words: [red, blue], silent: [red, blue]}")
    return base


class Tell(Protocol):
    """Runs a command over the small base in this process."""

    def __call__(self, *arguments: str | Path) -> Ran: ...


@pytest.fixture
def tell(small: SmallBase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tell:
    monkeypatch.setattr(resources, "knowledge", lambda: small.root / "knowledge")
    monkeypatch.setattr(resources, "rules", lambda: small.root / "rules")
    monkeypatch.setenv("ADVISOR_HOME", str(small.root.parent / "home"))

    def tell(*arguments: str | Path) -> Ran:
        status = main([*map(str, arguments)])
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    return tell


def lines(ran: Ran, label: str) -> list[str]:
    return [line.removeprefix(f"{label}: ") for line in ran.stdout.splitlines() if line.startswith(f"{label}: ")]


# check


def test_a_sound_rulebook_passes(tell: Tell) -> None:
    ran = tell("rules", "check")
    assert (ran.exit, ran.stderr) == (0, "")
    assert ran.stdout.startswith("1 rules: eligibility 1.\n")
    assert lines(ran, "problem") == []


FAULTS = {
    "a rule that does not fire": (
        "fires: {answers: {train_os: mac, train_hw: cpu}, option: red}",
        "fires: {answers: {train_os: linux, train_hw: gpu}, option: red}",
        "it does not fire in its own example: at_train.accelerator is none does not hold.",
    ),
    "a near miss that fires": (
        "misses: {answers: {train_os: linux, train_hw: cpu}, option: red}",
        "misses: {answers: {train_os: mac, train_hw: gpu}, option: red}",
        "it fires in its near miss as well.",
    ),
    "a condition that cannot hold": (
        "when: {at_train.accelerator: none}",
        "when: {at_train.accelerator: none, train_os: unknown}",
        "it can never hold: at_train.accelerator is none and train_os is unknown cannot be together.",
    ),
    "a silent not": (
        "when: {at_train.accelerator: none}",
        "when: {at_train.accelerator: none, not: {requested_framework: blue}}",
        "while requested_framework is open, which the rest allows, `not` keeps it from firing",
    ),
    "a message that cannot be filled in": (
        "message: It does not run there.",
        "message: It does not run as {requested_framework}.",
        "requested_framework cannot be filled in where it fires.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_place_and_what_to_do(fault: str, small: SmallBase, tell: Tell) -> None:
    old, new, says = FAULTS[fault]
    small.edit(RULES, old, new)
    ran = tell("rules", "check")
    assert ran.exit == 2
    (problem,) = (line for line in lines(ran, "problem") if says in line)
    assert problem.startswith(f"{RULES}:4 ELI-001: ")
    assert problem.endswith(".")


def test_a_house_has_its_own_rules_checked_beside_the_others(tell: Tell, small: SmallBase, tmp_path: Path) -> None:
    text = (small.root / RULES).read_text(encoding="utf-8")
    folder = tmp_path / "house" / "eligibility"
    folder.mkdir(parents=True)
    (folder / "ours.yaml").write_text(text.replace("ELI-001", "ours.1").replace("What does", "Ours"), encoding="utf-8")
    ran = tell("rules", "check", "--rules", folder.parent, "--json")
    assert ran.exit == 2
    (problem,) = ran.document["problems"]
    assert (problem["check"], problem["about"]) == ("shadowed", "ELI-001")
    assert problem["message"] == "whenever it fires, ours.1 does as well, with the same effect."


def test_the_document_has_everything_that_was_found(tell: Tell) -> None:
    document = tell("rules", "check", "--json").document
    assert set(document) == {"rules", "problems", "notes", "coverage", "books"}
    assert document["coverage"] == {"cases": 0, "covered": 0, "uncovered": ["ELI-001"], "rules": 1, "share": 0.0}
    assert [book["name"] for book in document["books"]] == ["situation", "option", "verdict"]
    assert {limit["limit"] for limit in document["books"][1]["limits"]} >= {"ways in all", "uses of a comparison"}


def test_rules_that_cannot_be_read_are_told_as_everywhere(tell: Tell, small: SmallBase) -> None:
    small.edit(RULES, "when: {at_train.accelerator: none}", "when: {at_train.acelerator: none}")
    ran = tell("rules", "check")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "Did you mean 'at_train.accelerator'?" in ran.stderr


@pytest.mark.slow
def test_the_shipped_rulebook_is_checked_within_seconds(run: Run, tmp_path: Path) -> None:
    ran = run("rules", "check", "--output", tmp_path / "found.txt")
    assert ran.stderr == ""
    assert ran.stdout == ""
    assert (tmp_path / "found.txt").read_text(encoding="utf-8").startswith(f"{len(load().rules)} rules: ")


# list, show, reference


def test_rules_are_listed_by_phase(run: Run) -> None:
    ran = run("rules", "list", "eligibility", "--json")
    assert ran.exit == 0
    assert {rule["phase"] for rule in ran.document} == {"eligibility"}
    assert "ELI-003" in {rule["id"] for rule in ran.document}
    assert all(rule["place"].startswith("rules/eligibility/") for rule in ran.document)


def test_all_rules_are_listed_where_no_phase_is_named(tell: Tell) -> None:
    assert tell("rules", "list").stdout == "ELI-001   What does not run on the chip cannot be the primary\n"
    assert tell("rules", "list", "stack").stdout == "There are no such rules.\n"


def test_a_phase_that_there_is_not_is_refused(run: Run) -> None:
    ran = run("rules", "list", "elegibility")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "elegibility" in ran.stderr


def test_a_rule_is_shown_with_its_condition_and_examples(run: Run) -> None:
    ran = run("rules", "show", "ELI-003")
    assert ran.exit == 0
    assert "when           maintenance is retired" in ran.stdout
    assert "then           exclude the option" in ran.stdout
    assert "option mxnet" in ran.stdout


@pytest.mark.parametrize("name", ["ELI-001", "rule.ELI-001", "ELI-001@red"])
def test_a_rule_is_found_under_each_of_its_names(name: str, tell: Tell) -> None:
    assert tell("rules", "show", name).stdout.startswith("ELI-001  What does not run")
    assert tell("rules", "show", name, "--json").document["id"] == "ELI-001"


def test_an_unknown_rule_is_refused_with_the_nearest(tell: Tell) -> None:
    ran = tell("rules", "show", "ELI-01")
    assert (ran.exit, ran.stdout) == (2, "")
    assert ran.stderr == "advisor: rules show: 'ELI-01' is no rule. Did you mean 'ELI-001'?\n"


def test_knowledge_shows_a_rule_in_the_same_words(tell: Tell) -> None:
    assert tell("knowledge", "show", "ELI-001").stdout == tell("rules", "show", "ELI-001").stdout


def test_the_reference_is_printed_or_written(tell: Tell, tmp_path: Path) -> None:
    printed = tell("rules", "reference").stdout
    assert printed.startswith("Made by `advisor rules reference --output rules/README.md`")
    assert "**ELI-001** What does not run on the chip cannot be the primary" in printed
    assert tell("rules", "reference", "--output", tmp_path / "README.md").stdout == ""
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == printed


def test_a_reference_beside_the_rules_is_no_rule_file(tell: Tell, small: SmallBase) -> None:
    before = tell("rules", "list", "--json").stdout
    tell("rules", "reference", "--output", small.root / "rules" / "README.md")
    ran = tell("rules", "list", "--json")
    assert (ran.exit, ran.stdout) == (0, before)


def test_without_a_command_it_says_which_there_are(tell: Tell) -> None:
    ran = tell("rules")
    assert ran.exit == 2
    assert "advisor rules --help" in ran.stderr
