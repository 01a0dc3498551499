"""Whether a decision still holds: each thing that can have changed since, with its exit status and its sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sarif_pydantic import Sarif

from cli.decided import DECIDED, LATER, LOCK, SITUATION, STACK, World, flat
from cli.program import Run, too_wide
from cli.small_base import made

FASTER_BLUE = """\
id: blue
sources:
  docs: {ref: "blue:README", observed: "2024-06-10", grade: official}
facts:
  maintenance: {value: active, source: docs}
  accelerator.linux.gpu: {value: stable, source: docs}
"""
NO_RED = """\
sources:
  house: {ref: our own policy, observed: "2024-06-10", grade: judged}
rules:
- id: OUR-001
  title: Nothing that is developed
  when: {kept: active}
  then: {exclude: true}
  message: Here nothing is used that still changes.
  reason: So it is here.
  source: house
  examples:
    fires: {answers: {train_os: linux}, option: red}
    misses: {answers: {train_os: linux}, option: blue}
"""


@pytest.fixture(scope="module")
def template(run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The decision, as the program writes it."""
    base = made(tmp_path_factory.mktemp("template"))
    base.write("rules/stack/parts.yaml", STACK)
    ran = run("recommend", *SITUATION, "--lock", base.root / LOCK, env=base.env)
    assert ran.exit == 0
    return (base.root / LOCK).read_text(encoding="utf-8")


@pytest.fixture
def world(run: Run, template: str, tmp_path: Path) -> World:
    base = made(tmp_path / "made")
    base.write("rules/stack/parts.yaml", STACK)
    (tmp_path / LOCK).write_text(template, encoding="utf-8")
    return World(base, tmp_path, run)


def overlay(world: World, file: str, text: str) -> Path:
    place = world.folder / "house" / file
    place.parent.mkdir(parents=True)
    place.write_text(text, encoding="utf-8")
    return world.folder / "house"


def retire_red(world: World) -> None:
    world.base.edit("knowledge/frameworks/red.yaml", "maintenance: {value: active", "maintenance: {value: retired")


def points(document: Any, level: str = "error") -> list[str]:
    return [point["kind"] for point in document["points"] if point["level"] == level]


def test_nothing_has_changed(world: World) -> None:
    ran = world.check()
    assert (ran.exit, ran.stderr) == (0, "")
    assert ran.stdout == f"The decision of {DECIDED} still holds on {LATER}: red.\n"
    document = world.check("--json").document
    assert (document["schema"], document["outcome"], document["points"]) == ("advisor/check/1", "holds", [])
    assert not any(document["causes"].values())


def test_only_the_wording_has_changed(world: World) -> None:
    fact = "maintenance: {value: active, source: docs"
    world.base.edit("knowledge/frameworks/red.yaml", fact, f"{fact}, note: It goes on.")
    ran = world.check()
    assert ran.exit == 0
    said = flat(ran.stdout)
    assert "still holds" in said
    assert "Knowledge has changed: sha256:" in said
    assert "red.maintenance is active. It goes on. Before: red.maintenance is active." in said


def test_the_framework_has_been_retired(world: World) -> None:
    retire_red(world)
    ran = world.check()
    assert ran.exit == 6
    said = flat(ran.stdout)
    assert "red has been retired. red.maintenance is retired. Seen on 2024-06-01 at red:README." in said
    assert not too_wide(ran.stdout)


def test_a_fact_has_expired(world: World) -> None:
    ran = world.check(as_of="2024-08-30")
    assert ran.exit == 6
    expected = "red.maintenance is active. This expired on 2024-08-30; it was seen on 2024-06-01 at red:README."
    assert expected in flat(ran.stdout)
    assert world.check(as_of="2024-08-29").exit == 0


def test_a_fact_that_was_looked_up_again_has_not_expired(world: World) -> None:
    for name in ("red", "blue"):
        sources = "docs: {ref: " + f'"{name}:README", observed: '
        world.base.edit(f"knowledge/frameworks/{name}.yaml", f'{sources}"2024-06-01"', f'{sources}"2024-08-01"')
    for name in ("data", "runtime"):
        file = world.base.root / f"knowledge/components/{name}.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("2024-06-01", "2024-08-01"), encoding="utf-8")
    assert world.check(as_of="2024-08-30").exit == 0


