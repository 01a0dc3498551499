"""Which facts the projections read, and in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product

from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.yaml_reader import Document
from advisor.model.vocabulary import Projection, Vocabulary

_BRACES = re.compile(r"\{(\w+)\}")


class FactPaths:
    """Every attribute of a fact that a projection can lead to."""

    def __init__(self, vocabulary: Vocabulary, document: Document, problems: Problems) -> None:
        self._problems = problems
        self._words: dict[str, tuple[str, ...]] = {}
        self._heads: set[str] = set()
        hardware = vocabulary.answer("train_hw")
        self._accelerators = hardware.words if hardware else ()
        for i, projection in enumerate(vocabulary.projections):
            self._expand(projection, vocabulary, document.place(("projections", i, "path")))
        for i, implication in enumerate(vocabulary.implications):
            words = {implication.key: implication.word, **implication.implies}
            self._check_words(words, vocabulary, document.place(("implications", i)))
        for i, band in enumerate(vocabulary.bands):
            place = document.place(("bands", i))
            self._check_words(band.implies, vocabulary, place)
            attribute = vocabulary.answer(band.key)
            if attribute is None or attribute.kind != "number":
                numbers = [a.name for a in vocabulary.answers if a.kind == "number"]
                problems.add(f"{shown(band.key)} is no answer in numbers.", place, nearest(band.key, numbers))

    def check(self, attribute: str, value: object, place: str) -> None:
        """Note what is wrong with a fact that a projection reads, or that looks as if one should."""
        general, at, accelerator = attribute.partition("@")
        if at and accelerator not in self._accelerators:
            message = f"{shown(accelerator)} is not a word of train_hw."
            self._problems.add(message, place, nearest(accelerator, self._accelerators))
        words = self._words.get(general)
        if words is None:
            if general.partition(".")[0] in self._heads or "." in general:
                self._problems.add(f"nothing reads {shown(general)}.", place, nearest(general, self._words))
        elif value != "unknown" and value not in words:
            self._problems.add(f"{shown(value)} is not allowed.", place, nearest(value, words))

    def _expand(self, projection: Projection, vocabulary: Vocabulary, place: str) -> None:
        keys = _BRACES.findall(projection.path)
        answers = {key: vocabulary.answer(key) for key in keys}
        for key, attribute in answers.items():
            if attribute is None or not attribute.words:
                names = [a.name for a in vocabulary.answers if a.words]
                message = f"the path of {projection.name} names {shown(key)}, which is no answer in words."
                self._problems.add(message, place, nearest(key, names))
                return
        self._heads.add(projection.path.partition(".")[0])
        for chosen in product(*(attribute.words for attribute in answers.values() if attribute)):
            path = projection.path
            for key, word in zip(keys, chosen, strict=True):
                path = path.replace(f"{{{key}}}", word)
            self._words[path] = projection.words

    def _check_words(self, words: Mapping[str, str], vocabulary: Vocabulary, place: str) -> None:
        for key, word in words.items():
            attribute = vocabulary.answer(key)
            if attribute is None or word not in attribute.words:
                message = f"an implication speaks of {shown(key)} {shown(word)}, which is no answer."
                self._problems.add(message, place, nearest(word, attribute.words if attribute else ()))
