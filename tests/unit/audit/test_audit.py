"""The whole of it: counts, and how near the rulebooks come to the limits of the engine."""

from __future__ import annotations

from faulting import audited, rule

from advisor.inference import durable
from advisor.inference.limits import MOST_USES_OF_A_CHECK


def test_every_phase_is_counted_and_every_rulebook_described() -> None:
    found = audited(rule("PRE-001", "{domain: cv}"), rule("CAU-001", "{domain: cv}"), rule("CAU-002", "{task: train}"))
    assert found.rules == {"preference": 1, "caution": 2}
    assert [(book.name, book.rules, book.layers) for book in found.books] == [
        ("situation", 1, 1),
        ("option", 0, 1),
        ("verdict", 2, 1),
    ]


def test_how_near_it_comes_to_each_limit_is_told_with_the_place() -> None:
    condition = "{all: [{domain: [cv, nlp]}, {needs: [streaming, full_int8]}, {latency_ms: {lt: 5}}]}"
    _, _, verdict = audited(rule("CAU-001", condition), rule("CAU-002", "{domain: llm}")).books
    near = {limit.limit: (limit.figure, limit.most, limit.place) for limit in verdict.limits}
    assert near["ways of a rule"] == (2, 64, "rule CAU-001")
    assert near["comparisons together"] == (3, 15, "rule CAU-001")
    assert near["ways in all"] == (3, 4000, "rulebook")
    assert near["uses of a comparison"][:2] == (2, 240)


def test_a_rulebook_beyond_the_limits_is_chained_by_the_engine_in_plain_python() -> None:
    many = [rule(f"CAU-{number:03}", "{domain: cv}") for number in range(MOST_USES_OF_A_CHECK + 1)]
    situation, _, verdict = audited(rule("PRE-001", "{domain: cv}"), *many).books
    assert verdict.engine == "plain"
    assert situation.engine == ("durable-rules" if durable.available() else "plain")
    assert max(limit.figure / limit.most for limit in verdict.limits) > 1
