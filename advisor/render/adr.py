"""The recommendation as a decision record, after MADR 4 (https://adr.github.io/madr)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from advisor.model.finding import Finding
from advisor.model.recommendation import NO_FRAMEWORK, Contribution, Ranked, Recommendation, named
from advisor.render.firmness import staying
from advisor.render.lines import Entry, as_markdown, listed, origin_in_words, text
from advisor.render.markdown import changes, entries, following, policy, scores
from advisor.render.sources import cited
from advisor.render.summary import in_words, summary

_GOOD, _BAD = 0.8, 0.4
"""Values from which on, and up to which, a criterion is a point for or against an option."""
_COUNTS = 0.02
"""Weight from which on a criterion is a driver of the decision."""
_AGAINST = ("Mind", "Conflict", "Error", "Warning")
"""Labels of the summary that speak against what is chosen."""


GENERATED = "generated-by: advisor"
"""What tells a record of this program from others."""


def render(recommendation: Recommendation, project: str = "", supersedes: str = "") -> str:
    """The record, as a proposal: who decides on what day is for those who sign it.

    `supersedes` is the name of the former record of the project, in the same folder.
    """
    return text(_lines(recommendation, project, supersedes))


def title(recommendation: Recommendation, project: str = "") -> str:
    """What a record is called."""
    on = named(recommendation.recommendation.primary)
    return f"Build {project} on {on}" if project else f"Build on {on}"


def front_matter(project: str) -> list[str]:
    """The lines by which the next record of the project finds this one."""
    return [GENERATED, *([f"project: {json.dumps(project)}"] if project else [])]


def _chosen(r: Recommendation) -> str:
    primary = r.recommendation.primary
    return named(primary).capitalize() if primary in NO_FRAMEWORK else primary


def _lines(r: Recommendation, project: str, supersedes: str) -> Iterator[str]:
    chosen = _chosen(r)
    yield from (
        "---",
        "status: proposed",
        f"date: {as_markdown(r.provenance.as_of)}",
        *front_matter(project),
        "---",
        "",
    )
    yield from (f"# {as_markdown(title(r, project))}", "", "## Context and Problem Statement", "")
    yield from (
        "Which AI framework, and which stack around it, should the project be built on? What is known of it:",
        "",
    )
    yield from entries(
        Entry(key, f"{in_words(value)}{_origin(r.origins.get(key, 'answered'))}") for key, value in r.answers.items()
    )
    yield from ("", "## Decision Drivers", "")
    yield from _drivers(r)
    yield from ("", "## Considered Options", "")
    yield from (f"- {as_markdown(option)}" for option in _options(r))
    yield from ("", "## Decision Outcome", "")
    yield from _outcome(r, chosen)
    yield from ("", "### Consequences", "")
    yield from _consequences(r)
    yield from ("", "### Confirmation", "", _confirmation(r))
    yield from ("", "## Pros and Cons of the Options")
    for ranked in r.ranking:
        yield from ("", f"### {as_markdown(ranked.option)}", "", *_points(ranked))
    for excluded in r.excluded:
        against = [_finding(r, identity) for identity in excluded.findings]
        yield from ("", f"### {as_markdown(excluded.option)}", "")
        yield from (f"- Bad, because {_because(finding.message)} ({as_markdown(finding.id)})" for finding in against)
    yield from ("", "## More Information")
    if supersedes:
        said = as_markdown(supersedes)
        yield from (
            "",
            f"Supersedes [{said}]({quote(supersedes)}), which is to be marked as superseded by this record.",
        )
    yield from _more(r)


def _origin(origin: str) -> str:
    return "" if origin == "answered" else f" ({origin_in_words(origin)})"


def _drivers(r: Recommendation) -> Iterator[str]:
    """What counts, the heaviest first, and what moved it."""
    counting = sorted((w for w in r.weights if w.final >= _COUNTS), key=lambda weight: -weight.final)
    for weight in counting:
        moved = f", moved by {listed(list(weight.moved_by))}" if weight.moved_by else ""
        yield f"- {as_markdown(weight.criterion)}, {weight.final:.0%} of all weight{as_markdown(moved)}"
    if not counting:
        yield "- Nothing has a weight: the answers leave nothing to compare."


def _options(r: Recommendation) -> list[str]:
    considered = [*(ranked.option for ranked in r.ranking), *(excluded.option for excluded in r.excluded)]
    return considered or ["none"]


def _outcome(r: Recommendation, chosen: str) -> Iterator[str]:
    said = list(summary(r))
    why = [entry.said for entry in said if entry.label == "Why"]
    reason = why[0] if why else said[0].said
    yield f'Chosen option: "{as_markdown(chosen)}", because {as_markdown(reason)}'
    yield ""
    yield from entries(entry for entry in said if entry.label not in ("Why", *_AGAINST))


def _consequences(r: Recommendation) -> Iterator[str]:
    """What follows for the stack, what has to be minded, and the way out."""
    for part in r.recommendation.stack:
        why = _finding(r, part.findings[0]).message if part.findings else ""
        yield f"- Good, because {as_markdown(part.component)} ({part.place}): {as_markdown(why)}"
    for entry in summary(r):
        if entry.label in _AGAINST:
            yield f"- Bad, because {_because(entry.said)}"
    if r.exit:
        yield f"- Neutral, because of the way out: {as_markdown(r.exit.message)}"
    if r.staying is not None:
        yield f"- Neutral, because {_because(staying(r.staying, r.recommendation.primary))}"
    if not r.recommendation.stack:
        yield "- Neutral, because no stack is named."


def _confirmation(r: Recommendation) -> str:
    """When it has to be looked at again."""
    coming = sorted(evidence.expires for evidence in r.evidence if evidence.expires and not evidence.expired)
    gone = [evidence.id for evidence in r.evidence if evidence.expired]
    review = f"Look at it again on {as_markdown(coming[0])}, when the first of its evidence expires." if coming else ""
    aged = f"Expired already: {as_markdown(listed(gone))}." if gone else ""
    same = ["answers", "knowledge"]
    same += ["measurements"] * bool(r.measurements.used) + ["policy"] * (r.policy is not None) + ["day"]
    again = f"The same {listed(same)} give the same record."
    return " ".join(filter(None, [again, review, aged]))


def _points(ranked: Ranked) -> list[str]:
    counting = sorted((c for c in ranked.contributions if c.weight >= _COUNTS), key=lambda c: -c.weight)
    return [_point(contribution) for contribution in counting] or ["- Neutral, because nothing that counts is known."]


def _point(contribution: Contribution) -> str:
    kind = "Good" if contribution.value >= _GOOD else "Bad" if contribution.value <= _BAD else "Neutral"
    known = f" ({as_markdown(listed(contribution.evidence))})" if contribution.evidence else ", unknown"
    return f"- {kind}, because {as_markdown(contribution.criterion)} is {contribution.value:.2f} of 1{known}"


def _finding(r: Recommendation, identity: str) -> Finding:
    return next(finding for finding in r.findings if finding.id == identity)


def _because(message: str) -> str:
    return as_markdown(message.rstrip("."))


def _more(r: Recommendation) -> Iterator[str]:
    if r.ranking:
        yield from ("", "### Scores", "")
        yield from scores(r)
    if r.policy is not None:
        yield from ("", "### Policy", "", *policy(r.policy))
    yield from changes(r)
    if r.provenance.depth == "core":
        yield from ("", "What would unseat it was not looked for: `--depth full` does.")
    if r.next_steps:
        yield from ("", "### Next", "", *following(r))
    yield from ("", "### Evidence", "")
    yield from (f"- {cited(evidence)}" for evidence in r.evidence)
