"""Rulebooks of a few rules over the shipped knowledge, each with one fault in it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from advisor.audit.audit import audit
from advisor.loading.conditions import ConditionReader
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.loading.yaml_reader import read_bytes
from advisor.model.answers import Answers
from advisor.model.audit import Audit, Remark
from advisor.model.fact import Source
from advisor.model.knowledge import KnowledgeBase
from advisor.model.rule import Condition, Effects, Example, Phase, Put, Rule

LATER = "2100-01-01"
SOURCE = Source(ref="a handbook", observed="2024-06-01", grade="official")
_PHASES: Mapping[str, Phase] = {
    "DER": "derive",
    "PRE": "preference",
    "ELI": "eligibility",
    "STK": "stack",
    "CAU": "caution",
}
_EFFECTS: Mapping[Phase, Effects] = {
    "derive": Effects(derive={"scope": "outside"}),
    "preference": Effects(weigh={"learning": 0.5}),
    "eligibility": Effects(exclude=True),
    "stack": Effects(put=(Put(component="optax", place="train", prefer=3),)),
    "caution": Effects(flag=("ask_more",)),
}


@functools.cache
def shipped() -> KnowledgeBase:
    return load(use_cache=False)


def when(text: str) -> Condition:
    """A condition as it stands in a file."""
    problems = Problems()
    document = read_bytes(f"when: {text}".encode(), "seed.yaml", problems)
    assert document is not None
    condition = ConditionReader(shipped().vocabulary.attributes(), document, problems).read(
        document.data["when"], ("when",)
    )
    problems.settle()
    assert condition is not None
    return condition


def rule(identity: str, condition: str, **parts: Any) -> Rule:
    """A rule of the phase that its id tells; its examples have nothing to do with it."""
    phase = _PHASES[identity[:3]]
    given: dict[str, Any] = {
        "title": f"Rule {identity}",
        "then": _EFFECTS[phase],
        "message": "So it is.",
        "reason": "It has to be.",
        "source": SOURCE,
        "fires": Example(answers={}),
        "misses": Example(answers={}),
        "place": f"seed.yaml:{identity[-1]}",
    }
    return Rule(id=identity, phase=phase, when=when(condition), **{**given, **parts})


def deriving(identity: str, condition: str, attribute: str, word: str, **parts: Any) -> Rule:
    return rule(identity, condition, then=Effects(derive={attribute: word}), **parts)


def audited(*rules: Rule, cases: tuple[Answers, ...] = (), base: KnowledgeBase | None = None) -> Audit:
    return audit(replace(base or shipped(), rules=rules), cases, LATER)


def found(check: str, *rules: Rule, base: KnowledgeBase | None = None) -> list[tuple[str, str]]:
    """What one check says is wrong: of which rule or word, and what."""
    return said(check, audited(*rules, base=base).problems)


def noted(check: str, *rules: Rule, base: KnowledgeBase | None = None) -> list[tuple[str, str]]:
    """What one check says should be known."""
    return said(check, audited(*rules, base=base).notes)


def said(check: str, remarks: tuple[Remark, ...]) -> list[tuple[str, str]]:
    return [(one.about, one.message) for one in remarks if one.check == check]
