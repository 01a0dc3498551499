"""Explanations by name: of an option, a component or a finding, and of a change of answers."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.errors import InputError, Problem
from advisor.inquiry import explain_component, explain_option
from advisor.inquiry.explain_grounds import Grounds
from advisor.inquiry.explain_rules import finding, obstacles
from advisor.loading.problems import nearest, shown
from advisor.model.explanation import Explanation
from advisor.model.recommendation import NO_FRAMEWORK


def why(grounds: Grounds, name: str) -> Explanation:
    """Why an option or component stands where it stands, or why none of the options is recommended."""
    if name in NO_FRAMEWORK:
        return explain_option.none_of_them(grounds, name)
    if name in grounds.base.frameworks:
        return explain_option.why(grounds, _compared(grounds, name, "why"))
    return explain_component.why(grounds, _component(grounds, name, "why"))


def why_not(grounds: Grounds, name: str) -> Explanation:
    """Why an option is not recommended, or a component not part of the stack."""
    if name in NO_FRAMEWORK:
        return explain_option.none_of_them(grounds, name)
    if name in grounds.base.frameworks:
        return explain_option.why_not(grounds, _compared(grounds, name, "why-not"))
    return explain_component.why_not(grounds, _component(grounds, name, "why-not"))


def how(grounds: Grounds, identity: str) -> Explanation:
    """How a finding came about; of a rule that did not fire, what stands in its way."""
    if identity in grounds.findings:
        return finding(grounds, grounds.findings[identity], effects=True)
    name, _, option = identity.partition("@")
    rule = grounds.adviser.rules.get(name)
    if rule is not None and rule.phase == "eligibility" and not option:
        fired = [one for one in grounds.findings if one.startswith(f"{name}@")]
        hint = f"For example {(fired or [f'{name}@{min(grounds.weighed.projected)}'])[0]!r}."
        raise InputError(Problem(message=f"{name} speaks of one option at a time.", place="how", hint=hint))
    if rule is None or (option in grounds.weighed.projected) != (rule.phase == "eligibility"):
        others = [rule.id for rule in grounds.base.rules if rule.phase != "eligibility"]
        raise _unknown(identity, "no finding and no rule", "how", dict.fromkeys([*grounds.findings, *others]))
    return obstacles(grounds, rule, option)


def _compared(grounds: Grounds, option: str, command: str) -> str:
    if option not in grounds.weighed.projected:
        hint = "Name it in --options, or leave --options out."
        raise InputError(
            Problem(message=f"{option} is not among the options that are compared.", place=command, hint=hint)
        )
    return option


def _component(grounds: Grounds, name: str, command: str) -> str:
    if name not in grounds.base.components:
        known = [*grounds.weighed.projected, *grounds.base.components]
        raise _unknown(name, "no option and no component", command, known)
    return name


def _unknown(name: str, what: str, command: str, known: Iterable[str]) -> InputError:
    return InputError(Problem(message=f"{shown(name)} is {what}.", place=command, hint=nearest(name, known)))
