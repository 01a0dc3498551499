"""How to get out of contradictions: changes of one answer that end one.

Each was run, but for leaving open what the machine or the project says otherwise: there what was found takes its place.
"""

from __future__ import annotations

from advisor.consult.contradictions import Ways, clashing
from advisor.inquiry.whatif import WhatIf, plain_answer, said_answer
from advisor.intake.situation import clashes
from advisor.model.answers import Answers
from advisor.model.finding import Finding
from advisor.model.recommendation import Change

Excluding = frozenset[tuple[str, tuple[str, ...]]]
"""What finds each contradiction, and its keys."""
MOST = 3
"""Words that are named for one key."""
_FOUND = ("detected_hardware", "project_files")
"""Where one answer alone is held against the machine or the project: only what was found ends it, whatever the word."""


def ways_out(whatif: WhatIf) -> Ways:
    """For each finding that concludes a clash, what ends it without making another."""
    adviser, weighed = whatif.adviser, whatif.consultation.weighed
    found = clashing(weighed.findings, adviser.rules)
    if not found:
        return {}
    before = _excluding(whatif, weighed.answers)
    return {finding.id: tuple(_ways(whatif, finding, before)) for finding in found}


def _ways(whatif: WhatIf, finding: Finding, before: Excluding) -> list[Change]:
    found: list[Change] = []
    given = whatif.consultation.weighed.answers
    if finding.rule in _FOUND and len(finding.facts) == 1:
        (key,) = finding.facts
        return [Change(change={key: "unknown"}, why=f"With {key} left open, what was found is taken.")]
    for key in (key for key in finding.facts if key in given):
        words = [word for word in whatif.changes(key, coherent=False) if word != given[key]]
        ending = [word for word in words if _ends(whatif, whatif.changed({key: word}), finding, before)]
        for word in ending[:MOST]:
            why = f"With {key} {said_answer(word)}, these answers go together."
            found.append(Change(change={key: plain_answer(word)}, why=why))
        if not ending and _ends(whatif, whatif.changed({}, without=(key,)), finding, before):
            found.append(Change(change={key: "unknown"}, why=f"With {key} left open, these answers go together."))
    return found


def _ends(whatif: WhatIf, answers: Answers, finding: Finding, before: Excluding) -> bool:
    """Whether neither this rule, in any of its ways, nor another says the same of these keys any more."""
    pair, after = tuple(sorted(finding.facts)), _excluding(whatif, answers)
    return after <= before and all(by != finding.id and keys != pair for by, keys in after)


def _excluding(whatif: WhatIf, answers: Answers) -> Excluding:
    """Every contradiction among these answers."""
    vocabulary = whatif.adviser.base.vocabulary
    given = {key: answers[key] for key in answers if key in whatif.stated(answers)}
    found = clashes(given, vocabulary)
    return whatif.adviser.excluding(answers, found) | {(clash.id, tuple(sorted(clash.keys))) for clash in found}
