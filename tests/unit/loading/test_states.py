"""What stands in the place of a word, from the file of a framework to the recommendation, with every engine."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from overlaying import HEAD, Overlay

from advisor.consult.adviser import Adviser
from advisor.inference import durable, plain
from advisor.inference.applicable import lower
from advisor.inference.engine import Compile
from advisor.loading.knowledge import load
from advisor.model.knowledge import KnowledgeBase
from advisor.render.json import document
from advisor.session import Session
from advisor.upkeep.table import of_frameworks

ENGINES: dict[str, Compile] = {
    "plain": plain.compile_rules,
    **({"durable": durable.compile_rules} if durable.available() else {}),
}
OPEN = ("unknown", "not_available", "error")
ATTRIBUTE = "accelerator.linux.nvidia_gpu"
ANSWERS = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux", "requested_framework": "jax"}
RULE = """\
sources:
  own: {{ref: here, observed: "2026-01-01", grade: judged}}
rules:
- id: OUR-100
  title: Made up
  when: {when}
  then: {{exclude: true}}
  message: "{{option}} is out."
  reason: None.
  source: own
  examples: {{fires: {{answers: {{}}}}, misses: {{answers: {{}}}}}}
"""


class Told:
    """A recommendation in which `lattice` has one fact in doubt and a few that are not."""

    def __init__(self, base: KnowledgeBase, engine: str) -> None:
        session = Session(base, Adviser(base, ENGINES[engine]))
        self.said = json.loads(json.dumps(document(session.recommend(ANSWERS, full=False))))
        self.excluded = {entry["option"]: entry["findings"] for entry in self.said["excluded"]}

    @property
    def hardware(self) -> Any:
        (lattice,) = (option for option in self.said["ranking"] if option["option"] == "lattice")
        return next(share for share in lattice["contributions"] if share["criterion"] == "hardware")

    @property
    def rules(self) -> set[str]:
        """The rules that exclude it."""
        return {finding.partition("@")[0] for finding in self.excluded.get("lattice", [])}


@cache
def told(folder: Path, value: str, when: str, engine: str) -> Told:
    overlay = Overlay(folder)
    overlay.write(
        "ours/frameworks/lattice.yaml",
        HEAD
        + "  maintenance: {value: active, source: own}\n  task.train: {value: leading, source: own}\n"
        + (f"  {ATTRIBUTE}: {{value: {value}, source: own}}\n" if value else ""),
    )
    if when:
        overlay.write("rules/eligibility/ours.yaml", RULE.format(when=when))
    return Told(overlay.load(), engine)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A folder for each overlay, made once."""
    folders: dict[tuple[str, str], Path] = {}

    def find(value: str, when: str = "", engine: str = "plain") -> Told:
        folder = folders.setdefault((value, when), tmp_path_factory.mktemp("states"))
        return told(folder, value, when, engine)

    return find


EACH_ENGINE = pytest.mark.parametrize("engine", ENGINES)


@EACH_ENGINE
@pytest.mark.parametrize("value", OPEN)
def test_what_is_open_is_neither_good_nor_bad(place: Any, value: str, engine: str) -> None:
    found, silent = place(value, engine=engine), place("", engine=engine)
    assert (found.hardware["value"], found.hardware["evidence"]) == (0.5, [])
    parts = set(found.said) - {"evidence", "provenance"}
    assert {part: found.said[part] for part in parts} == {part: silent.said[part] for part in parts}
    assert [entry["id"] for entry in found.said["evidence"]] == [entry["id"] for entry in silent.said["evidence"]]


@EACH_ENGINE
def test_what_its_makers_deny_is_the_last_word_of_the_scale(place: Any, engine: str) -> None:
    denied, none = place("not_supported", engine=engine), place("none", engine=engine)
    assert denied.rules == none.rules
    assert denied.rules
    (entry,) = (e for e in denied.said["evidence"] if e["id"] == f"lattice.{ATTRIBUTE}")
    assert entry["statement"] == f"lattice.{ATTRIBUTE} is not_supported."


@EACH_ENGINE
@pytest.mark.parametrize(
    ("word", "value", "sure"),
    [("not_supported", 0.0, True), ("none", 0.0, True), ("not_applicable", 0.5, False), ("error", 0.5, False)],
)
def test_a_criterion_values_each_state_as_it_is_meant(
    tmp_path: Path, word: str, value: float, engine: str, *, sure: bool
) -> None:
    overlay = Overlay(tmp_path)
    facts = {"maintenance": "active", "ecosystem.cv": word, "need.streaming": word, "need.full_int8": "native"}
    lines = (f"  {attribute}: {{value: {said}, source: own}}\n" for attribute, said in facts.items())
    overlay.write("ours/frameworks/lattice.yaml", HEAD + "".join(lines))
    adviser = Adviser(overlay.load(), ENGINES[engine])
    found = adviser.weigh({"domain": "cv"}).options["lattice"]["ecosystem"]
    assert (found.mean, found.evidence) == (value, ("lattice.ecosystem.cv",) if sure else ())
    seen = adviser.weigh({"needs": ("full_int8", "streaming")}).projected["lattice"].facts
    assert seen["need.native"] == frozenset({"full_int8"})
    assert seen["need.none"] == frozenset({"streaming"} if sure else ())


