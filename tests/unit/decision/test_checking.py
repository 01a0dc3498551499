"""What of several things that have changed decides, and what is only said."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from deciding import answers, base, decided, recommended, session

from advisor.decision.checking import check
from advisor.frozen import replace
from advisor.model.check import Check
from advisor.model.policy import Denial, Denials, Policy, PolicyReport, Severity, Violation

EXAMPLE = "laptop"
FAR = "2099-01-01"
Mode = Literal["audit", "enforce"]


def violating(*severities: Severity, mode: Mode = "audit") -> PolicyReport:
    violations = tuple(
        Violation(
            rule=f"licence-{number}",
            severity=severity,
            subject="pytorch",
            place="train" if number else None,
            message="Its licence is not on the list.",
            remedy="Ask the legal department.",
        )
        for number, severity in enumerate(severities)
    )
    return PolicyReport(name="ours", mode=mode, digest="sha256:0", violations=violations)


def checked(*severities: Severity, as_of: str = "", mode: Mode = "enforce") -> Check:
    now = replace(recommended(EXAMPLE, as_of), policy=violating(*severities, mode=mode))
    return check("lock.json", decided(EXAMPLE), now, base())


def test_a_violated_policy_is_told_with_its_point_and_remedy() -> None:
    found = checked("error")
    assert found.outcome == "policy_violated"
    (point,) = (point for point in found.points if point.level == "error")
    assert (point.kind, point.subject) == ("policy-violated", "licence-0 pytorch")
    assert point.message == "pytorch: Its licence is not on the list. Ask the legal department."


def test_what_an_audit_finds_is_said_and_lets_the_decision_hold() -> None:
    found = checked("error", mode="audit")
    assert found.outcome == "holds"
    assert [point.level for point in found.points if point.kind == "policy-violated"] == ["warning"]


def test_what_a_policy_only_warns_of_is_said_and_decides_nothing() -> None:
    found = checked("warning", "note")
    assert found.outcome == "holds"
    levels = [point.level for point in found.points if point.kind == "policy-violated"]
    assert levels == ["warning", "note"]


def test_another_policy_than_that_of_the_decision_is_told() -> None:
    then = replace(decided(EXAMPLE), verdict=replace(decided(EXAMPLE).verdict, policy=violating("error")))
    now = recommended(EXAMPLE)
    (point,) = (point for point in check("lock.json", then, now, base()).points if point.subject == "policy")
    assert "decided under the policy ours of sha256:0, which is not given now" in point.message
    same = check("lock.json", then, replace(now, policy=violating("error")), base())
    assert "policy" not in {point.subject for point in same.points}


def test_of_several_outcomes_the_gravest_decides_and_all_are_said() -> None:
    found = checked("error", as_of=FAR)
    kinds = [point.kind for point in found.points]
    assert found.outcome == "policy_violated"
    assert kinds[0] == "policy-violated"
    assert "evidence-expired" in kinds
    assert checked(as_of=FAR).outcome == "expired"
    other = replace(decided(EXAMPLE), verdict=replace(decided(EXAMPLE).verdict, primary="jax"))
    changed = check("lock.json", other, recommended(EXAMPLE, FAR), base())
    assert changed.outcome == "changed"
    assert {"primary-changed", "evidence-expired"} <= {point.kind for point in changed.points}


@pytest.mark.parametrize("threshold", ["primary", "status", "stack"])
def test_a_change_that_nobody_watches_is_only_said(threshold: str) -> None:
    then = decided(EXAMPLE)
    changes: dict[str, Any] = {
        "primary": {"primary": "jax"},
        "status": {"status": "tie"},
        "stack": {"stack": then.verdict.stack[1:]},
    }
    then = replace(then, verdict=replace(then.verdict, **changes[threshold]))
    watched = check("lock.json", then, recommended(EXAMPLE), base())
    assert watched.outcome == "changed"
    quiet = replace(then, thresholds=replace(then.thresholds, **dict.fromkeys(("primary", "status", "stack"), False)))
    found = check("lock.json", quiet, recommended(EXAMPLE), base())
    assert found.outcome == "holds"
    assert [point.message for point in found.points if point.kind.startswith(threshold)]


def test_every_point_stands_at_a_place_of_the_decision() -> None:
    then = decided(EXAMPLE)
    found = check("lock.json", then, recommended(EXAMPLE, FAR), base())
    for point in found.points:
        if point.kind == "evidence-expired" and len(point.key) > 1:
            assert then.evidence[int(point.key[1])].id == point.subject


def under(deny: Denials) -> Check:
    """A decision with onnxruntime in its stack, under a policy that keeps something out."""
    house = replace(session(), policy=Policy(mode="enforce", deny=deny))
    now = house.recommend(answers("document_understanding"), full=False)
    return check("lock.json", decided("document_understanding"), now, base())


def test_an_option_that_is_kept_out_is_not_the_component_of_the_same_name() -> None:
    denial = (Denial(name="onnxruntime", reason="It is not trained with"),)
    assert under(Denials(options=denial)).outcome == "holds"
    kept_out = under(Denials(components=denial))
    assert kept_out.outcome == "policy_violated"
    assert [each.subject for each in kept_out.points if each.kind == "policy-violated"] == ["onnxruntime (deploy)"]
