"""Rules that no engine takes, and what their authors are told."""

from __future__ import annotations

import pytest
from inference_making import KINDS, all_, any_, has, is_, known, not_, order, rule

from advisor.inference.engine import Compile, Kinds, RulebookError
from advisor.model.rule import Condition, Rule

LINUX = is_("os", "linux")


def refusal(compile_rules: Compile, *rules: Rule, kinds: Kinds = KINDS) -> str:
    with pytest.raises(RulebookError) as refused:
        compile_rules(rules, kinds)
    return str(refused.value)


@pytest.mark.parametrize(
    ("when", "message"),
    [
        (all_(), "`all` has 0 parts; expected one or more parts."),
        (any_(), "`any` has 0 parts; expected one or more parts."),
        (not_(any_()), "`any` has 0 parts"),
        (Condition(op="not"), "`not` has 0 parts; expected exactly one part."),
        (Condition(op="not", parts=(LINUX, LINUX)), "`not` has 2 parts"),
        (Condition(op="is", attribute="os", value="linux", parts=(LINUX,)), "`is` has parts"),
        (Condition(op="near", attribute="os"), "`near` is no operator. Use one of all, any, not, is"),  # type: ignore[arg-type]
        (is_("oss", "linux"), "The attribute `oss` is not declared. Did you mean `os`?"),
        (is_("planet", "mars"), "The attribute `planet` is not declared. Declare it"),
        (is_("tasks", "vision"), "`is` cannot read `tasks`, which is of kind words. Use one of has, known, unknown."),
        (has("os", "linux"), "`has` cannot read `os`, which is of kind word."),
        (order("os", "lt", 3), "`lt` cannot read `os`, which is of kind word."),
        (known("need"), "`known` cannot read `need`, which is of kind derived. Use one of has."),
        (known("team"), "`known` cannot read `team`, which is of kind levels. Rules do not read"),
        (is_("os", ""), "`is` compares `os` with ''; expected a word."),
        (is_("os", "two\nlines"), "expected a word. Write 1 to 200 printable characters."),
        (is_("os", "x" * 201), "expected a word"),
        (is_("os", "\ud800"), "expected a word"),
        (Condition(op="has", attribute="tasks", value=3), "`has` compares `tasks` with 3; expected a word."),
        (Condition(op="known", attribute="os", value="x"), "`known` compares `os` with 'x'; expected nothing."),
        (Condition(op="lt", attribute="memory", value="8"), "expected a number. Write a number without quotes."),
        (Condition(op="lt", attribute="memory", value=True), "`lt` compares `memory` with True; expected a number."),
        (order("memory", "lt", float("nan")), "expected a finite number"),
        (order("memory", "lt", float("inf")), "expected a finite number"),
        (order("memory", "lt", 1e22), "expected a finite number"),
    ],
)
def test_a_condition_that_cannot_be_run_is_refused_by_name(
    compile_rules: Compile, when: Condition, message: str
) -> None:
    text = refusal(compile_rules, rule("GOOD", LINUX), rule("BAD-1", all_(LINUX, when)))
    assert text.startswith("rule BAD-1: ")
    assert message in text


@pytest.mark.parametrize(
    ("derive", "message"),
    [
        ({"os": "linux"}, "It derives `os`, which is not a derived attribute."),
        ({"ned": "speed"}, "It derives `ned`, which is not a derived attribute. Did you mean `need`?"),
        ({"need": ""}, "It derives `need`: ''; expected a word."),
        ({"need": 3}, "It derives `need`: 3; expected a word."),
    ],
)
def test_a_conclusion_that_cannot_be_drawn_is_refused(
    compile_rules: Compile, derive: dict[str, str], message: str
) -> None:
    assert f"rule BAD: {message}" in refusal(compile_rules, rule("BAD", LINUX, derive))


def test_an_id_is_plain_text_and_stands_once(compile_rules: Compile) -> None:
    assert "rule A: 2 rules have this id" in refusal(compile_rules, rule("A", LINUX), rule("A", known("os")))
    assert "The id is not plain text" in refusal(compile_rules, rule("A\0", LINUX))
    kinds: Kinds = {"o\ns": "word"}
    assert "is not plain text" in refusal(compile_rules, rule("A", known("o\ns")), kinds=kinds)


def test_everything_wrong_is_said_at_once(compile_rules: Compile) -> None:
    text = refusal(compile_rules, rule("A", all_()), rule("B", LINUX), rule("C", known("need"), {"os": "x"}))
    assert [line.split(":")[0] for line in text.splitlines()] == ["rule A", "rule C", "rule C"]


@pytest.mark.parametrize(
    "rules",
    [
        (rule("LOOP", not_(has("need", "speed")), {"need": "speed"}),),
        (
            rule("LOOP", all_(LINUX, not_(has("risk", "high"))), {"need": "speed"}),
            rule("NEXT", any_(known("os"), has("need", "speed")), {"tier": "one"}),
            rule("LAST", has("tier", "one"), {"risk": "high"}),
            rule("BYSTANDER", not_(has("need", "speed")), {"risk": "low"}),
        ),
    ],
)
def test_negation_through_recursion_is_refused(compile_rules: Compile, rules: tuple[Rule, ...]) -> None:
    text = refusal(compile_rules, *rules)
    assert text.startswith("rule LOOP: It concludes need: speed from the absence of ")
    assert "expected no negation through recursion" in text
    assert len(text.splitlines()) == 1


def test_a_word_may_rest_on_the_absence_of_another_of_its_attribute(compile_rules: Compile) -> None:
    rules = (rule("A", not_(has("need", "speed")), {"need": "calm"}),)
    assert compile_rules(rules, KINDS).consult({}).derived == {"need": {"calm"}}


def test_a_condition_nested_too_deep_is_refused(compile_rules: Compile) -> None:
    when = LINUX
    for _ in range(5000):
        when = not_(when)
    assert "rule DEEP: The condition is nested more than 20 levels deep." in refusal(compile_rules, rule("DEEP", when))


def ways(number: int) -> Condition:
    return any_(*(has("tasks", f"w{word}") for word in range(number)))


def test_a_rule_can_hold_in_64_ways(compile_rules: Compile) -> None:
    engine = compile_rules((rule("R", ways(64)),), KINDS)
    assert len(engine.consult({"tasks": frozenset({"w63"})}).firings) == 1
    text = refusal(compile_rules, rule("R", all_(ways(13), any_(*[has("need", f"t{word}") for word in range(5)]))))
    assert "rule R: The condition can hold in 65 ways" in text
    assert "Split the rule" in text


def test_a_rule_that_would_explode_is_refused_at_once(compile_rules: Compile) -> None:
    assert f"can hold in {64**20} ways" in refusal(compile_rules, rule("R", all_(*[ways(64)] * 20)))
