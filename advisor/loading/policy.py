"""Reads an organisation's policy, and holds it against the vocabulary and what is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from advisor.loading.documents import Document
from advisor.loading.folders import check_distinct, check_word
from advisor.loading.problems import Path as KeyPath
from advisor.loading.problems import Problems, printable, shown
from advisor.loading.validate import validate
from advisor.loading.yaml_reader import read_file
from advisor.model.component import HARDWARE
from advisor.model.knowledge import KnowledgeBase
from advisor.model.policy import Denials, Policy
from advisor.model.rule import PLACES

MAX_TEXT = 400
MAX_MONTHS = 600
MAX_DAYS = 36_500


def load_policy(path: Path, base: KnowledgeBase) -> Policy:
    """The policy in a file; raises `InputError` with everything that is wrong with it."""
    problems = Problems()
    document = read_file(path, problems, name=printable(str(path)))
    policy = read_policy(document, base, problems) if document is not None else None
    problems.settle()
    if policy is None:
        raise AssertionError("a policy that could not be read is a problem")
    return policy


def read_policy(document: Document, base: KnowledgeBase, problems: Problems) -> Policy | None:
    """The policy of a document, or nothing and its problems; an empty document asks nothing."""
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        message = f"{shown(data)} is not a mapping of what the policy asks."
        problems.add(message, document.place(), "Write `name: ...`, `mode: audit`, and so on.")
        return None
    said = Document(document.name, _texts(data, (), document, problems), document.lines)
    policy = validate(Policy, said, problems)
    if policy is not None:
        _Check(policy, said, base, problems).all()
    return policy


def _texts(value: Any, path: KeyPath, document: Document, problems: Problems) -> Any:
    """The same with every text on one line; one that is too long, or has in it what a terminal obeys, is a problem."""
    if isinstance(value, dict):
        return {key: _texts(item, (*path, key), document, problems) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, (*path, i), document, problems) for i, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    if len(text) > MAX_TEXT or not text.isprintable():
        problems.add(f"{shown(text)} is longer than {MAX_TEXT} characters or not printable.", document.place(path))
    return text


class _Check:
    """Notes what the policy says of things that there are not, and where it contradicts itself."""

    def __init__(self, policy: Policy, document: Document, base: KnowledgeBase, problems: Problems) -> None:
        self.policy, self.document, self.base, self.problems = policy, document, base, problems
        self.criteria = {criterion.id: criterion for criterion in base.criteria}

    def all(self) -> None:
        """Everything, so that all of it is said at once."""
        self._lists("options", self.base.frameworks, "option")
        self._lists("components", self.base.components, "component")
        self._licences()
        self._support()
        self._hardware()
        self._weights()
        self._required()
        self._evidence()

    def _lists(self, kind: str, known: Collection[str], what: str) -> None:
        allowed: tuple[str, ...] | None = getattr(self.policy.allow, kind)
        denied = getattr(self.policy.deny, kind)
        self._words(allowed or (), known, what, ("allow", kind))
        check_distinct(
            ((one.name, self._at("deny", kind, i, "name")) for i, one in enumerate(denied)), "name", self.problems
        )
        for i, one in enumerate(denied):
            at = ("deny", kind, i)
            check_word(one.name, known, what, self._at(*at, "name"), self.problems)
            if one.name in (allowed or ()):
                message = f"{shown(one.name)} is allowed and denied."
                self.problems.add(message, self._at(*at, "name"), "Keep it in one of the two lists.")
        self._denials(self.policy.deny, kind)

    def _denials(self, denials: Denials, kind: str) -> None:
        for i, one in enumerate(getattr(denials, kind)):
            at = ("deny", kind, i)
            if not one.reason:
                self.problems.add("a denial needs a reason.", self._at(*at, "reason"), "Say why, in a sentence.")
            self._day(one.until, (*at, "until"))
            for j, exemption in enumerate(one.exceptions):
                self._day(exemption.until, (*at, "exceptions", j, "until"), needed=True)
                if not exemption.who:
                    place = self._at(*at, "exceptions", j, "who")
                    self.problems.add("an exception needs somebody who answers for it.", place, "Name them.")

    def _licences(self) -> None:
        licences = self.policy.licences
        if licences is None:
            return
        for i, word in enumerate(licences.deny):
            if word in (licences.allow or ()):
                hint = "Keep it in one of the two lists."
                self.problems.add(f"{word!r} is allowed and denied.", self._at("licences", "deny", i), hint)
        self._subjects(licences.known, ("licences", "known"))

    def _support(self) -> None:
        support = self.policy.support
        if support is None:
            return
        self._range(support.months, 1, MAX_MONTHS, "months", ("support", "months"))
        self._subjects(support.ends, ("support", "ends"))
        for name, day in support.ends.items():
            self._day(day, ("support", "ends", name), needed=True)

    def _hardware(self) -> None:
        for place in PLACES if self.policy.hardware else ():
            attribute = self.base.vocabulary.answer(HARDWARE[place])
            words: tuple[str, ...] | None = getattr(self.policy.hardware, place)
            known = attribute.words if attribute else ()
            self._words(words or (), known, f"word of {HARDWARE[place]}", ("hardware", place))

    def _weights(self) -> None:
        self._words(self.policy.priorities, self.criteria, "criterion", ("priorities",), keys=True)
        self._words(self.policy.weights, self.criteria, "criterion", ("weights",), keys=True)
        for name, weight in self.policy.weights.items():
            low, high = self.criteria[name].band if name in self.criteria else (weight, weight)
            if not low <= weight <= high:
                message = f"the weight {weight:g} of {name} is outside its band."
                self.problems.add(message, self._at("weights", name), f"Choose from {low:g} to {high:g}.")

    def _required(self) -> None:
        keys = [attribute.name for attribute in self.base.vocabulary.answers]
        self._words(self.policy.required.answers if self.policy.required else (), keys, "key", ("required", "answers"))

    def _evidence(self) -> None:
        if self.policy.evidence is not None and self.policy.evidence.days is not None:
            self._range(self.policy.evidence.days, 1, MAX_DAYS, "days", ("evidence", "days"))

    def _subjects(self, names: Mapping[str, object], at: KeyPath) -> None:
        known = {*self.base.frameworks, *self.base.components}
        self._words(names, known, "option or component", at, keys=True)

    def _words(
        self, words: Iterable[str], known: Collection[str], what: str, at: KeyPath, *, keys: bool = False
    ) -> None:
        for i, word in enumerate(words):
            check_word(word, known, what, self._at(*at, word if keys else i), self.problems)

    def _range(self, number: int, low: int, high: int, what: str, at: KeyPath) -> None:
        if not low <= number <= high:
            self.problems.add(f"{shown(number)} {what} make no sense here.", self._at(*at), f"From {low} to {high}.")

    def _day(self, text: str, at: KeyPath, *, needed: bool = False) -> None:
        try:
            sound = not (text or needed) or date.fromisoformat(text).isoformat() == text
        except ValueError:
            sound = False
        if not sound:
            self.problems.add(f"{shown(text)} is no day.", self._at(*at), "Write it in full, as in 2026-11-22.")

    def _at(self, *path: str | int) -> str:
        return self.document.place(path)
