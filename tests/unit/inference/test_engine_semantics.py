"""What rules mean, said once and held by both engines."""

from __future__ import annotations

import pytest
from inference_making import KINDS, all_, any_, has, is_, known, not_, order, rule, unknown

from advisor.inference.engine import Compile
from advisor.model.rule import Condition
from advisor.model.trace import Facts, Firing, Premise

LINUX = Premise("os", "is", "linux")
EMPTY: Facts = {"tasks": frozenset()}
VISION: Facts = {"tasks": frozenset({"vision"})}


def fires(compile_rules: Compile, when: Condition, facts: Facts) -> tuple[Premise, ...] | None:
    """The premises of the only firing, if there is one."""
    firings = compile_rules((rule("R", when),), KINDS).consult(facts).firings
    assert len(firings) <= 1
    return firings[0].premises if firings else None


@pytest.mark.parametrize(
    ("when", "facts", "premise"),
    [
        (is_("os", "linux"), {"os": "linux"}, LINUX),
        (is_("os", "linux"), {"os": "macos"}, None),
        (is_("os", "linux"), {}, None),
        (not_(is_("os", "linux")), {"os": "macos"}, Premise("os", "is", "macos")),
        (not_(is_("os", "linux")), {"os": "linux"}, None),
        (not_(is_("os", "linux")), {}, None),
        (not_(not_(is_("os", "linux"))), {"os": "linux"}, LINUX),
        (has("tasks", "vision"), VISION, Premise("tasks", "is", "vision")),
        (has("tasks", "vision"), EMPTY, None),
        (has("tasks", "vision"), {}, None),
        (not_(has("tasks", "vision")), EMPTY, Premise("tasks", "lacks", "vision")),
        (not_(has("tasks", "vision")), VISION, None),
        (not_(has("tasks", "vision")), {}, None),
        (known("tasks"), EMPTY, Premise("tasks", "known")),
        (not_(known("tasks")), EMPTY, None),
        (unknown("tasks"), {}, Premise("tasks", "unknown")),
        (not_(unknown("os")), {"os": "linux"}, Premise("os", "known")),
        (known("note"), {"note": "x" * 70_000}, Premise("note", "known")),
        (unknown("note"), {"note": ""}, None),
        (order("memory", "lt", 8), {"memory": 7.9999}, Premise("memory", "is", 7.9999)),
        (order("memory", "lt", 8), {"memory": 8}, None),
        (order("memory", "lte", 8), {"memory": 8}, Premise("memory", "is", 8.0)),
        (order("memory", "gt", 8), {"memory": 8}, None),
        (order("memory", "gte", 8), {"memory": 8}, Premise("memory", "is", 8.0)),
        (not_(order("memory", "lt", 8)), {"memory": 8}, Premise("memory", "is", 8.0)),
        (not_(order("memory", "lt", 8)), {}, None),
        (not_(has("need", "speed")), {}, Premise("need", "lacks", "speed")),
        (has("need", "speed"), {"need": frozenset({"speed"})}, Premise("need", "is", "speed")),
        (not_(has("need", "speed")), {"need": frozenset({"speed"})}, None),
    ],
)
def test_a_comparison_holds_when_its_attribute_is_known_to_fit(
    compile_rules: Compile, when: Condition, facts: Facts, premise: Premise | None
) -> None:
    assert fires(compile_rules, when, facts) == (None if premise is None else (premise,))


def test_numbers_are_compared_to_four_decimals_and_reported_as_given(compile_rules: Compile) -> None:
    assert fires(compile_rules, order("memory", "gt", 0), {"memory": 1e-9}) is None
    assert fires(compile_rules, order("memory", "lte", 0.3), {"memory": 0.1 + 0.2}) == (
        Premise("memory", "is", 0.1 + 0.2),
    )


