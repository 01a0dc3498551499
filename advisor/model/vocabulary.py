"""The words that answers, knowledge, rules and recommendations are written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass, field

_BRACES = re.compile(r"\{(\w+)\}")

AttributeKind = Literal["word", "words", "number", "text", "derived", "numbers", "levels"]
"""How an attribute takes values.

- `word`: one of its words, or unknown.
- `words`: a set of its words, or unknown as a whole. Known and empty is an answer of its own.
- `number`: a finite number, or unknown.
- `text`: free text; rules can only ask whether it is known.
- `derived`: a set of words concluded by rules; what no rule concludes is absent, so it is never unknown.
- `numbers`, `levels`: a mapping (`sizes`, `priorities`); rules do not read these.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Something an answer, a rule or the projection of an option can speak of."""

    name: str
    kind: AttributeKind
    meaning: str
    words: tuple[str, ...] = ()
    """The allowed words of a word, words or derived attribute; of a mapping, its allowed keys."""
    whole: bool = False
    """Whether a number has to be a whole one."""
    least: float | None = None
    """The smallest number allowed."""
    most: Mapping[str, float] = field(default_factory=dict)
    """The largest numbers allowed, by word of a mapping."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """Of single words, where they are not plain."""
    exclusive: tuple[tuple[str, ...], ...] = ()
    """Of a derived attribute, groups of words of which one situation can have one at most."""
    silent: tuple[str, ...] = ()
    """Words that are answers, yet say nothing about the options: no code yet, no deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """An attribute of one option in the light of the answers.

    `path` is a fact's attribute with answers in braces: `accelerator.{train_os}.{train_hw}`. It is unknown when an
    answer in it is, or when the option has no such fact. With `each`, the last brace names a set-valued answer, and
    the words of the set are sorted into `name.VALUE` by the value of their fact.
    """

    name: str
    path: str
    meaning: str
    each: bool = False
    among: str = ""
    """The answer, a version, that is looked for among those the fact names: then the words are `AMONG`."""
    words: tuple[str, ...] = ()
    """Those of the scale of the attribute at its path."""

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The answers in its path in their order, and the one that is looked for."""
        return (*_BRACES.findall(self.path), *filter(None, [self.among]))

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes that it becomes."""
        return tuple(f"{self.name}.{word}" for word in self.words) if self.each else (self.name,)


WISH, WISHED = "requested", ("yes", "no")
"""The attribute that says of an option whether it was asked for, and its words."""

AMONG = ("served", "older", "newer", "skipped")
"""Where a version stands to those that are named: it is one of them, lies before or after all, or is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Implication:
    """What one answer says about another key by definition: Cloud TPUs run under Linux."""

    key: str
    word: str
    implies: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What names in free text say about other keys: an h100 is an NVIDIA GPU."""

    key: str
    """An answer in free text."""
    like: tuple[str, ...]
    """Names in small letters, their parts joined by `_`; a longer text that has one in it counts. Of several the one
    that implies most wins, then the longest."""
    implies: Mapping[str, str | float]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A range of a number that has a word of its own: up to 15 billion parameters a model is large."""

    key: str
    below: float
    """The end of the range, which is no longer in it; it begins where the band before it ends."""
    implies: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Every word in use. `unknown` is allowed for every word-valued answer and means the same as no answer."""

    primaries: tuple[str, ...]
    """What can stand first in a recommendation."""
    flags: Mapping[str, str]
    """Code to meaning."""
    answers: tuple[Attribute, ...]
    derived: tuple[Attribute, ...]
    """What rules may conclude."""
    projections: tuple[Projection, ...]
    implications: tuple[Implication, ...]
    bands: tuple[Band, ...] = ()
    """In the order of their ends for each key."""
    namings: tuple[Naming, ...] = ()
    components: tuple[str, ...]
    layers: tuple[str, ...]
    slots: Mapping[str, int] = field(default_factory=dict)
    """Layer to the most components of it in one place of a stack."""
    grades: tuple[str, ...]
    """Strongest first."""
    workload_classes: Mapping[str, str]
    """Class to meaning."""
    variants: Mapping[str, tuple[str, ...]]
    """Of each framework that can be probed."""

    def answer(self, key: str) -> Attribute | None:
        """The answer attribute of that name, if there is one."""
        return next((attribute for attribute in self.answers if attribute.name == key), None)

    def attributes(self) -> dict[str, Attribute]:
        """Everything that a condition can ask about, by name: answers, what is derived, and the option at hand."""
        known = [*self.answers, *self.derived, *(a for p in self.projections for a in self._projected(p))]
        known.append(Attribute(name="option", kind="word", meaning="the option at hand", words=self.primaries))
        known.append(Attribute(name=WISH, kind="word", meaning="whether it was asked for", words=WISHED))
        sure = "how sure the order of the options is"
        known.append(Attribute(name="confidence", kind="word", meaning=sure, words=("high", "medium", "low")))
        return {attribute.name: attribute for attribute in known}

    def _projected(self, projection: Projection) -> list[Attribute]:
        if not projection.each:
            return [Attribute(name=projection.name, kind="word", meaning=projection.meaning, words=projection.words)]
        answer = self.answer(projection.path.rpartition("{")[2].rstrip("}"))
        words = answer.words if answer else ()
        return [
            Attribute(name=name, kind="words", meaning=f"{projection.meaning}: {word}", words=words)
            for name, word in zip(projection.names, projection.words, strict=True)
        ]
