"""How likely an expert is to accept the option that comes first, by how far it leads.

Of two answers of which each is best in every draw, one may lead by three standard deviations and one by nine: a lead
tells them apart where the share of the draws cannot. Where there is code, the harder question is whether to stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, hypot, inf

from advisor.model.knowledge import Acceptance
from advisor.model.score import NORMAL_90, Ranking, Scored
from advisor.scoring.rank import leading


def lead(ranking: Ranking, place: int = 0) -> float:
    """How far an option is ahead of the best of the others, in standard deviations of that difference.

    It is below 0 for one that is behind; an option that is alone is ahead of all that there could be.
    """
    option = ranking.scored[place]
    rivals = [*ranking.scored[:place], *ranking.scored[place + 1 :]]
    if not rivals:
        return inf
    ahead = option.score - rivals[0].score
    spread = hypot(_spread(option), _spread(rivals[0]))
    # Where nothing is uncertain any difference is one for certain, and none is none.
    return ahead / spread if spread else ahead * inf if ahead else 0.0


def open_move(ranking: Ranking, inherited: Sequence[str]) -> tuple[str, str] | None:
    """The option that keeps most of the code, and the one that something new would be built on, which keeps less.

    None where the second keeps as much: then nothing is open.
    """
    rest = [weight for weight in ranking.weights if weight.criterion not in inherited]
    new = leading({scored.option: scored.values for scored in ranking.scored}, rest)
    kept = {
        scored.option: scored.values[criterion].mean
        for criterion in inherited[:1]
        for scored in ranking.scored
        if criterion in scored.values
    }
    most = max(kept, key=kept.__getitem__, default=new)
    return (most, new) if kept.get(new, 0.0) < kept.get(most, 0.0) else None


def accepted(lead: float, line: Acceptance, *, open_to_move: bool = False) -> float:
    """The probability that an expert accepts an option that leads by so much."""
    log_odds = line.level + line.lead * max(-line.most, min(line.most, lead)) - line.move * open_to_move
    # Written for either sign, so that no line is too steep for the exponential.
    return 1 / (1 + exp(-log_odds)) if log_odds >= 0 else exp(log_odds) / (1 + exp(log_odds))


def _spread(scored: Scored) -> float:
    """Standard deviation of the sampled scores."""
    low, high = scored.interval
    return (high - low) / (2 * NORMAL_90)