def test_expiry_that_nobody_watches_is_only_said(world: World) -> None:
    world.reseal(lambda data: data["thresholds"].update(expiry=False))
    ran = world.check("--json", as_of="2024-08-30")
    assert ran.exit == 0
    assert "evidence-expired" in points(ran.document, "note")


def test_what_had_expired_when_it_was_decided_is_counted_and_no_news(world: World) -> None:
    world.lock.unlink()
    assert world.ask("recommend", *SITUATION, "--as-of", "2024-10-01", "--lock").exit == 0
    ran = world.check(as_of="2024-10-02")
    assert ran.exit == 0
    assert "had expired already when it was decided" in flat(ran.stdout)


def test_a_part_of_the_stack_has_come_to_its_end(world: World) -> None:
    loader = "knowledge/components/data.yaml"
    world.base.edit(loader, "status: active", "status: ended")
    world.base.edit(loader, 'successor: ""', "successor: engine")
    ran = world.check()
    assert ran.exit == 5
    said = flat(ran.stdout)
    assert "loader is no longer in the stack of the place train." in said
    assert "Loader has come to its end of life; engine takes its place." in said
    assert "Seen on 2024-06-01 at loader:README." in said
    world.reseal(lambda data: data["thresholds"].update(stack=False))
    assert world.check().exit == 6


def test_a_new_rule_excludes_what_was_recommended(world: World) -> None:
    ran = world.check("--rules", overlay(world, "eligibility/ours.yaml", NO_RED))
    assert ran.exit == 5
    said = flat(ran.stdout)
    assert "Recommended was red, and now it is nothing yet." in said
    assert "red is ruled out: Here nothing is used that still changes." in said
    assert "Here nothing is used that still changes. (OUR-001@red)" in said
    assert "The answer was decided, and is no feasible option now." in said
    assert "Rules have changed: sha256:" in said
    assert "Overlays were none then, and are house now" in said


def test_another_option_has_overtaken_it(world: World) -> None:
    retire_red(world)
    ran = world.check("--knowledge", overlay(world, "frameworks/blue.yaml", FASTER_BLUE))
    assert ran.exit == 5
    said = flat(ran.stdout)
    assert "Recommended was red, and now it is blue." in said
    assert "blue scores 1.00, and was not among the options that remained. red scored 1.00 and scores 0.50." in said
    assert "The stack changes with it: gone loader (train)." in said
    assert "It does not run there. (ELI-001@blue)" in said, "a finding that is gone"
    assert "red has been retired." in said, "what does not decide the exit status is said all the same"
    assert "`advisor recommend --lock advisor.lock.json --renew` decides anew" in said


def test_it_is_less_sure_than_it_was(world: World) -> None:
    upkeep = "  reads: kept\n"
    blue = FASTER_BLUE.replace("value: active", "value: retired")
    house = overlay(world, "frameworks/blue.yaml", blue)
    world.base.edit("knowledge/criteria.yaml", upkeep, f"{upkeep}  spread: 0.7\n")
    ran = world.check("--knowledge", house, "--json")
    assert ran.exit == 5
    assert points(ran.document) == ["confidence-fell"]
    (message,) = (point["message"] for point in ran.document["points"] if point["kind"] == "confidence-fell")
    assert message.startswith("red was best in 100% of draws and is in ")
    assert message.endswith("a fall of more than 10% was to be told.")
    world.reseal(lambda data: data["thresholds"].update(p_best_fall=0.9))
    assert world.check("--knowledge", house).exit == 0


def test_what_was_chosen_instead_is_ruled_out(world: World) -> None:
    retire_red(world)
    house = overlay(world, "frameworks/blue.yaml", FASTER_BLUE)
    world.ask("recommend", "--lock", "--renew", "--knowledge", house, "--no-detect")
    assert world.ask("decide", "--chose", "red", "--on", LATER).exit == 0
    red = world.base.root / "knowledge/frameworks/red.yaml"
    gone = red.read_text(encoding="utf-8").replace("linux.gpu: {value: stable", "linux.gpu: {value: none")
    red.write_text(gone, encoding="utf-8")
    ran = world.check("--knowledge", house)
    assert ran.exit == 5
    assert f"red was chosen on {LATER}. red is ruled out: It does not run there." in flat(ran.stdout)


def test_something_else_that_was_chosen_is_told_beside_what_is_recommended(world: World) -> None:
    assert world.ask("decide", "--chose", "blue", "--why", "We know it.", "--on", DECIDED).exit == 0
    ran = world.check()
    assert ran.exit == 6, "blue was retired before, which whoever chose it has to see each time"
    assert "blue has been retired." in flat(ran.stdout)


