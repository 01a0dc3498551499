"""Why a rule did not fire: each part of its condition, true, false or not known."""

from __future__ import annotations

import subprocess
import sys

import pytest
from inference_making import KINDS, all_, any_, has, is_, known, not_, order, unknown

from advisor.inference.plain import Verdict, explain
from advisor.model.rule import Condition
from advisor.model.trace import Facts

YES, NO, OPEN = known("os"), unknown("os"), is_("chip", "m1")
FACTS: Facts = {"os": "linux", "memory": 8.0, "tasks": frozenset({"vision"})}
DERIVED = {"need": {"speed"}}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (YES, True),
        (NO, False),
        (OPEN, None),
        (not_(YES), False),
        (not_(NO), True),
        (not_(OPEN), None),
        (all_(YES, OPEN), None),
        (all_(OPEN, NO), False),
        (all_(YES, YES), True),
        (any_(NO, OPEN), None),
        (any_(OPEN, YES), True),
        (any_(NO, NO), False),
        (not_(all_(OPEN, NO)), True),
        (order("memory", "lt", 8.00001), False),
        (order("memory", "lt", 8.0001), True),
        (has("tasks", "text"), False),
        (has("need", "speed"), True),
        (has("need", "calm"), False),
        (has("risk", "high"), False),
        (not_(has("risk", "high")), True),
    ],
)
def test_what_is_not_known_stays_open_until_something_else_decides(condition: Condition, *, holds: bool | None) -> None:
    assert explain(condition, FACTS, DERIVED, KINDS).holds is holds


def test_an_explanation_has_the_shape_of_the_condition_and_the_values_seen() -> None:
    condition = all_(is_("os", "macos"), not_(OPEN), has("need", "calm"), known("note"))
    assert explain(condition, FACTS, DERIVED, KINDS) == Verdict(
        condition,
        holds=False,
        parts=(
            Verdict(is_("os", "macos"), holds=False, seen="linux"),
            Verdict(not_(OPEN), holds=None, parts=(Verdict(OPEN, holds=None),)),
            Verdict(has("need", "calm"), holds=False, seen=frozenset({"speed"})),
            Verdict(known("note"), holds=False),
        ),
    )


def test_the_engine_loads_lightly_and_without_durable_rules() -> None:
    program = (
        "import sys; sys.modules['durable_rules_engine'] = None\n"
        "from advisor.inference import durable, plain\n"
        "assert not durable.available()\n"
        "print(plain.compile_rules((), {}).consult({}).firings)\n"
        "print(sorted({'pydantic', 'yaml', 'difflib', 'durable', 'logging'} & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "()\n[]\n"
