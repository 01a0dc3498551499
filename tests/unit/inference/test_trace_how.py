"""How a conclusion came about."""

from __future__ import annotations

from inference_making import KINDS, all_, any_, has, is_, not_, rule

from advisor.inference.plain import compile_rules
from advisor.inference.trace import Derivation, Step, how
from advisor.model.trace import Firing, Premise

RULES = (
    rule("A", is_("os", "linux"), {"need": "speed"}),
    rule("B", all_(has("need", "speed"), not_(has("risk", "low"))), {"tier": "one"}),
    rule("C", any_(has("tier", "one"), is_("os", "linux")), {"need": "speed"}),
)
LINUX = Premise("os", "is", "linux")
SPEED = Premise("need", "is", "speed")


def test_a_derivation_goes_down_to_what_was_given_and_not_in_circles() -> None:
    trace = compile_rules(RULES, KINDS).consult({"os": "linux"})
    given = (Step(Firing("A", (LINUX,)), ()), Step(Firing("C", (LINUX,)), ()))
    assert how(trace, RULES, "tier", "one") == Derivation(
        "tier",
        "one",
        (Step(Firing("B", (SPEED, Premise("risk", "lacks", "low"))), (Derivation("need", "speed", given),)),),
    )


def test_a_word_that_was_handed_in_needs_no_step() -> None:
    trace = compile_rules(RULES, KINDS).consult({"need": frozenset({"speed", "calm"})})
    assert how(trace, RULES, "need", "calm") == Derivation("need", "calm", ())


def test_a_word_that_was_not_concluded_has_no_derivation() -> None:
    trace = compile_rules(RULES, KINDS).consult({})
    assert how(trace, RULES, "tier", "one") is None
    assert how(trace, RULES, "nowhere", "one") is None
