"""Names in free text that are not known: a reader should not take it that something was concluded from them."""

from __future__ import annotations

from advisor.intake.situation import unnamed
from advisor.model.answers import Answers
from advisor.model.finding import NAMES_NOTHING, Finding
from advisor.model.vocabulary import Vocabulary

_CHIP = "accelerator"


def unknown_names(answers: Answers, vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """A finding where the accelerator is one that nothing is known of, with the nearest that is known."""
    parts = unnamed(answers, vocabulary)
    if not parts:
        return ()
    known = [name for naming in vocabulary.namings if naming.key == _CHIP for name in naming.like]
    near = list(dict.fromkeys(name for part in parts for name in _near(part, known)))
    hint = f" The nearest name that is known is {' or '.join(near)}." if near else ""
    message = f"No chip called {' or '.join(parts)} is known, so nothing was concluded from the name.{hint}"
    facts = {_CHIP: answers[_CHIP]}
    return (Finding(id=f"names.{_CHIP}", rule=NAMES_NOTHING, message=message, facts=facts, evidence=()),)


def _near(part: str, known: list[str]) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415  (for a name that is not known only)

    return get_close_matches(part.lower(), known, n=1)
