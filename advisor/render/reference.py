"""Every rule, as a document in Markdown that is kept beside the rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from advisor.model.rule import Phase, Rule, effects_words
from advisor.render.conditions import in_words
from advisor.render.lines import as_markdown
from advisor.render.rules import situation

COMMAND = "advisor rules reference --output rules/README.md"

_WITHIN = re.compile(r"(?<=\w)\\_(?=\w)")
_PHASES: dict[Phase, str] = {
    "derive": "What kind of decision it is: concluded of the answers, before any option is looked at.",
    "preference": "What counts more, or less: shifts the weights of criteria within their bands.",
    "eligibility": "What an option must not lack: excludes it.",
    "stack": "What stands around the option that comes first: proposes components for a place.",
    "caution": "What the reader has to be told: raises flags.",
}


def reference(rules: Iterable[Rule]) -> str:
    """The rules by phase and file, in the order of the files; the first line says how the document is made."""
    found = sorted(rules, key=lambda rule: (list(_PHASES).index(rule.phase), _file(rule)))
    return "\n".join(_document(found)).rstrip("\n") + "\n"


def _document(rules: list[Rule]) -> Iterator[str]:
    yield f"Made by `{COMMAND}` from the rules in the folders beside it; it is never edited."
    yield ""
    yield "# The rules"
    yield ""
    counts = Counter(rule.phase for rule in rules)
    yield f"{len(rules)} rules. Each fires on what is known: an open answer fulfils no comparison, and is in the way of"
    yield "none that stands after `unless`."
    yield ""
    yield "| phase | rules | what it is for |"
    yield "|---|---|---|"
    for phase, meaning in _PHASES.items():
        yield f"| [{phase}](#{phase}) | {counts[phase]} | {meaning} |"
    for phase, of_phase in groupby(rules, key=lambda rule: rule.phase):
        yield from ("", f"## {phase}")
        for file, of_file in groupby(of_phase, key=_file):
            yield from ("", f"### {file}")
            for rule in of_file:
                yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield from ("", f"**{rule.id}** {_text(rule.title)}", "")
    source = f"{rule.source.ref} ({rule.source.grade}, {rule.source.observed})"
    for label, said in (
        ("when", in_words(rule.when)),
        ("then", effects_words(rule.then)),
        ("says", rule.message),
        ("because", rule.reason),
        ("source", source),
        ("fires", situation(rule.fires)),
        ("misses", situation(rule.misses)),
    ):
        yield f"- {label}: {_text(said)}"


def _text(said: str) -> str:
    """Text in Markdown, in which an underscore within a name means nothing."""
    return _WITHIN.sub("_", as_markdown(said))


def _file(rule: Rule) -> str:
    return rule.place.rpartition(":")[0]
