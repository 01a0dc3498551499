"""Makes the record of how honest the confidence and the predictions are; run by hand, it takes a few minutes.

    python tests/honesty/record.py

An answer is wrong in two ways: nobody thought of such a situation, or the rulebook lacks something that others of its
kind have. Of the first there are the answers to situations of the field at first sight, before a rule had learnt from
one. For the second the gold cases, which the rules were written with at hand, are answered by rulebooks that lack a
random share of the rules and facts, as many as make about as many answers wrong. The line from the lead of an answer,
and from whether it is open to stay with what there is, to the probability that it is accepted is fitted to both, of
which each counts as much as the other; what is reported of them is said of each case by a line that was fitted to the
other cases.
The situations of the field are answered by such rulebooks too: the rules have learnt from them, so that the whole
rulebook is as little wrong there. A gap is not random where nobody thought of a whole kind of situation: one more
sample answers each case without the rules that hardly another case needs.

It prints the constants for `decision.acceptance` in `knowledge/criteria.yaml`, and writes `record.json` and
`reliability.svg`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests"), str(CHECKOUT / "tests" / "truth")]

import report  # noqa: E402  (found by the line above)

from advisor.loading.cases import GoldCase, read_cases  # noqa: E402
from advisor.loading.knowledge import load  # noqa: E402
from advisor.model.knowledge import Acceptance, KnowledgeBase  # noqa: E402
from advisor.scoring.acceptance import accepted  # noqa: E402
from honesty.drawing import svg  # noqa: E402
from honesty.fitting import Array, held_out, line  # noqa: E402
from honesty.inputs import digests, gold  # noqa: E402
from honesty.measures import Answers, measured, quick  # noqa: E402
from honesty.observing import Observation, field_cases, first_answers, knocked_out, observed, spared  # noqa: E402

RULEBOOKS = 100
ON_FIELD = 20
"""Rulebooks that answer the situations of the field, which are nine times as many."""
SHARE, RULES_ALONE = 0.05, 0.15
"""Of rules and facts left out, and of rules alone, so that about one answer in twenty-two is wrong."""
FEW = (1, 2, 3)
"""Cases that need a rule, where each is answered without the rules that hardly another one needs."""
MOST = 4.0
"""Standard deviations; hardly an answer that leads by more was wrong, and no sample of this size could say how few."""
_SUREST = 0.998
"""A share of the draws that is all of them says no more than that it was so in these."""

Feature = Callable[[Observation], Sequence[float]]


def main() -> None:
    """Fit, report, and write the record."""
    base = load(use_cache=False)
    cases, field = read_cases([gold()], base), field_cases(base)
    answers, first = _knocked_out(base, cases, range(RULEBOOKS), SHARE, SHARE), first_answers()
    both = _alike(first, answers)
    constants = _constants(both, base.decision.acceptance.inherited)
    line_of = Acceptance(**constants)
    of_field = _knocked_out(base, field, range(RULEBOOKS, RULEBOOKS + ON_FIELD), SHARE, SHARE)
    record: dict[str, Any] = {
        "constants": constants,
        "inputs": digests(),
        "rules": base.digests["rules"],
        "left out": {"share": SHARE, "rulebooks": RULEBOOKS, "rulebooks on the field": ON_FIELD},
        "nothing left out": {"gold": _right(observed(base, cases)), "field": _right(observed(base, field))},
        "first answers": measured(_held_out(both, first, _line)),
        "held out": measured(_held_out(both, answers, _line)),
        "field": measured(_said(of_field, line_of)),
        "own rules left out": {
            f"those of {few} cases at most": measured(_said(list(spared(base, [*cases, *field], few)), line_of))
            for few in FEW
        },
        "tried": _tried(
            first,
            answers,
            list(observed(base, cases)),
            {
                "first answers": first,
                "rules and facts left out": answers,
                "rules alone left out": _knocked_out(base, cases, range(RULEBOOKS), RULES_ALONE, 0.0),
            },
        ),
        "predictions": _predictions(),
    }
    (HERE / "record.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    (HERE / "reliability.svg").write_text(svg(record), encoding="utf-8")
    print(json.dumps(record, indent=1))
    print("acceptance: {" + ", ".join(f"{name}: {_in_yaml(value)}" for name, value in constants.items()) + "}")


def _in_yaml(value: object) -> object:
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else value


def _alike(some: Sequence[Observation], others: Sequence[Observation]) -> list[Observation]:
    """Both, the first so often that they count as much as the others."""
    return [*list(some) * round(len(others) / len(some)), *others]


def _knocked_out(
    base: KnowledgeBase, cases: Sequence[GoldCase], books: Iterable[int], rules: float, facts: float
) -> list[Observation]:
    """The first options by rulebooks that lack these shares."""
    lacking = (knocked_out(base, book, rules=rules, facts=facts) for book in books)
    return [one for book in lacking for one in observed(book, cases) if one.first]


def _right(answers: Iterable[Observation]) -> dict[str, int]:
    firsts = [one for one in answers if one.first]
    return {"answers": len(firsts), "accepted": sum(one.accepted for one in firsts)}


def _said(answers: Sequence[Observation], line_of: Acceptance) -> Answers:
    """What the program says with these constants."""
    said = np.array([accepted(one.lead, line_of, open_to_move=one.open) for one in answers])
    return Answers(said, _accepted(answers), _cases(answers))


def _lead(one: Observation) -> Sequence[float]:
    return [max(-MOST, min(MOST, one.lead))]


def _line(one: Observation) -> Sequence[float]:
    return [*_lead(one), -float(one.open)]


def _log_odds(one: Observation) -> Sequence[float]:
    p = max(1 - _SUREST, min(_SUREST, one.p_best))
    return [log(p / (1 - p))]


def _constants(both: Sequence[Observation], inherited: tuple[str, ...]) -> dict[str, Any]:
    level, lead, move = (round(float(value), 2) for value in line(_features(both, _line), _accepted(both)))
    return {"level": level, "lead": lead, "most": MOST, "move": move, "inherited": inherited}


def _tried(
    first: Sequence[Observation],
    answers: Sequence[Observation],
    options: Sequence[Observation],
    asked: Mapping[str, Sequence[Observation]],
) -> dict[str, dict[str, Any]]:
    """Other lines, and other observations to fit one to, each held out by case and held against the same answers.

    Of first answers the share of the draws was not kept.
    """
    both = _alike(first, answers)
    ways: Mapping[str, tuple[Sequence[Observation], Feature]] = {
        "the same for every answer": (both, lambda _: []),
        "by the lead": (both, _lead),
        "by the lead, and whether to stay": (both, _line),
        "the same, from first answers alone": (first, _line),
        "the same, from rules and facts left out alone": (answers, _line),
        "by the lead, from rules and facts left out alone": (answers, _lead),
        "by the share of draws, from those": (answers, _log_odds),
        "by the lead, from every option of the whole rulebook": (options, _lead),
    }
    return {
        way: {
            name: quick(_held_out(fitted, these, feature))
            for name, these in asked.items()
            if feature is not _log_odds or these is not first
        }
        for way, (fitted, feature) in ways.items()
    }


def _held_out(fitted: Sequence[Observation], asked: Sequence[Observation], feature: Feature) -> Answers:
    said = held_out(
        _features(fitted, feature), _accepted(fitted), _cases(fitted), _features(asked, feature), _cases(asked)
    )
    return Answers(said, _accepted(asked), _cases(asked))


def _features(observations: Sequence[Observation], feature: Feature) -> Array:
    return np.array([list(feature(one)) for one in observations], dtype=float).reshape(len(observations), -1)


def _accepted(observations: Sequence[Observation]) -> Array:
    return np.array([one.accepted for one in observations], dtype=float)


def _cases(observations: Sequence[Observation]) -> Any:
    return np.array([one.case for one in observations])


def _predictions() -> dict[str, Any]:
    """The times that were predicted against those that whole models took."""
    truth = report.truths()
    return {
        half: report.figures({key: truth[key] for key in keys}, report.predictions())
        for half, keys in report.halves(truth).items()
        if keys
    }


if __name__ == "__main__":
    main()
