"""`why`, `why-not`, `how` and `what-if`, as a person or a script calls them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Protocol

import jsonschema
import pytest

from advisor.cli import explaining, session
from advisor.cli.main import main
from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.loading.knowledge import load
from cli.program import Ran, Run, example, too_wide
from cli.small_base import SmallBase, made

PAPERS = ("--answers", example("document_understanding"), "--no-detect")
TPU = ("--answers", example("frontier_on_tpu"), "--no-detect")
COMMANDS = {
    "why": ("why", "pytorch"),
    "why of another": ("why", "tensorflow"),
    "why of one that is out": ("why", "mxnet"),
    "why of a component": ("why", "transformers"),
    "why of none": ("why", "none_of_these"),
    "why-not": ("why-not", "jax"),
    "why-not of one that is out": ("why-not", "mxnet"),
    "why-not of a component": ("why-not", "xla"),
    "how": ("how", "STK-012"),
    "how of an option": ("how", "ELI-003@mxnet"),
    "how of what did not fire": ("how", "ELI-003@jax"),
    "what-if": ("what-if", "team_skill=jax", "needs=streaming"),
}
EACH_COMMAND = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


class Ask(Protocol):
    """Calls the program without starting it."""

    def __call__(self, *arguments: str | Path) -> Ran: ...


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Run a command in this process, over knowledge that is read and compiled once; each is asked for once."""

    @functools.cache
    def ask(*arguments: str | Path) -> Ran:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main([str(argument) for argument in arguments])
        return Ran(status, out.getvalue(), err.getvalue())

    with pytest.MonkeyPatch.context() as patch:
        base = load()
        adviser = Adviser(base, plain.compile_rules)
        for module in (explaining, session):
            patch.setattr(module, "load", lambda *_: base)
            patch.setattr(module, "Adviser", lambda *_: adviser)
        yield ask


def walked(explanation: dict[str, Any]) -> list[dict[str, Any]]:
    """The explanation and everything below it."""
    return [explanation, *(below for part in explanation["because"] for below in walked(part))]


def depth(explanation: dict[str, Any]) -> int:
    return 1 + max(map(depth, explanation["because"]), default=0)


@EACH_COMMAND
def test_an_explanation_fits_a_terminal(ask: Ask, command: tuple[str, ...]) -> None:
    ran = ask(*command, *PAPERS)
    assert (ran.exit, ran.stderr) == (0, "")
    assert ran.stdout.endswith("\n")
    assert too_wide(ran.stdout) == []
    assert "None" not in ran.stdout


@EACH_COMMAND
def test_an_explanation_keeps_to_its_schema(ask: Ask, command: tuple[str, ...]) -> None:
    jsonschema.validate(ask(*command, *PAPERS, "--json").document, ask("schema", "explanation").document)


@EACH_COMMAND
def test_text_says_what_json_says(ask: Ask, command: tuple[str, ...]) -> None:
    whole = ask(*command, *PAPERS, "--json").document
    said = " ".join(ask(*command, *PAPERS, "--levels", str(depth(whole))).stdout.split())
    assert "[+" not in said
    for one in walked(whole):
        # A long address may be broken in two.
        assert " ".join(one["text"].split()) in said or one["source"].startswith("http")
        assert one["observed"] in said


def test_what_is_cut_says_how_many_lines_more_and_how_to_see_them(ask: Ask) -> None:
    short, long = (ask("how", "STK-012", *PAPERS, "--levels", levels).stdout for levels in ("2", "9"))
    assert "- shape is training [+" in short
    assert "`--levels 3` shows the next of them" in " ".join(short.split())
    assert "[+" not in long
    more = int(short.partition("- shape is training [+")[2].partition("]")[0])
    below = long.partition("- shape is training\n")[2].splitlines()
    assert all(line.startswith("  ") for line in below[:more])
    assert not below[more].startswith("  ")


def test_json_is_whole_unless_levels_are_asked_for(ask: Ask) -> None:
    whole = ask("why", "pytorch", *PAPERS, "--json").document
    cut = ask("why", "pytorch", *PAPERS, "--json", "--levels", "3").document
    assert depth(whole) > depth(cut) == 3
    assert all(one["more"] == 0 for one in walked(whole))
    assert len(walked(cut)) + sum(one["more"] for one in walked(cut)) == len(walked(whole))


