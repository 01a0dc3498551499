"""A framework that somebody adds in a folder takes part in everything; what is wrong in the folder is told at once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import main
from cli.program import Ran, Run

MADE_UP = Path(__file__).resolve().parents[1] / "cases" / "made_up"
LATTICE, WITHOUT, LATER = (("--knowledge", MADE_UP / name) for name in ("lattice", "without", "later"))
PARTS, RULES = ("--knowledge", MADE_UP / "parts"), ("--rules", MADE_UP / "rules")
SITUATION = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"}
SETTINGS = tuple(part for key, word in SITUATION.items() for part in ("--set", f"{key}={word}"))

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(run: Run) -> Ask:
    """The recommendation for the situation, with these arguments; each is asked for once."""
    known: dict[tuple[object, ...], Any] = {}

    def ask(*arguments: str | Path) -> Any:
        if arguments not in known:
            ran = run("recommend", *SETTINGS, "--no-detect", "--json", "--depth", "core", *arguments)
            assert (ran.exit, ran.stderr) == (0, "")
            known[arguments] = ran.document
        return known[arguments]

    return ask


def ranked(document: Any) -> dict[str, Any]:
    return {option["option"]: option for option in document["ranking"]}


def contributions(document: Any, option: str) -> dict[str, Any]:
    return {c["criterion"]: c for c in ranked(document)[option]["contributions"]}


def told(ran: Ran) -> list[str]:
    assert (ran.exit, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr
    assert all(line.startswith("advisor: ") for line in ran.stderr.splitlines())
    return [line.removeprefix("advisor: ") for line in ran.stderr.splitlines()]


def test_a_framework_that_is_one_file_is_ranked_on_its_facts(ask: Ask) -> None:
    shares = contributions(ask(*LATTICE), "lattice")
    for criterion, fact in {"hardware": "accelerator.linux.nvidia_gpu", "ecosystem": "ecosystem.cv"}.items():
        assert (shares[criterion]["value"], shares[criterion]["evidence"]) == (1.0, [f"lattice.{fact}"])


def test_what_it_does_not_say_is_neither_good_nor_bad(ask: Ask) -> None:
    shares = contributions(ask(*LATTICE), "lattice")
    unsaid = {name: share for name, share in shares.items() if not share["evidence"] and name != "speed"}
    assert "stability" in unsaid
    assert {share["value"] for share in unsaid.values()} == {0.5}
    assert {share["grade"] for share in unsaid.values()} == {"judged"}


def test_it_changes_the_score_of_no_other(ask: Ask) -> None:
    before, after = ask(), ask(*LATTICE)
    scores = {name: option["score"] for name, option in ranked(after).items()}
    assert scores.pop("lattice") > 0.5
    assert scores == {name: option["score"] for name, option in ranked(before).items()}
    assert [e["option"] for e in after["excluded"]] == [e["option"] for e in before["excluded"]]
    assert after["weights"] == before["weights"]


def test_its_facts_are_the_evidence_with_their_source(ask: Ask) -> None:
    evidence = {entry["id"]: entry for entry in ask(*LATTICE)["evidence"]}
    fact = evidence["lattice.accelerator.linux.nvidia_gpu"]
    assert fact["statement"] == "lattice.accelerator.linux.nvidia_gpu is stable. Since the first release."
    assert (fact["source"], fact["observed"]) == ("https://lattice.example/manual", "2026-03-04")
    assert fact["grade"] == "official"


def test_it_is_excluded_with_a_finding_where_its_accelerator_is_not_supported(ask: Ask) -> None:
    document = ask(*LATTICE, *WITHOUT)
    assert "lattice" not in ranked(document)
    (excluded,) = (entry for entry in document["excluded"] if entry["option"] == "lattice")
    findings = [finding for finding in document["findings"] if finding["id"] in excluded["findings"]]
    behind = [f for f in findings if "lattice.accelerator.linux.nvidia_gpu" in f["evidence"]]
    assert behind
    assert "none" in {f["facts"]["at_train.accelerator"] for f in behind}
    sources = {entry["id"]: entry["source"] for entry in document["evidence"]}
    assert sources["lattice.accelerator.linux.nvidia_gpu"] == "https://lattice.example/notice"


def test_it_can_be_asked_for_and_is_unknown_without_its_folder(run: Run, ask: Ask) -> None:
    asked = ("--set", "requested_framework=lattice")
    assert ask(*LATTICE, *asked)["answers"]["requested_framework"] == "lattice"
    (problem,) = told(run("recommend", *asked, "--no-detect"))
    assert "'lattice' is not a word of requested_framework" in problem


def test_it_is_compared_by_name(ask: Ask) -> None:
    assert set(ranked(ask(*LATTICE, "--options", "lattice,pytorch"))) == {"lattice", "pytorch"}


def test_it_takes_part_in_every_line_of_a_batch(run: Run) -> None:
    line = '{"id": 1, "answers": {"domain": "cv", "requested_framework": "lattice"}}\n'
    ran = run("recommend", "--batch", "-", "--json", "--no-detect", *LATTICE, stdin=line * 2)
    assert [{option["option"] for option in document["ranking"]} >= {"lattice"} for document in ran.lines] == [True] * 2


@pytest.mark.parametrize("licence", ["permissive", "proprietary"])
def test_it_makes_no_rule_of_the_program_unsound(run: Run, tmp_path: Path, licence: str) -> None:
    text = (LATTICE[1] / "frameworks" / "lattice.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "house" / "frameworks"
    folder.mkdir(parents=True)
    told = text.replace("licence_class: {value: permissive", f"licence_class: {{value: {licence}")
    (folder / "lattice.yaml").write_text(told, encoding="utf-8")
    ran = run("rules", "check", "--json", "--knowledge", folder.parent)
    assert (ran.exit, ran.document["problems"]) == (0, [])


def test_it_stands_in_the_table_and_is_shown(run: Run) -> None:
    table = run("knowledge", "table", "--options", "lattice,jax", "--json", *LATTICE).document
    assert table["subjects"] == ["lattice", "jax"]
    cells = {row["attribute"]: row["cells"] for row in table["rows"]}
    assert cells["maintenance"]["lattice"]["text"] == "active"
    assert "lattice" not in cells["security"]
    assert "jax" in cells["security"]
    shown = run("knowledge", "show", "lattice", "--json", *LATTICE).document
    assert (shown["name"], shown["origin"]) == ("Lattice", str(LATTICE[1]))
    assert "lattice" in run("knowledge", "table", *LATTICE).stdout


@pytest.mark.parametrize(
    "command", ["check", "show x", "table", "folklore", "stale", "draw", "diff HEAD", "refresh", "verify"]
)
def test_every_command_reads_the_folders_that_are_named(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere")
    assert main(["knowledge", *command.split(), "--knowledge", nowhere, "--rules", nowhere]) == 2
    problems = capsys.readouterr().err.splitlines()
    assert [problem.partition(" Expected")[0] for problem in problems] == [
        f"advisor: {nowhere}: there is no such folder."
    ] * 2


def test_a_fact_takes_the_place_of_one_of_the_programs_own_and_says_where_it_is_from(run: Run) -> None:
    own = run("knowledge", "show", "jax.learning_curve", "--json").document
    over = run("knowledge", "show", "jax.learning_curve", "--json", *LATTICE, *WITHOUT).document
    assert (own["origin"], over["origin"]) == ("", str(WITHOUT[1]))
    assert (over["value"], over["note"]) == ("gentle", "Our team knew it.")
    text = run("knowledge", "show", "jax.learning_curve", *LATTICE, *WITHOUT).stdout
    assert str(WITHOUT[1]) in "".join(line.strip() for line in text.splitlines())
    neighbour = run("knowledge", "show", "jax.abstraction", "--json", *LATTICE, *WITHOUT).document
    assert neighbour["origin"] == ""


@pytest.mark.parametrize(("order", "value"), [((WITHOUT, LATER), "moderate"), ((LATER, WITHOUT), "gentle")])
def test_of_two_folders_the_later_one_wins(run: Run, order: tuple[tuple[str, Path], ...], value: str) -> None:
    folders = [part for folder in (LATTICE, *order) for part in folder]
    shown = run("knowledge", "show", "jax.learning_curve", "--json", *folders).document
    assert (shown["value"], shown["origin"], shown["note"] != "") == (value, str(order[1][1]), value == "gentle")


def test_a_component_a_belief_and_a_denied_release_take_part(run: Run, ask: Ask) -> None:
    release = run("knowledge", "show", "component.lattice-server.release", "--json", *PARTS).document
    assert (release["value"], release["origin"]) == ("1.2.0 (2026-03-01)", str(PARTS[1]))
    assert "lattice-server" in run("knowledge", "table", "--components", "serving", *PARTS).stdout
    assert "lattice-needs-no-data" in run("knowledge", "folklore", *PARTS).stdout
    problems = run("knowledge", "check", "--json", *PARTS).document["problems"]
    (denied,) = (problem for problem in problems if "lattice-server" in problem)
    assert "It forgets what it served." in denied
    (flag,) = (flag for flag in ask(*PARTS)["flags"] if flag["code"] == "stale_folklore")
    assert "FOL-lattice-needs-no-data" in flag["findings"]


def test_a_criterion_takes_the_place_of_one_of_the_programs_own(ask: Ask) -> None:
    before, after = ({w["criterion"]: w["base"] for w in ask(*given)["weights"]} for given in ((), PARTS))
    assert list(before) == list(after)
    assert after["learning"] < before["learning"]
    values = {contributions(ask(*PARTS), option)["learning"]["value"] for option in ("pytorch", "jax")}
    assert values == {1.0}


def test_a_rule_takes_part(ask: Ask) -> None:
    before, after = ask(), ask(*RULES)
    assert {f["id"] for f in after["findings"]} - {f["id"] for f in before["findings"]} == {"OUR-001"}
    (weight,) = (w for w in after["weights"] if w["criterion"] == "learning")
    assert "OUR-001" in weight["moved_by"]
    (evidence,) = (e for e in after["evidence"] if e["id"] == "rule.OUR-001")
    assert (evidence["source"], evidence["origin"]) == ("our own policy", str(RULES[1]))
    assert {e["origin"] for e in after["evidence"] if e["id"].startswith("rule.")} == {"", str(RULES[1])}
    assert {e["origin"] for e in before["evidence"]} == {""}


def test_a_rule_says_where_it_is_from(run: Run) -> None:
    text = run("knowledge", "show", "rule.OUR-001", *RULES).stdout
    assert f"from {RULES[1]}".replace(" ", "") in "".join(text.split())
    assert run("knowledge", "show", "OUR-001", "--json", *RULES).document["origin"] == str(RULES[1])
    assert "from  " not in run("knowledge", "show", "ELI-001", *RULES).stdout


FRAMEWORK = """\
id: wrong
summary: Made up.
sources:
  here: {ref: here, observed: "2026-02-30", grade: official}
