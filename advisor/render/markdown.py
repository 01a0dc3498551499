"""The recommendation as Markdown, for a pull request: what the text says, in lists and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.model.policy import PolicyReport
from advisor.model.recommendation import Recommendation
from advisor.render.firmness import claims, lit
from advisor.render.lines import Entry, as_markdown, origin_in_words, text
from advisor.render.memory import breakdown, sentence
from advisor.render.policy import HEAD, asked, rows, standing
from advisor.render.sources import cited
from advisor.render.summary import changed, in_words, summary
from advisor.render.sureness import doubts


def render(recommendation: Recommendation) -> str:
    """All of it; nothing in it is obeyed by Markdown or HTML."""
    return text(_lines(recommendation))


def entries(found: Iterable[Entry]) -> Iterator[str]:
    """Sentences as a list, each with its label."""
    for entry in found:
        yield f"- **{as_markdown(entry.label)}**: {as_markdown(entry.said)}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table; a column whose name ends with a colon is of numbers."""
    names = list(head)
    yield f"| {' | '.join(name.rstrip(':') for name in names)} |"
    yield f"|{'|'.join('--:' if name.endswith(':') else '---' for name in names)}|"
    for row in rows:
        yield f"| {' | '.join(map(as_markdown, row))} |"


def scores(r: Recommendation) -> Iterator[str]:
    """Scores with their intervals, and what each criterion makes of the options."""
    yield from table(
        ("option", "score:", "90 % of draws:"),
        (
            (ranked.option, f"{ranked.score:.3f}", f"{ranked.interval[0]:.2f} to {ranked.interval[1]:.2f}")
            for ranked in r.ranking
        ),
    )
    yield ""
    yield from table(
        ("criterion", "weight:", *(f"{ranked.option}:" for ranked in r.ranking)),
        (
            (each.criterion, f"{each.weight:.1%}", *(f"{ranked.contributions[i].value:.2f}" for ranked in r.ranking))
            for i, each in enumerate(r.ranking[0].contributions)
            if each.weight
        ),
    )


def changes(r: Recommendation) -> Iterator[str]:
    """What would unseat the first, revive an option or make another one first."""
    unseating = (
        Entry(flip.to, f"{changed(flip.change)}{doubts(flip.status, flip.confidence)}") for flip in r.sensitivity.flips
    )
    reviving = (Entry(excluded.option, revival.why) for excluded in r.excluded for revival in excluded.revive)
    asking = (
        Entry(question.key, f"{question.text} It could become {', '.join(question.could_become)}.")
        for question in r.questions
    )
    parts = {
        "Answers that would unseat it": unseating,
        "What would revive": reviving,
        "Open questions": asking,
        "How firmly it stands": claims(r),
        "In other lights": lit(r),
    }
    for title, found in parts.items():
        if said := list(entries(found)):
            yield from ("", f"### {title}", "", *said)


def policy(report: PolicyReport) -> Iterator[str]:
    """What a policy says: how it fares, the violations in a table, and what it asks."""
    yield f"Policy: {as_markdown(standing(report))}"
    if found := rows(report):
        yield from ("", *table(HEAD, found))
    if asks := list(entries(asked(report))):
        yield from ("", *asks)
    yield from ("", f"Digest of the policy: `{as_markdown(report.digest)}`.")


def following(r: Recommendation) -> Iterator[str]:
    """Commands that go on from here, each with what it does."""
    for step in r.next_steps:
        rests = f"{as_markdown(', '.join(step.evidence))}"
        yield f"- **{as_markdown(step.component)}**: {as_markdown(step.does)} ({rests})"
        yield from ("", f"      {' '.join(step.command.split())}", "")


def _lines(r: Recommendation) -> Iterator[str]:
    first, *others = summary(r)
    yield from (f"# {as_markdown(first.label)} {as_markdown(first.said)}", "")
    yield from entries(others)
    if r.ranking:
        yield from ("", "## Scores", "")
        yield from scores(r)
    if r.memory is not None:
        yield from ("", "## Memory", "", as_markdown(sentence(r.memory)))
        yield as_markdown(breakdown(r.memory.needed))
    if r.policy is not None:
        yield from ("", "## Policy", "", *policy(r.policy))
    if said := list(changes(r)):
        yield from ("", "## What would change it", *said)
    if r.next_steps:
        yield from ("", "## Next", "", *following(r))
    yield from ("", "## Findings", "")
    for finding in r.findings:
        facts = ", ".join(f"{key} {in_words(value)}" for key, value in finding.facts.items())
        yield f"- **{as_markdown(finding.id)}**: {as_markdown(finding.message)} Because {as_markdown(facts)}."
    yield from ("", "## Answers", "")
    yield from table(
        ("key", "answer", "from"),
        ((key, in_words(value), origin_in_words(r.origins.get(key, "answered"))) for key, value in r.answers.items()),
    )
    yield from ("", "## Sources", "")
    yield from (f"- {cited(evidence)}" for evidence in r.evidence)
    yield from ("", *_provenance(r))


def _provenance(r: Recommendation) -> Iterator[str]:
    p = r.provenance
    digests = f"knowledge `{as_markdown(p.knowledge)}`, rules `{as_markdown(p.rules)}`"
    yield f"advisor {as_markdown(p.advisor)}, as of {as_markdown(p.as_of)}; {digests}."
