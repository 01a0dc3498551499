"""Over all gold cases: who else is compared says nothing of how two options stand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from advisor.model.score import Value, Weight
from advisor.scoring.rank import rank
from cases.interviewing import gold, session

ADDED = 25
"""Options that are made up for each case, and join one at a time and all together."""
EACH_CASE = pytest.mark.parametrize("name", list(gold()))

Option = Mapping[str, Value]


def made_up(name: str, weights: tuple[Weight, ...]) -> dict[str, Option]:
    """Options from hopeless to perfect; some stand before all others by name and some after."""
    random = Random(name)
    made: dict[str, Option] = {}
    for number in range(ADDED):
        level = number / (ADDED - 1)
        made[f"{random.choice('az')} {number}"] = {
            weight.criterion: Value(
                mean=random.uniform(level**2, level**0.5), sd=random.uniform(0, 0.3), grade="judged"
            )
            for weight in weights
        }
    return made


@EACH_CASE
def test_an_added_option_changes_neither_the_order_nor_a_score_of_the_others(name: str) -> None:
    weighed, decision = session().consult(gold()[name]).weighed, session().base.decision
    before = rank(weighed.options, weighed.weights, decision)
    added = made_up(name, weighed.weights)
    leaders = set()
    for more in (*({option: values} for option, values in added.items()), added):
        after = rank({**weighed.options, **more}, weighed.weights, decision)
        assert tuple(scored for scored in after.scored if scored.option not in more) == before.scored
        leaders.add(after.scored[0].option)
    assert len(leaders) > 1