facts:
  maintenance: {value: actve, source: here}
  exi: {value: us, source: here}
  learning_curve: {value: gentle, source: hree}
"""
RULE = """\
sources:
  own: {ref: here, observed: "2026-01-01", grade: judged}
rules:
- id: OUR-002
  title: x
  when: {domain: spech}
  then: {weigh: {lerning: 1}}
  message: x
  reason: x
  source: own
  examples: {fires: {answers: {}}, misses: {answers: {}}}
"""


def test_every_fault_is_told_at_once_with_file_line_key_and_nearest_word(run: Run, tmp_path: Path) -> None:
    files = {
        "ours/frameworks/wrong.yaml": FRAMEWORK,
        "ours/vocabulary.yaml": "primaries: []\n",
        "ours/criterea.yaml": "criteria: []\n",
        "ours/frameworks/more.yml": FRAMEWORK,
        "rules/preference/wrong.yaml": RULE,
        "rules/caution/more.yml": RULE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    folders = ("--knowledge", "ours", "--knowledge", "missing", "--rules", "rules")
    ran = run("recommend", *SETTINGS, "--no-detect", *folders, cwd=tmp_path)
    first, *problems = (problem.partition(" Write it in full")[0] for problem in told(ran))
    assert first.startswith("missing: there is no such folder. Expected: a folder with frameworks, ")
    assert problems == [
        "ours/criterea.yaml: nothing reads this file in an overlay. Did you mean 'criteria.yaml'?",
        "ours/frameworks/more.yml: nothing reads this file in an overlay. Did you mean 'frameworks/more.yaml'?",
        "ours/frameworks/wrong.yaml:1 name: the key 'name' is missing.",
        "ours/frameworks/wrong.yaml:4 sources.here: observed '2026-02-30' should be a day.",
        "ours/frameworks/wrong.yaml:6 facts.maintenance: 'actve' is not allowed. Did you mean 'active'?",
        "ours/frameworks/wrong.yaml:7 facts.exi: 'exi' is not an attribute of attributes.yaml. Did you mean 'exit'?",
        "ours/frameworks/wrong.yaml:8 facts.learning_curve: 'hree' is not a source of this file. Did you mean 'here'?",
        "ours/vocabulary.yaml: nothing reads this file in an overlay. Its words are those of the program alone.",
        "rules/caution/more.yml: nothing reads this file. Rules stand in files whose name ends in .yaml.",
        "rules/preference/wrong.yaml:6 rules[0].when.domain: 'spech' is not a word of domain. Did you mean 'speech'?",
        "rules/preference/wrong.yaml:7 rules[0].then: 'lerning' is not a criterion. Did you mean 'learning'?",
    ]


def test_a_changed_file_is_seen(run: Run, tmp_path: Path) -> None:
    overlay = tmp_path / "ours"
    shutil.copytree(LATTICE[1], overlay)
    file = overlay / "frameworks" / "lattice.yaml"
    arguments = ("knowledge", "show", "lattice.maintenance", "--json", "--knowledge", overlay)
    assert run(*arguments).document["value"] == "active"
    file.write_text(file.read_text(encoding="utf-8").replace("value: active", "value: retired"), encoding="utf-8")
    assert run(*arguments).document["value"] == "retired"
    file.write_text("id: lattice\n", encoding="utf-8")
    assert len(told(run(*arguments))) == 2


HOSTILE = "red\x1b[31m \x9b2J \u202etxt\u2066\nadvisor: all is well"
"""What a terminal would obey, and a line that nobody wrote."""
SOURCES = {"own": {"ref": HOSTILE, "observed": "2026-01-01", "grade": "official"}}
HOSTILE_RULE = {
    "id": "OUR-001",
    "title": HOSTILE,
    "when": {"domain": "cv"},
    "then": {"flag": ["ask_more"]},
    "message": HOSTILE,
    "reason": HOSTILE,
    "source": "own",
    "examples": {"fires": {"answers": {"domain": "cv"}}, "misses": {"answers": {"domain": "nlp"}}},
}
HOSTILE_PART = {
    "name": HOSTILE,
    "purpose": HOSTILE,
    "status": "ended",
    "source": "own",
    "release": "1.0 (2024-06-01)",
    "python": "any",
    "licence": "MIT",
    "requires": "any",
    "excludes": [],
    "platforms": "any",
    "replaces": [],
    "successor": "",
}


def given(folder: Path, files: dict[str, Any]) -> tuple[str | Path, ...]:
    """The arguments that name an overlay of these files, with rules beside it."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(data), encoding="utf-8")
    return tuple(part for name in ("knowledge", "rules") if (folder / name).exists() for part in (f"--{name}", name))