def test_all_needs_every_part_and_any_fires_once_for_each_that_holds(compile_rules: Compile) -> None:
    when = all_(is_("os", "linux"), any_(has("tasks", "vision"), order("memory", "gte", 8), known("chip")))
    engine = compile_rules((rule("R", when),), KINDS)
    firings = engine.consult({"os": "linux", **VISION, "memory": 16}).firings
    assert firings == (
        Firing("R", (Premise("memory", "is", 16.0), LINUX)),
        Firing("R", (LINUX, Premise("tasks", "is", "vision"))),
    )
    assert engine.consult({"os": "macos", **VISION, "memory": 16}).firings == ()


def test_not_any_is_all_not(compile_rules: Compile) -> None:
    when = not_(any_(is_("os", "linux"), all_(is_("chip", "m1"), unknown("memory"))))
    assert fires(compile_rules, when, {"os": "macos", "chip": "m2"}) == (
        Premise("chip", "is", "m2"),
        Premise("os", "is", "macos"),
    )


def test_alternatives_that_rest_on_the_same_facts_are_one_firing(compile_rules: Compile) -> None:
    when = any_(order("memory", "gt", 4), order("memory", "gt", 5), order("memory", "lt", 9))
    assert fires(compile_rules, when, {"memory": 6}) == (Premise("memory", "is", 6.0),)


def test_one_fact_answers_two_checks_of_a_rule(compile_rules: Compile) -> None:
    when = all_(order("memory", "gt", 4), order("memory", "lt", 9), known("memory"))
    assert fires(compile_rules, when, {"memory": 6}) == (Premise("memory", "is", 6.0), Premise("memory", "known"))


def test_conclusions_chain_and_every_support_is_recorded(compile_rules: Compile) -> None:
    rules = (
        rule("C", has("risk", "high"), {"tier": "one"}),
        rule("B", has("need", "speed"), {"risk": "high"}),
        rule("A2", known("os"), {"need": "speed"}),
        rule("A1", is_("os", "linux"), {"need": "speed"}),
    )
    trace = compile_rules(rules, KINDS).consult({"os": "linux"})
    assert [firing.rule for firing in trace.firings] == ["A1", "A2", "B", "C"]
    assert trace.derived == {"need": {"speed"}, "risk": {"high"}, "tier": {"one"}}


def test_a_rule_that_concludes_nothing_is_recorded_as_well(compile_rules: Compile) -> None:
    trace = compile_rules((rule("R", is_("os", "linux")),), KINDS).consult({"os": "linux"})
    assert trace.firings == (Firing("R", (LINUX,)),)
    assert trace.derived == {}


def test_rules_may_conclude_from_each_other_and_need_a_beginning(compile_rules: Compile) -> None:
    rules = (
        rule("A", has("need", "speed"), {"risk": "high"}),
        rule("B", any_(has("risk", "high"), is_("os", "linux")), {"need": "speed"}),
    )
    engine = compile_rules(rules, KINDS)
    assert engine.consult({"os": "macos"}).derived == {"need": frozenset(), "risk": frozenset()}
    trace = engine.consult({"os": "linux"})
    assert trace.derived == {"need": {"speed"}, "risk": {"high"}}
    assert [firing.rule for firing in trace.firings] == ["A", "B", "B"]


def test_absence_is_judged_when_everything_below_is_settled(compile_rules: Compile) -> None:
    rules = (
        rule("default", all_(not_(has("tier", "one")), not_(has("tier", "two"))), {"tier": "three"}, priority=-1),
        rule("second", not_(has("tier", "one")), {"tier": "two"}),
        rule("first", has("need", "speed"), {"tier": "one"}),
        rule("zeroth", is_("os", "linux"), {"need": "speed"}),
    )
    engine = compile_rules(rules, KINDS)
    assert engine.consult({"os": "linux"}).derived == {"need": {"speed"}, "tier": {"one"}}
    assert engine.consult({}).derived == {"need": frozenset(), "tier": {"two"}}