UNKNOWN = {
    "an option": (("why", "pytroch"), "'pytorch'"),
    "a component": (("why-not", "transfomers"), "'transformers'"),
    "a finding": (("how", "stk-012"), "'STK-012'"),
    "a finding of an option": (("how", "ELI-003@mxnot"), "'ELI-003@mxnet'"),
    "a rule about options without one": (("how", "ELI-003"), "'ELI-003@mxnet'"),
    "a key": (("what-if", "trian_os=linux"), "'train_os'"),
    "a word": (("what-if", "train_os=linus"), "'linux'"),
    "no setting": (("what-if", "train_os"), "KEY=VALUE"),
    "no levels": (("why", "jax", "--levels", "0"), "--levels"),
    "an option that is not compared": (("why", "jax", "--options", "pytorch,keras"), "--options"),
}


@pytest.mark.parametrize(("command", "named"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_2_with_the_nearest_name(ask: Ask, command: tuple[str, ...], named: str) -> None:
    ran = ask(*command, *PAPERS)
    assert (ran.exit, ran.stdout) == (2, "")
    assert named in ran.stderr
    assert all(line.startswith("advisor: ") for line in ran.stderr.splitlines())


@pytest.mark.parametrize("command", [("why", "jax"), ("why-not", "jax"), ("how", "DER-001"), ("what-if", "task=train")])
def test_without_answers_there_is_nothing_to_explain(ask: Ask, command: tuple[str, ...]) -> None:
    ran = ask(*command)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "--answers FILE" in ran.stderr


def test_the_first_is_carried_by_criteria_and_has_a_stack(ask: Ask) -> None:
    why = ask("why", "pytorch", *PAPERS, "--json").document
    recommended = ask("recommend", *PAPERS, "--json", "--depth", "core").document
    sections = {section["text"].partition(":")[0]: section for section in why["because"]}
    criteria = sections["What carries it"]["because"]
    shares = {c["criterion"]: c["contribution"] for c in recommended["ranking"][0]["contributions"]}
    assert [shares[c["id"]] for c in criteria] == sorted(shares.values(), reverse=True)[: len(criteria)]
    stack = recommended["recommendation"]["stack"]
    parts = sections["What stands around it"]["because"]
    assert {finding["id"] for part in parts for finding in part["because"]} == {f for p in stack for f in p["findings"]}


def test_one_that_is_out_has_every_rule_against_it_told(ask: Ask) -> None:
    why_not = ask("why-not", "mxnet", *PAPERS, "--json").document
    recommended = ask("recommend", *PAPERS, "--json", "--depth", "core").document
    against = next(one["findings"] for one in recommended["excluded"] if one["option"] == "mxnet")
    assert [one["id"] for one in why_not["because"][0]["because"]] == against
    assert ask("why", "mxnet", *PAPERS, "--json").document == why_not
    comparisons = [one for one in walked(why_not) if one["kind"] == "condition" and one["holds"]]
    assert {one["holds"] for one in comparisons} >= {"true", "false"}


def test_a_revival_that_is_claimed_holds_when_it_is_asked_for(ask: Ask) -> None:
    why_not = ask("why-not", "mlx", *TPU, "--json").document
    runs = [one for one in walked(why_not) if one["change"]]
    assert runs
    for one in runs:
        settings = [f"{key}={','.join(w) if isinstance(w, list) else w}" for key, w in one["change"].items()]
        ran = ask("recommend", *TPU, *(part for s in settings for part in ("--set", s)), "--json", "--depth", "core")
        assert "mlx" in {ranked["option"] for ranked in ran.document["ranking"]}


def test_a_component_that_goes_with_another_primary_says_so(ask: Ask) -> None:
    text = ask("why-not", "transformers", *TPU, "--set", "needs=pretrained_hub_models").stdout
    assert text.startswith("transformers was proposed for the stack around jax, in vain.")
    assert "it goes with pytorch" in text


def test_nothing_changes_where_the_answer_is_given_already(ask: Ask) -> None:
    ran = ask("what-if", "train_os=linux", *PAPERS)
    assert ran.stdout == "With the answers that are given already, nothing changes.\n"


def test_what_changes_is_what_two_recommendations_differ_in(ask: Ask) -> None:
    change = "train_os=macos_arm64"
    told = ask("what-if", change, *PAPERS, "--json").document
    old = ask("recommend", *PAPERS, "--json", "--depth", "core").document
    new = ask("recommend", *PAPERS, "--set", change, "--json", "--depth", "core").document
    sections = {section["text"]: {one["id"] for one in section["because"]} for section in told["because"]}
    stacks = [{part["component"] for part in one["recommendation"]["stack"]} for one in (old, new)]
    excluded = [{one["option"] for one in document["excluded"]} for document in (old, new)]
    assert sections["Stack"] == stacks[0] ^ stacks[1]
    assert sections["Ruled out or back"] == excluded[0] ^ excluded[1]
    assert told["id"] == new["recommendation"]["primary"]
    assert told["change"] == {"train_os": "macos_arm64"}


def given(*settings: str) -> tuple[str, ...]:
    return (*(part for setting in settings for part in ("--set", setting)), "--no-detect")


def test_what_another_answer_leads_to_is_told_with_its_doubts(ask: Ask) -> None:
    first = ask("what-if", "deploy_target=edge_tpu", *PAPERS).stdout.partition("\n\n")[0].replace("\n", " ")
    told = ask("recommend", *PAPERS, "--set", "deploy_target=edge_tpu", "--json", "--depth", "core").document
    assert told["recommendation"]["confidence"]["level"] == "low"
    assert first == "With deploy_target edge_tpu, keras is recommended instead of pytorch, with low confidence."


def test_where_nothing_is_recommended_no_confidence_is_told(ask: Ask) -> None:
    thin = ("--answers", example("thin"), "--no-detect")
    text = ask("what-if", "task=inference", *thin).stdout
    assert text.startswith("With task inference, onnxruntime is recommended where nothing was.\n")
    assert "- too little is known -> decided; best in " in text
    assert ask("what-if", "team_languages=python", *thin).stdout.startswith(
        "With python among team_languages, still nothing is recommended"
    )
    back = ask("what-if", "domain=unknown", "task=unknown", *given("domain=cv", "task=train")).stdout
    assert back.startswith("With domain left open and task left open, nothing is recommended, where it was\npytorch.\n")


def test_an_answer_that_goes_along_says_what_it_followed_from(ask: Ask) -> None:
    board = given("domain=cv", "task=train", "deploy_target=raspberry_pi")
    text = ask("what-if", "deploy_target=unknown", *board).stdout
    assert "- deploy_target: raspberry_pi -> open\n- deploy_os: linux (implied by deploy_target) -> open\n" in text
    text = ask("what-if", "deploy_target=raspberry_pi", *given("domain=cv", "task=train")).stdout
    assert "- deploy_target: open -> raspberry_pi (answered)\n" in text
    assert "- deploy_os: open -> linux: Raspberry Pis run Linux (implied)\n" in text


def test_places_in_two_orders_are_told_alike(ask: Ask) -> None:
    text = ask("what-if", "task=inference", "--answers", example("thin"), "--no-detect").stdout
    moved = re.findall(r"^- \w+: 0\.\d\d -> 0\.\d\d, (\w+) -> (\w+)$", text, re.MULTILINE)
    assert {place for _, place in moved} >= {"1st", "2nd"}
    assert all(re.fullmatch(r"\d+(st|nd|rd|th)", place) for places in moved for place in places)


def test_a_change_that_puts_an_option_first_is_told_with_its_doubts(ask: Ask) -> None:
    told = ask("why-not", "tensorflow", *PAPERS, "--json").document
    runs = [one for one in walked(told) if one["kind"] == "run" and one["change"]]
    assert runs
    for one in runs:
        changed = [
            f"--set={key}={word if isinstance(word, str) else ','.join(word)}" for key, word in one["change"].items()
        ]
        then = ask("recommend", *PAPERS, *changed, "--json", "--depth", "core").document
        low = then["recommendation"]["confidence"]["level"] == "low"
        assert one["text"].endswith(", with low confidence.") == low
        assert ("not settled" in one["text"]) == (not low and then["status"] == "low_confidence")


def test_a_name_that_is_not_known_can_be_asked_about(ask: Ask) -> None:
    ran = ask("how", "names.accelerator", *given("domain=cv", "accelerator=h1000"))
    assert ran.stdout == (
        "No chip called h1000 is known, so nothing was concluded from the name. The\n"
        "nearest name that is known is h100.\n"
        "- accelerator is h1000 (answered)\n"
    )


def test_a_process_says_by_its_status_what_it_came_to(run: Run) -> None:
    assert run("how", "DER-045", "--set", "task=train", "--no-detect").exit == 0
    unknown = run("how", "der-045", "--set", "task=train", "--no-detect")
    assert (unknown.exit, unknown.stdout) == (2, "")
    assert "'DER-045'" in unknown.stderr


def test_answers_are_read_from_standard_input(run: Run) -> None:
    answers = example("document_understanding").read_text(encoding="utf-8")
    for command in (("why", "pytorch"), ("what-if", "team_skill=jax")):
        read = run(*command, "--answers", "-", "--no-detect", stdin=answers)
        assert read == run(*command, *PAPERS)


def test_an_explanation_is_written_to_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "why.txt"
    assert run("why", "pytorch", *PAPERS, "--output", file) == Ran(0, "", "")
    assert file.read_text(encoding="utf-8") == run("why", "pytorch", *PAPERS).stdout


def test_where_nothing_is_trained_the_facts_are_those_of_the_chip_that_runs_the_model(run: Run) -> None:
    settings = ("domain=llm", "task=inference", "deploy_target=desktop_mac")
    given = [part for setting in settings for part in ("--set", setting)]
    told = run("why", "pytorch", *given, "--no-detect", "--levels", "9").stdout
    assert "pytorch.ecosystem.llm@apple_gpu" in told
    assert not re.search(r"pytorch\.ecosystem\.llm (is|\()", told)


def test_the_machine_is_looked_at_unless_told_not_to(run: Run) -> None:
    settings = ("--set", "domain=cv", "--set", "task=train", "--set", "here=train")
    detected = run("how", "DER-045", *settings, "--set", "task=inference", "--json").document
    assert run("how", "DER-045", *settings, "--no-detect").exit == 0
    assert detected["kind"] == "rule"


SETTLED = ("--set", "train_os=mac", "--set", "train_hw=gpu", "--no-detect")


@pytest.fixture
def small(tmp_path: Path) -> SmallBase:
    base = made(tmp_path)
    base.edit(
        "knowledge/vocabulary.yaml",
        "derived: []",
        "derived:\n- {name: use, kind: derived, meaning: m, words: [training]}",
    )
    base.write(
        "rules/derive/use.yaml",
        """\
sources:
  docs: {ref: design, observed: "2024-06-01", grade: judged}
rules:
- id: DER-001
  title: What has hardware is trained
  when: {train_hw: known}
  then: {derive: {use: training}}
  message: It is trained.
  reason: Why else have it?
  source: docs
  examples:
    fires: {answers: {train_hw: cpu}}
    misses: {answers: {train_os: mac}}
""",
    )
    base.write(
        "rules/stack/parts.yaml",
        """\
sources:
  docs: {ref: design, observed: "2024-06-01", grade: judged}
rules:
- id: STK-001
  title: Data has to be read
  when: {use: training}
  then: {put: [{component: loader, place: train}]}
  message: The loader reads data.
  reason: It is fast.
  source: docs
  examples:
    fires: {answers: {train_hw: cpu}}
    misses: {answers: {train_os: mac}}
""",
    )
    return base


def test_a_tree_goes_down_to_an_answer_and_its_origin(run: Run, small: SmallBase) -> None:
    ran = run("how", "STK-001", "--set", "train_hw=cpu", "--no-detect", "--levels", "9", env=small.env)
    assert ran.stderr == ""
    assert ran.stdout == (
        "The loader reads data.\n"
        "- Data has to be read: It is fast. What follows: put loader into train,\n"
        "  preferred by 0.\n"
        "  [design, 2024-06-01, judged]\n"
        "- use is training\n"
        "  - DER-001: It is trained.\n"
        "    - What has hardware is trained: Why else have it?\n"
        "      [design, 2024-06-01, judged]\n"
        "    - train_hw is cpu (answered)\n"
    )


def test_a_rule_that_did_not_fire_says_what_is_open(run: Run, small: SmallBase) -> None:
    ran = run("how", "STK-001", "--set", "train_os=mac", "--no-detect", "--levels", "9", env=small.env)
    assert ran.stdout == (
        "STK-001 does not hold: Data has to be read.\n"
        "- It is fast.\n"
        "  [design, 2024-06-01, judged]\n"
        "- not met: use is training; it is none of them\n"
        "  - DER-001 does not hold: What has hardware is trained.\n"
        "    - Why else have it?\n"
        "      [design, 2024-06-01, judged]\n"
        "    - not met: train_hw is known; it is open\n"
    )


def test_what_is_ruled_out_is_revived_by_the_answer_that_was_run(run: Run, small: SmallBase) -> None:
    ran = run("why-not", "red", *SETTLED, "--levels", "9", env=small.env)
    assert ran.stderr == ""
    assert "- ELI-001@red: It does not run there.\n" in ran.stdout
    assert "  - met: at_train.accelerator is none\n" in ran.stdout
    assert "    - red.accelerator.mac.gpu is none.\n      [red:README, 2024-06-01, official]\n" in ran.stdout
    assert "- With train_os linux, nothing excludes red: it is first of 1 with 1.00.\n" in ran.stdout


def test_a_component_out_of_place_names_the_answer_and_the_fact(run: Run, small: SmallBase) -> None:
    ran = run("why-not", "loader", "--set", "train_os=mac", "--set", "train_hw=cpu", "--no-detect", env=small.env)
    assert "loader in train: it goes with red" in ran.stdout
    only = ("--set", "train_os=linux", "--set", "train_hw=cpu", "--no-detect")
    assert run("why-not", "loader", *only, env=small.env).stdout.startswith("loader stands in the stack around red")
    assert run("why-not", "engine", *only, env=small.env).stdout.startswith("No rule proposes engine.")
