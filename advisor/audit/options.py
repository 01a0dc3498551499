"""What the options that there are can say in the light of any answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from advisor.audit.rooms import Box, OneOf, Room, SomeOf, cut, may_be_open, meet
from advisor.model.fact import CLAIMED, UNSUPPORTED, Fact
from advisor.model.fact import OPEN as NOT_FOUND
from advisor.model.framework import Framework
from advisor.model.knowledge import KnowledgeBase
from advisor.model.vocabulary import Projection

_BRACES = re.compile(r"\\\{(\w+)\\\}")


class Options:
    """Each option with the words that it can give to what rules compare, and the answers for which it does."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._attributes = base.vocabulary.attributes()
        projections = base.vocabulary.projections
        self._names = {name: projection for projection in projections for name in projection.names}
        self._says = {
            option.id: {projection.name: tuple(self._said(projection, option)) for projection in projections}
            for option in base.frameworks.values()
        }

    def can(self, box: Box) -> bool:
        """Whether some option can say all of this, for answers that are in the box."""
        asked = [(name, room) for name, room in sorted(box.items()) if name in self._names and not may_be_open(room)]
        return not asked or any(
            self._fits(says, asked, cut(box, {"option": OneOf(frozenset({option}))}))
            for option, says in self._says.items()
        )

    def knows(self, attribute: str) -> bool:
        """Whether it is for options to say."""
        return attribute in self._names

    def ever(self, attribute: str, word: str) -> bool:
        """Whether some option says that word, for any answers."""
        projection = self._names[attribute]
        if projection.among:
            return True
        said = [entry for says in self._says.values() for entry in says[projection.name]]
        if projection.each:
            value = attribute.removeprefix(f"{projection.name}.")
            return any((word, value) == (_several(answers), found) for answers, found in said)
        return any(found == word for _, found in said)

    def _fits(
        self, says: Mapping[str, tuple[tuple[Box, str], ...]], asked: list[tuple[str, Room]], box: Box | None
    ) -> bool:
        if box is None or not asked:
            return box is not None
        (name, room), rest = asked[0], asked[1:]
        projection = self._names[name]
        if isinstance(room, SomeOf):
            value = name.removeprefix(f"{projection.name}.")
            there = {_several(answers) for answers, found in says[projection.name] if found == value}
            return room.has <= there and self._fits(says, rest, box)
        if projection.among:
            return bool(says[projection.name]) and self._fits(says, rest, box)
        return any(
            self._fits(says, rest, cut(box, answers))
            for answers, found in says[projection.name]
            if meet(room, OneOf(frozenset({found})))
        )

    def _said(self, projection: Projection, option: Framework) -> Iterator[tuple[Box, str]]:
        """The answers in the path, and what the option says of them."""
        pattern = re.compile(_BRACES.sub(r"(?P<\1>[^.]+)", re.escape(projection.path)))
        for name, fact in option.facts.items():
            general, _, accelerator = name.partition("@")
            found = pattern.fullmatch(general)
            if found is None or not _counts(fact):
                continue
            answers: dict[str, Room] = {}
            for key, word in found.groupdict().items():
                kind = self._attributes[key].kind
                named = frozenset({word})
                answers[key] = SomeOf(open=False, known=True, has=named) if kind == "words" else OneOf(named)
            if accelerator:
                answers["train_hw"] = OneOf(frozenset({accelerator}))
            yield answers, projection.words[-1] if fact.value == UNSUPPORTED else str(fact.value)


def _counts(fact: Fact) -> bool:
    return fact.value not in NOT_FOUND and fact.source.grade != CLAIMED


def _several(answers: Box) -> str:
    """The word of the set-valued answer."""
    return next((word for room in answers.values() if isinstance(room, SomeOf) for word in room.has), "")
