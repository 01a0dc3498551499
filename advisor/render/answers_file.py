"""An answers file in which everything is open: every key, with its words and what they mean as comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from advisor.loading.answers import LEVELS
from advisor.loading.answers_writer import OPEN
from advisor.model.knowledge import KnowledgeBase
from advisor.model.vocabulary import Attribute
from advisor.render.lines import folded, listed, text

_COMMENT, _WITHIN = "# ", "#   "
_HEAD = (
    "What is known of a project, for `advisor recommend --answers FILE`: put a word in the place of unknown.",
    "What stays unknown, or is left out, is open, and never taken for a no; an empty list [] says that there are none.",
)


def answers_file(base: KnowledgeBase) -> str:
    """The file, in YAML: what is asked first comes first."""
    attributes = {attribute.name: attribute for attribute in base.vocabulary.answers}
    asked = [question.key for question in base.questions if question.key in attributes]
    ordered = [attributes[name] for name in dict.fromkeys([*asked, *attributes])]
    return text(_lines(ordered, [criterion.id for criterion in base.criteria]))


def _lines(attributes: Iterable[Attribute], criteria: Sequence[str]) -> Iterator[str]:
    for said in _HEAD:
        yield from folded(said, _COMMENT, _COMMENT)
    for attribute in attributes:
        yield ""
        yield from folded(f"{attribute.meaning[0].upper()}{attribute.meaning[1:]}.", _COMMENT, _COMMENT)
        for said in _allowed(attribute, criteria):
            yield from folded(said, _WITHIN, f"{_WITHIN}  ")
        yield f"{attribute.name}: {OPEN}"


def _allowed(attribute: Attribute, criteria: Sequence[str]) -> Iterator[str]:
    """What can stand there."""
    words, number = ", ".join(attribute.words), _number(attribute)
    yield {
        "word": f"one of {words}",
        "words": f"a list, as in [{', '.join(attribute.words[:2])}], of any of {words}",
        "number": number,
        "text": 'text in quotes, as in "..."',
        "numbers": f"as in {{{''.join(attribute.words[:1])}: 8}}, {number} for any of {words}",
        "levels": f"as in {{{criteria[0]}: {LEVELS[0]}}}, {listed(LEVELS, 'or')} for any of {', '.join(criteria)}",
    }[attribute.kind]
    for word, meaning in attribute.meanings.items():
        yield f"{word}: {meaning}"


def _number(attribute: Attribute) -> str:
    kind = "a whole number" if attribute.whole else "a number"
    return kind if attribute.least is None else f"{kind} from {attribute.least:g}"
