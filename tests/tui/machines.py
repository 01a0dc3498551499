"""What a questionnaire knows of three kinds of machine that are made up."""

from __future__ import annotations

from kinds.made_up import APPLE, CPU, NVIDIA, measured

from advisor.machines import Fleet, decide
from advisor.model.answers import Answers
from advisor.model.fleet import FleetDecision
from tui.stories import session

FLEET = Fleet(runs=tuple(map(measured, (NVIDIA, CPU, APPLE))), nodes={})


def deciding(answers: Answers) -> FleetDecision:
    """One framework for all of them."""
    return decide(session(), FLEET, answers, full=False)