def test_words_handed_in_count_as_concluded_from_the_start(compile_rules: Compile) -> None:
    rules = (rule("A", has("need", "speed"), {"risk": "high"}), rule("B", not_(has("risk", "low"))))
    trace = compile_rules(rules, KINDS).consult(
        {"need": frozenset({"speed", "never heard of"}), "risk": frozenset({"low"}), "tier": frozenset()}
    )
    assert [firing.rule for firing in trace.firings] == ["A"]
    assert trace.derived == {
        "need": {"speed", "never heard of"},
        "risk": {"low", "high"},
        "tier": frozenset(),
    }


def test_firings_stand_in_order_of_priority_then_id_then_premises(compile_rules: Compile) -> None:
    rules = (
        rule("B", known("os"), priority=70_000),
        rule("C", any_(known("os"), known("chip"))),
        rule("A", known("os"), priority=70_000),
        rule("D", known("os"), priority=-5),
    )
    firings = compile_rules(rules, KINDS).consult({"os": "linux", "chip": "m1"}).firings
    assert [(firing.rule, firing.premises[0].attribute) for firing in firings] == [
        ("D", "os"),
        ("C", "chip"),
        ("C", "os"),
        ("A", "os"),
        ("B", "os"),
    ]


def test_the_order_in_which_rules_are_given_changes_nothing(compile_rules: Compile) -> None:
    rules = tuple(rule(f"R{number}", any_(known("os"), has("need", "speed")), {"need": "speed"}) for number in range(9))
    expected = compile_rules(rules, KINDS).consult({"os": "linux"})
    assert len(expected.firings) == 18
    for turned in (rules[::-1], rules[4:] + rules[:4]):
        assert compile_rules(turned, KINDS).consult({"os": "linux"}) == expected


def test_no_rules_is_a_rulebook_too(compile_rules: Compile) -> None:
    trace = compile_rules((), KINDS).consult({"os": "linux"})
    assert trace.firings == ()
    assert trace.derived == {}


@pytest.mark.parametrize("ignored", [1, None, "x" * 70_000, float("nan"), {"a": 1}])
def test_facts_that_no_rule_reads_are_ignored(compile_rules: Compile, ignored: object) -> None:
    engine = compile_rules((rule("R", is_("os", "linux")),), KINDS)
    facts: dict[str, object] = {"os": "linux", "chip": ignored, "team": ignored, "nowhere": ignored}
    assert engine.consult(facts).firings == (Firing("R", (LINUX,)),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attribute", "value", "error", "expected"),
    [
        ("os", 1, TypeError, "a word"),
        ("os", None, TypeError, "a word"),
        ("note", frozenset({"a"}), TypeError, "a text"),
        ("tasks", "vision", TypeError, "a frozen set of words"),
        ("tasks", frozenset({1}), TypeError, "a frozen set of words"),
        ("need", ["speed"], TypeError, "a frozen set of words"),
        ("tier", "one", TypeError, "a frozen set of words"),
        ("memory", "8", TypeError, "a number"),
        ("memory", True, TypeError, "a number"),
        ("memory", float("nan"), ValueError, "a finite number"),
        ("memory", float("-inf"), ValueError, "a finite number"),
        ("memory", 1e22, ValueError, "a finite number"),
        ("memory", 10**400, ValueError, "a finite number"),
    ],
)
def test_a_fact_of_the_wrong_type_is_refused_and_the_engine_goes_on(
    compile_rules: Compile, attribute: str, value: object, error: type[Exception], expected: str
) -> None:
    asked = [known(name) for name in ("os", "note", "tasks", "memory")]
    engine = compile_rules((rule("R", any_(*asked, has("need", "speed"))),), KINDS)
    with pytest.raises(error, match=expected):
        engine.consult({attribute: value})  # type: ignore[dict-item]
    assert engine.consult({"os": "linux"}).firings == (Firing("R", (Premise("os", "known"),)),)


def test_a_closed_engine_says_so(compile_rules: Compile) -> None:
    engine = compile_rules((rule("R", known("os")),), KINDS)
    engine.close()
    engine.close()
    with pytest.raises(RuntimeError, match="closed"):
        engine.consult({})