# What a rule that excludes says of the fact, and for which values of it the rule fires.
STATE = "at_train.accelerator"
RULES = {
    f"{{{STATE}: none}}": {"none", "not_supported"},
    f"{{{STATE}: known}}": {"none", "stable", "not_supported"},
    f"{{{STATE}: unknown}}": {"", *OPEN},
    f"{{not: {{{STATE}: known}}}}": {"", *OPEN},
    f"{{not: {{{STATE}: stable}}}}": {"none", "not_supported"},
    f"{{{STATE}: none, maintenance: active}}": {"none", "not_supported", "not_applicable"},
    f"{{{STATE}: none, maintenance: retired}}": set[str](),
    f"{{any: [{{{STATE}: none}}, {{maintenance: retired}}]}}": {"none", "not_supported"},
    f"{{not: {{any: [{{{STATE}: none}}, {{maintenance: retired}}]}}}}": {"stable", "not_applicable"},
    f"{{not: {{all: [{{{STATE}: none}}, {{maintenance: retired}}]}}}}": {
        *("none", "stable", "not_supported", "not_applicable", "", *OPEN)
    },
}
VALUES = ("", "none", "stable", "not_supported", "not_applicable", "error")


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """An option for each value, and all the rules."""
    overlay = Overlay(tmp_path_factory.mktemp("options"))
    for number, value in enumerate(VALUES):
        text = HEAD.replace("lattice", f"option{number}") + "  maintenance: {value: active, source: own}\n"
        fact = f"  {ATTRIBUTE}: {{value: {value}, source: own}}\n" if value else ""
        overlay.write(f"ours/frameworks/option{number}.yaml", text + fact)
    for number, when in enumerate(RULES):
        text = RULE.format(when=when).replace("OUR-100", f"OUR-{number}")
        overlay.write(f"rules/eligibility/ours{number}.yaml", text)
    return overlay.load()


@EACH_ENGINE
def test_a_rule_reads_each_state_as_it_is_meant(options: KnowledgeBase, engine: str) -> None:
    told = Told(options, engine)
    fired = {
        when: {
            value
            for number, value in enumerate(VALUES)
            if any(finding.startswith(f"OUR-{rule}@") for finding in told.excluded.get(f"option{number}", []))
        }
        for rule, when in enumerate(RULES)
    }
    assert fired == {when: values & set(VALUES) for when, values in RULES.items()}


def test_both_engines_tell_the_same_of_every_state(place: Any) -> None:
    for value in ("stable", "none", "not_supported", "not_applicable", "error", ""):
        said = [place(value, engine=engine).said for engine in ENGINES]
        for one in said:
            one["provenance"]["engine"] = ""
        assert all(one == said[0] for one in said)


@cache
def base() -> KnowledgeBase:
    return load(use_cache=False)


def test_whatever_does_not_apply_every_rule_can_still_be_compiled() -> None:
    kinds = {name: attribute.kind for name, attribute in base().vocabulary.attributes().items()}
    dropped = frozenset(p.name for p in base().vocabulary.projections if not p.each)
    books = (("derive", "preference"), ("eligibility",), ("stack", "caution"))
    for (name, compile_rules), phases in product(ENGINES.items(), books):
        rules = tuple(lower(rule, dropped) for rule in base().rules if rule.phase in phases)
        engine = compile_rules(rules, kinds)
        assert engine.name.startswith(name)
        engine.close()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("stable", "stable: linux"),
        ("none", "none"),
        ("not_supported", "none"),
        ("not_applicable", "not_applicable: linux"),
        ("not_available", "not_available: linux"),
        ("error", "error: linux"),
        ("unknown", "unknown: linux"),
    ],
)
def test_the_table_shows_each_state_as_what_it_is(tmp_path: Path, value: str, text: str) -> None:
    overlay = Overlay(tmp_path)
    members = next(entry for entry in base().attributes if entry.id == "wheels").names
    words = {name: value if name == "wheels.linux" else "none" for name in members}
    lines = (f"  {name}: {{value: {word}, source: own}}\n" for name, word in words.items())
    overlay.write("ours/frameworks/lattice.yaml", HEAD + "".join(lines))
    (row,) = (row for row in of_frameworks(overlay.load(), ["lattice"]).rows if row.attribute == "wheels")
    assert row.cells["lattice"].text == text
