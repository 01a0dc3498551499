"""How sure an answer is, in the words that every text has for it."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.model.recommendation import Confidence, Status

SETTLED: Mapping[Status, str] = {
    "decided": "decided",
    "tie": "a tie",
    "low_confidence": "not settled",
    "needs_more_info": "too little is known",
    "out_of_scope": "out of scope",
    "no_feasible_option": "no option satisfies every answer",
    "contradictory": "the answers exclude each other",
}
"""Whether an answer stands, apart from how confident it is."""
_RECOMMENDING = ("decided", "tie", "low_confidence")
"""Where one of the options is recommended, of which it can be said how often it is best."""


def sureness(status: Status, confidence: Confidence | None) -> str:
    """Whether the answer stands, and where an option is recommended, how sure that is."""
    if confidence is None or status not in _RECOMMENDING:
        return SETTLED[status]
    return f"{SETTLED[status]}; best in {confidence.p_best:.0%} of draws, confidence {confidence.level}"


def doubts(status: Status, level: str) -> str:
    """What has to be said of an answer that is not sure, as in `keras is first, with low confidence`; else nothing."""
    if status == "tie":
        return ", tied with others"
    if status in ("decided", "low_confidence") and level == "low":
        return ", with low confidence"
    return "" if status == "decided" else f", but {SETTLED[status]}"
