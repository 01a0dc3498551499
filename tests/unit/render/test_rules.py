"""Rules in words, on a terminal and in Markdown."""

from __future__ import annotations

import pytest

from advisor.model.audit import Audit, Book, Coverage, Nearness, Remark
from advisor.model.fact import Source
from advisor.model.rule import Condition, Effects, Example, Operator, Put, Rule
from advisor.render import rules as words
from advisor.render.conditions import in_words
from advisor.render.reference import COMMAND, reference


def leaf(attribute: str, value: str | float, op: Operator = "is") -> Condition:
    return Condition(op=op, attribute=attribute, value=value)


def all_(*parts: Condition) -> Condition:
    return Condition(op="all", parts=parts)


def any_(*parts: Condition) -> Condition:
    return Condition(op="any", parts=parts)


def not_(part: Condition) -> Condition:
    return Condition(op="not", parts=(part,))


def unless(part: Condition) -> Condition:
    subject = part.parts[0].attribute if part.parts else part.attribute
    return any_(Condition(op="unknown", attribute=subject), not_(part))


A, B, C = leaf("a", "x"), leaf("b", "y"), leaf("c", "z", "has")
A_LIST = any_(leaf("a", "x"), leaf("a", "y"), leaf("a", "z"))
SAID = {
    "a word": (A, "a is x"),
    "a number": (leaf("n", 16.0, "gte"), "n is at least 16"),
    "a fraction": (leaf("n", 0.25, "lt"), "n is below 0.25"),
    "open": (Condition(op="unknown", attribute="a"), "a is open"),
    "known": (Condition(op="known", attribute="a"), "a is known"),
    "all": (all_(A, C), "a is x and c is z"),
    "any": (any_(A, C), "a is x or c is z"),
    "a list": (A_LIST, "a is x, y or z"),
    "a list among others": (all_(A_LIST, B), "a is x, y or z and b is y"),
    "any within all": (all_(A, any_(B, C)), "a is x and (b is y or c is z)"),
    "all within any": (any_(A, all_(B, C)), "a is x or (b is y and c is z)"),
    "not": (not_(A), "not a is x"),
    "not of several": (not_(all_(A, B)), "not (a is x and b is y)"),
    "unless": (all_(A, unless(B)), "a is x, unless b is y"),
    "unless a list": (all_(B, unless(A_LIST)), "b is y, unless a is x, y or z"),
    "unless twice": (all_(A, unless(B), unless(C)), "a is x, unless b is y or c is z"),
    "unless alone": (unless(B), "unless b is y"),
    "unless in one of several ways": (any_(A, all_(B, unless(C))), "a is x or (b is y, unless c is z)"),
    "open or something else": (
        any_(Condition(op="unknown", attribute="a"), not_(B)),
        "a is open or not b is y",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_a_condition_is_told_as_a_sentence_says_it(name: str) -> None:
    condition, said = SAID[name]
    assert in_words(condition) == said


def rule(identity: str = "STK-001", place: str = "rules/stack/some.yaml:7", **parts: object) -> Rule:
    given: dict[str, object] = {
        "title": "A | title",
        "when": all_(A, leaf("train_os", "linux")),
        "then": Effects(put=(Put(component="optax", place="train", prefer=2),)),
        "message": "It *says* so.",
        "reason": "It has to.",
        "source": Source(ref="a <handbook>", observed="2024-06-01", grade="official"),
        "fires": Example(answers={"a": "x", "needs": ["p", "q"]}, option="jax"),
        "misses": Example(answers={"a": "y"}),
        "phase": "stack",
    }
    return Rule(id=identity, place=place, **{**given, **parts})  # type: ignore[arg-type]


def test_a_rule_is_told_with_everything_that_it_has() -> None:
    text = words.rule(rule(origin="/srv/house"))
    for said in (
        "STK-001  A | title",
        "when           a is x and train_os is linux",
        "then           put optax into train, preferred by 2",
        "says           It *says* so.",
        "because        It has to.",
        "source         a <handbook> (official, 2024-06-01)",
        "fires          a x; needs p, q; option jax",
        "misses         a y",
        "stands in      rules/stack/some.yaml:7",
        "from           /srv/house",
    ):
        assert said in text


def test_what_a_terminal_obeys_is_not_printed() -> None:
    assert "\x1b" not in words.rule(rule(title="\x1b[31m")) + words.listed([rule(title="\x1b[31m")])


def test_the_reference_says_first_how_it_is_made_and_then_every_rule_by_phase_and_file() -> None:
    text = reference(
        [
            rule("STK-002", "rules/stack/b.yaml:9"),
            rule("STK-001", "rules/stack/a.yaml:9"),
            rule("DER-001", "rules/derive/z.yaml:1", phase="derive"),
        ]
    )
    assert COMMAND in text.splitlines()[0]
    at = [text.index(mark) for mark in ("## derive", "**DER-001**", "## stack", "a.yaml", "**STK-001**", "b.yaml")]
    assert at == sorted(at)
    assert "| [stack](#stack) | 2 |" in text


def test_the_reference_is_markdown_that_says_what_the_rule_says() -> None:
    text = reference([rule()])
    assert "**STK-001** A \\| title" in text
    assert "- says: It \\*says\\* so." in text
    assert "- when: a is x and train_os is linux" in text
    assert "- source: a &lt;handbook&gt; (official, 2024-06-01)" in text
    assert ":7" not in text


AUDIT = Audit(
    rules={"derive": 2, "stack": 1},
    problems=(Remark(check="live", about="DER-001", place="rules/a.yaml:3", message="It is dead.", hint="Mend it."),),
    notes=(Remark(check="components", about="optax", message="no rule proposes it."),),
    coverage=Coverage(cases=4, covered=2, uncovered=("DER-002",), rules=3),
    books=(
        Book(
            name="situation",
            rules=2,
            layers=1,
            engine="plain",
            limits=(
                Nearness(limit="attributes", place="rulebook", figure=2, most=480),
                Nearness(limit="ways of a rule", place="rule DER-001", figure=32, most=64),
            ),
        ),
    ),
)


def test_an_audit_is_told_with_one_remark_on_a_line() -> None:
    lines = words.checked(AUDIT).splitlines()
    text = " ".join(" ".join(lines).split())
    assert lines[0] == "3 rules: derive 2, stack 1."
    assert "situation: 2 rules in 1 layer, plain; nearest to its limits: ways of a rule 32 of 64 (rule DER-001)" in text
    assert "2 of 3 rules (67%) fire in one of 4 cases or in an example of another rule. Not covered: DER-002." in text
    assert lines[-2] == "note: optax: no rule proposes it."
    assert lines[-1] == "problem: rules/a.yaml:3 DER-001: It is dead. Mend it."


def test_of_many_rules_that_are_not_covered_some_are_named() -> None:
    uncovered = tuple(f"DER-{number:03}" for number in range(40))
    many = words.checked(
        Audit(
            rules={},
            problems=(),
            notes=(),
            coverage=Coverage(cases=0, covered=0, uncovered=uncovered, rules=40),
            books=(),
        )
    )
    assert "DER-011 and 28 more" in " ".join(many.split())


def test_a_list_has_one_rule_on_a_line() -> None:
    assert words.listed([rule(), rule("STK-002")]) == "STK-001   A | title\nSTK-002   A | title\n"
    assert words.listed([]) == "There are no such rules.\n"