Edit = Callable[[str], str]
REFUSED: dict[str, tuple[Edit, str]] = {
    "edited by hand": (
        lambda text: text.replace('"status": "decided"', '"status": "tie"'),
        "what it says is not what was sealed: something besides `chosen` and `outcomes` was edited by hand",
    ),
    "from a newer version": (
        lambda text: text.replace("advisor/decision/1", "advisor/decision/2").replace('"0.1.0"', '"3.4.5"'),
        "it was written by advisor 3.4.5 in the format advisor/decision/2",
    ),
    "of another kind": (
        lambda text: text.replace("advisor/decision/1", "advisor/recommendation/1"),
        "it is of the format 'advisor/recommendation/1'; expected advisor/decision/1.",
    ),
    "cut off": (lambda text: text[: len(text) // 2], "it is no JSON: "),
    "no JSON": (lambda _: "red, of course\n", f"{LOCK}:1: it is no JSON: Expecting value. It was cut off, or edited"),
    "a list": (lambda _: "[]\n", "[] is no decision."),
    "in the middle of a merge": (
        lambda text: f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n",
        "it holds the marks of a merge that is not finished. Finish it: take one of the two sides whole.",
    ),
    "with a key twice": (
        lambda text: text.replace('"history": []', '"history": [],\n  "history": []'),
        "the key 'history' stands there twice",
    ),
    "with a key too many": (
        lambda text: text.replace('"history": []', '"hystory": []'),
        "hystory: the key 'hystory' is not known here. Did you mean 'history'?",
    ),
    "with a key of a later release": (
        lambda text: text.replace('"history": []', '"history": [], "reviewed": []').replace('"0.1.0"', '"3.4.5"'),
        "advisor 3.4.5 wrote it, which may say more than advisor 0.1.0 reads. Use the release that wrote it",
    ),
    "with a wrong type": (
        lambda text: text.replace('"p_best_fall": 0.1', '"p_best_fall": "much"'),
        "thresholds.p_best_fall: 'much' should be a valid number.",
    ),
    "with a day that is none": (
        lambda text: text.replace(f'"as_of": "{DECIDED}"', '"as_of": "2024-02-30"'),
        "basis.as_of: '2024-02-30' is no day",
    ),
    "with a number beyond all measure": (
        lambda text: text.replace('"p_best_fall": 0.1', '"p_best_fall": 1e999'),
        "thresholds.p_best_fall: a number is not finite.",
    ),
    "with half a character": (
        lambda text: text.replace('"outcomes": []', '"outcomes": [{"on": "2024-06-02", "text": "\\ud800"}]'),
        "a text holds half of a character.",
    ),
    "nested without end": (lambda _: "[" * 100_000, "nested too deeply"),
    "nested too deeply": (
        lambda text: text.replace('"history": []', f'"history": {"[" * 100}{"]" * 100}'),
        "nested too deeply",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_refused_with_the_way_out(world: World, what: str) -> None:
    change, sentence = REFUSED[what]
    text = world.lock.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    world.lock.write_text(changed, encoding="utf-8")
    ran = world.check()
    assert (ran.exit, ran.stdout) == (2, "")
    assert sentence in ran.stderr
    assert ran.stderr.startswith(f"advisor: {LOCK}")
    assert "Traceback" not in ran.stderr


def test_a_decision_that_is_not_there_is_refused_with_the_command_that_writes_it(world: World) -> None:
    ran = world.check("nowhere.json")
    assert ran.exit == 2
    assert "there is no such decision. `advisor recommend --answers FILE --lock nowhere.json` writes it." in ran.stderr


def test_a_word_that_is_no_answer_any_more_is_told_with_its_place(world: World) -> None:
    world.reseal(lambda data: data["answers"]["given"].update(train_hw="abacus"))
    ran = world.check()
    assert ran.exit == 2
    line = next(n for n, text in enumerate(world.lock.read_text().splitlines(), 1) if '"abacus"' in text)
    assert f"{LOCK}:{line} answers.given.train_hw: 'abacus' is not a word of train_hw." in ran.stderr
    assert f"It was known on {DECIDED}, when this was decided, and is not any more." in ran.stderr


def test_an_option_that_is_none_any_more_is_told_with_its_place(world: World) -> None:
    world.reseal(lambda data: data.update(options=["red", "green"]))
    ran = world.check()
    assert ran.exit == 2
    assert "options[1]: 'green' is not an option. It was known on" in ran.stderr


def test_what_people_fill_in_is_not_sealed(world: World) -> None:
    seal = world.data["seal"]
    assert world.ask("decide", "--chose", "red", "--on", DECIDED).exit == 0
    assert world.ask("decide", "--outcome", "It went well.", "--on", "2024-06-10").exit == 0
    world.edit("It went well.", "It went very well.")
    assert world.data["seal"] == seal
    assert world.check().exit == 0


def test_every_format_says_the_same(world: World) -> None:
    retire_red(world)
    document = world.check("--json").document
    messages = [point["message"] for point in document["points"]]
    assert [r["message"]["text"] for r in world.check("--format", "sarif").document["runs"][0]["results"]] == messages
    text, markdown = flat(world.check().stdout), world.check("--format", "markdown").stdout
    assert all(message in text for message in messages)
    assert f"**The decision of {DECIDED} has to be looked at again" in markdown
    assert "- **Ended**: red has been retired. red.maintenance is retired." in markdown


def test_the_sarif_is_one_and_points_to_where_things_stand(world: World) -> None:
    world.base.edit("knowledge/components/data.yaml", "status: active", "status: ended")
    world.base.edit("knowledge/components/data.yaml", 'successor: ""', "successor: engine")
    ran = world.check("--format", "sarif", "--output", world.folder / "check.sarif")
    assert (ran.exit, ran.stdout) == (5, "")
    document = json.loads((world.folder / "check.sarif").read_text(encoding="utf-8"))
    model = Sarif.model_validate(document)
    known = json.loads(model.model_dump_json(by_alias=True, exclude_unset=True))
    assert known == document, "every key is one that SARIF has"
    (sarif_run,) = document["runs"]
    rules = sarif_run["tool"]["driver"]["rules"]
    lines = world.lock.read_text(encoding="utf-8").splitlines()
    for result in sarif_run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["help"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == LOCK
        if result["ruleId"] == "end-of-life":
            assert '"component": "loader"' in "".join(lines[place["region"]["startLine"] - 1 :][:3])
    prints = [result["partialFingerprints"]["advisorCheck/v1"] for result in sarif_run["results"]]
    assert len(set(prints)) == len(prints)
    again = world.check("--format", "sarif", as_of="2024-06-20").document["runs"][0]["results"]
    assert [result["partialFingerprints"]["advisorCheck/v1"] for result in again] == prints


def test_what_a_file_says_is_data_in_every_format(world: World) -> None:
    hostile = "\x1b[31m<img src=x>\u202e`rm` | [a](b)"
    world.reseal(lambda data: data["chosen"].append({"option": hostile, "on": DECIDED}))
    assert "\x1b" not in world.check().stdout
    assert "\x1b" not in world.check("--format", "markdown").stdout
    assert "<img" not in world.check("--format", "markdown").stdout
    assert world.check("--json").document["chosen"] == hostile


def test_formats_that_exclude_each_other_are_refused(world: World) -> None:
    assert world.check("--json", "--format", "sarif").exit == 2
    assert world.check("--machine", "cores=4").exit == 2
    assert world.check(as_of="soon").exit == 2


def test_it_is_checked_wherever_it_lies(world: World, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where" / "decision.json"
    elsewhere.parent.mkdir()
    shutil.move(world.lock, elsewhere)
    ran = world.check(elsewhere, "--format", "sarif", as_of="2024-08-30")
    place = ran.document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == elsewhere.as_uri()


DENY = {"name": "House", "deny": {"options": [{"name": "red", "reason": "It is not run here"}]}}


def test_a_policy_that_was_tightened_keeps_out_what_was_decided(world: World) -> None:
    path = world.folder / "policy.yaml"
    path.write_text(json.dumps({**DENY, "mode": "enforce"}), encoding="utf-8")
    ran = world.check("--policy", path)
    assert ran.exit == 7
    assert "red was decided on, and the policy House keeps it out" in flat(ran.stdout)
    assert "policy-violated" in points(world.check("--policy", path, "--json").document)


def test_an_audit_says_what_is_violated_and_lets_the_decision_hold(world: World) -> None:
    path = world.folder / "policy.yaml"
    path.write_text(json.dumps({**DENY, "mode": "audit"}), encoding="utf-8")
    ran = world.check("--policy", path)
    assert ran.exit == 0
    assert "It is not run here" in flat(ran.stdout)