def harmless(text: str) -> bool:
    return all(line.isprintable() and not line.startswith("advisor: all") for line in text.split("\n"))


@pytest.mark.parametrize("more", [(), ("--detail",)], ids=["summary", "detail"])
def test_a_recommendation_passes_nothing_on_that_a_terminal_obeys(
    run: Run, tmp_path: Path, more: tuple[str, ...]
) -> None:
    curve = {"value": "gentle", "source": "own", "note": HOSTILE}
    files = {
        "knowledge/frameworks/jax.yaml": {"id": "jax", "sources": SOURCES, "facts": {"learning_curve": curve}},
        "rules/caution/ours.yaml": {"sources": SOURCES, "rules": [HOSTILE_RULE]},
    }
    ran = run("recommend", *SETTINGS, "--no-detect", *more, *given(tmp_path, files), cwd=tmp_path)
    assert (ran.exit, ran.stderr) == (0, "")
    assert ran.stdout.count("red?[31m ?2J ?txt?") >= (4 if more else 1)
    assert harmless(ran.stdout)


def test_a_problem_is_one_line_that_no_terminal_obeys_whatever_an_id_holds(run: Run, tmp_path: Path) -> None:
    belief = {"id": HOSTILE, "belief": "x", "standing": "wrong", "truth": "x", "source": SOURCES["own"]}
    files = {
        "knowledge/components/serving.yaml": {"sources": SOURCES, "components": {HOSTILE: HOSTILE_PART}},
        "knowledge/folklore.yaml": [belief],
        "rules/caution/ours.yaml": {"sources": SOURCES, "rules": [{**HOSTILE_RULE, "id": HOSTILE}]},
    }
    ran = run("recommend", *SETTINGS, "--no-detect", *given(tmp_path, files), cwd=tmp_path)
    assert harmless(ran.stderr)
    problems = [problem.partition(": ") for problem in told(ran)]
    assert [place.partition(" ")[0] for place, _, _ in problems] == [
        "knowledge/components/serving.yaml:1",
        "knowledge/components/serving.yaml:1",
        "knowledge/folklore.yaml:1",
        "rules/caution/ours.yaml:1",
    ]
    refused = [message for _, _, message in problems if "cannot be the id of a" in message]
    for message, what in zip(refused, ("component", "belief", "rule"), strict=True):
        assert message.endswith(f" cannot be the id of a {what}. Letters, digits, ., - and _ make an id.")
    assert any("has ended, and nothing takes its place" in message for _, _, message in problems)
