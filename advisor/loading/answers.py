"""Reads answers from YAML, JSON or the command line, and holds them against the vocabulary."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from math import inf
from typing import Any

from advisor.loading.documents import Document
from advisor.loading.json_reader import read_json
from advisor.loading.problems import Problems, nearest, shown
from advisor.model.answers import Answer, Answers
from advisor.model.vocabulary import Attribute, Vocabulary

MAX_TEXT = 200
LEVELS = ("must", "should", "could", "ignore")
_TOO_LARGE = 1e12

Identity = str | int | None
"""What a line of a batch calls itself."""
Place = Callable[[tuple[str | int, ...]], str]


def read_answers(content: bytes, name: str, problems: Problems) -> Document:
    """The mapping in an answers file, YAML or JSON; an empty file answers nothing."""
    document = read_json(content, name) or _read_yaml(content, name, problems)
    if document is None:
        return Document(name, {}, {})
    if document.data is None:
        return Document(name, {}, document.lines)
    if not isinstance(document.data, dict):
        message = f"{shown(document.data)} is not a mapping of keys to answers."
        problems.add(message, document.place(), "Write `key: word`.")
        return Document(name, {}, document.lines)
    return document


def _read_yaml(content: bytes, name: str, problems: Problems) -> Document | None:
    from advisor.loading.yaml_reader import read_bytes  # noqa: PLC0415  (plain JSON does without)

    return read_bytes(content, name, problems)


def read_setting(text: str, vocabulary: Vocabulary, problems: Problems) -> tuple[str, Any]:
    """A `KEY=VALUE` of the command line as key and raw value: `sizes.batch=4`, `needs=streaming,full_int8`."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        problems.add(f"{shown(text)} is not KEY=VALUE.", "--set", "For example --set train_hw=cpu.")
        return "", None
    name, dot, inner = key.partition(".")
    attribute = vocabulary.answer(name)
    if dot and attribute is not None:
        return name, {inner: _number(value) if attribute.kind == "numbers" else value}
    if attribute is not None and attribute.kind == "words":
        listed = value.removeprefix("[").removesuffix("]")
        return name, [word.strip() for word in listed.split(",") if word.strip()]
    if attribute is not None and attribute.kind == "number":
        return name, _number(value)
    return key, value


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def merge(base: Mapping[str, Any], changes: list[tuple[str, Any]]) -> dict[str, Any]:
    """The raw answers with settings laid over them; nested ones are added to, others replaced."""
    merged = dict(base)
    for key, value in changes:
        old = merged.get(key)
        merged[key] = {**old, **value} if isinstance(value, dict) and isinstance(old, dict) else value
    return merged


def check_answers(
    raw: Mapping[str, Any], vocabulary: Vocabulary, criteria: Collection[str], place: Place, problems: Problems
) -> Answers:
    """The answers that are sound; every other one is a problem. `unknown` and null are as good as absent."""
    checker = _Checker(vocabulary, criteria, place, problems)
    answers: dict[str, Answer] = {}
    for key in raw:
        answer = checker.answer(key, raw[key])
        if answer is not None:
            answers[key] = answer
    return {attribute.name: answers[attribute.name] for attribute in vocabulary.answers if attribute.name in answers}


class LineError(ValueError):
    """A line of a batch that cannot be used; `identity` is its id where that could be read."""

    def __init__(self, message: str, identity: Identity = None) -> None:
        super().__init__(message)
        self.identity = identity


def batch_line(line: str) -> tuple[Identity, dict[str, Any]]:
    """Id and raw answers of one line of a batch; raises `LineError` with what was expected."""
    try:
        line.encode()
        data = json.loads(line, object_pairs_hook=_no_duplicates)
    except RecursionError:
        raise LineError("the line is nested too deeply") from None
    except UnicodeEncodeError:
        # A byte that is no text stands there as half of a character.
        raise LineError("the line is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise LineError(f"not JSON: {error.msg} at column {error.colno}") from None
    except LineError:
        raise
    except ValueError as error:
        # A number of more digits than Python converts.
        raise LineError(f"not JSON: {error}") from None
    if not isinstance(data, dict):
        raise LineError('expected {"id": ..., "answers": {...}}')
    identity = data.get("id")
    if isinstance(identity, bool) or not isinstance(identity, (str, int, type(None))):
        raise LineError(f"the id {shown(identity)} is neither text nor a whole number")
    if not isinstance(data.get("answers"), dict):
        raise LineError('expected {"id": ..., "answers": {...}}', identity)
    extra = sorted(set(data) - {"id", "answers"})
    if extra:
        raise LineError(f"the key {shown(extra[0])} is not known; expected id and answers", identity)
    return identity, data["answers"]


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    repeated = next((key for key in keys if keys.count(key) > 1), None) if len(set(keys)) != len(keys) else None
    if repeated is not None:
        raise LineError(f"the key {shown(repeated)} stands there twice")
    return dict(pairs)


def _open(value: Any) -> bool:
    return value is None or value == "unknown"


class _Checker:
    def __init__(self, vocabulary: Vocabulary, criteria: Collection[str], place: Place, problems: Problems) -> None:
        self.vocabulary, self.criteria, self.place, self.problems = vocabulary, criteria, place, problems

    def answer(self, key: str, value: Any) -> Answer | None:
        attribute = self.vocabulary.answer(key)
        if attribute is None:
            keys = [a.name for a in self.vocabulary.answers]
            self._refuse((key,), f"the key {shown(key)} is not known.", nearest(key, keys))
            return None
        if _open(value):
            return None
        checks: dict[str, Callable[[Attribute, Any], Answer | None]] = {
            "word": self._word,
            "words": self._words,
            "number": self._number,
            "text": self._text,
            "numbers": self._numbers,
            "levels": self._levels,
        }
        return checks[attribute.kind](attribute, value)

    def _word(self, attribute: Attribute, value: Any) -> str | None:
        return value if self._known_word(attribute, value, (attribute.name,)) else None

    def _known_word(self, attribute: Attribute, value: Any, path: tuple[str | int, ...]) -> bool:
        if isinstance(value, str) and value in attribute.words:
            return True
        expected = "expected one word" if isinstance(value, (list, dict)) else f"{shown(value)} is not a word"
        allowed = attribute.words if len(path) > 1 else (*attribute.words, "unknown")
        hint = self._name_elsewhere(attribute, value) or nearest(value, allowed, limit=14)
        self._refuse(path, f"{expected} of {attribute.name}.", hint)
        return False

    def _name_elsewhere(self, attribute: Attribute, value: Any) -> str:
        """A hint where the value is a name in free text, from which the answer follows: an h100 is an NVIDIA GPU."""
        name = str(value).lower().replace("-", "_").replace(" ", "_")
        for naming in self.vocabulary.namings:
            if attribute.name in naming.implies and name in naming.like:
                word = str(naming.implies[attribute.name])
                if name in word:
                    return f"Did you mean {word!r}?"
                return f"Answer {naming.key}={name} instead: that {attribute.name} is {word} follows from it."
        return ""

    def _words(self, attribute: Attribute, value: Any) -> tuple[str, ...] | None:
        words = [value] if isinstance(value, str) else value
        if words == ["unknown"]:
            return None
        if not isinstance(words, list):
            self._refuse((attribute.name,), f"{shown(value)} is not a list of words.", "Write [word, word].")
            return None
        sound = [w for i, w in enumerate(words) if self._known_word(attribute, w, (attribute.name, i)) and w]
        return tuple(word for word in attribute.words if word in sound)

    def _number(self, attribute: Attribute, value: Any) -> float | int | None:
        return self._checked_number(attribute, value, (attribute.name,))

    def _checked_number(self, attribute: Attribute, value: Any, path: tuple[str | int, ...]) -> float | int | None:
        what = "a whole number" if attribute.whole else "a number"
        number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
        if number is not None and _TOO_LARGE <= abs(number) < inf:
            self._refuse(path, f"{shown(value)} is out of range; {attribute.meaning}.", "Is the unit right?")
            return None
        if number is None or not abs(number) < inf or (attribute.whole and number != int(number)):
            self._refuse(path, f"{shown(value)} is not {what}; {attribute.meaning}.", "")
            return None
        if attribute.least is not None and number < attribute.least:
            self._refuse(path, f"{shown(value)} is less than {attribute.least:g}; {attribute.meaning}.", "")
            return None
        return int(number) if attribute.whole else number

    def _text(self, attribute: Attribute, value: Any) -> str | None:
        path = (attribute.name,)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            message = "without quotes this is a number, and 3.10 the same as 3.1."
            self._refuse(path, message, f'Write {attribute.name}: "..." with quotes.')
            return None
        if not isinstance(value, str):
            self._refuse(path, f"{shown(value)} is not text; {attribute.meaning}.", "")
            return None
        if len(value) > MAX_TEXT or not value.isprintable():
            self._refuse(path, f"{shown(value)} is longer than {MAX_TEXT} characters or not printable.", "")
            return None
        return value

    def _numbers(self, attribute: Attribute, value: Any) -> dict[str, float] | None:
        if not isinstance(value, dict):
            self._refuse((attribute.name,), f"{shown(value)} is not a mapping of words to numbers.", "")
            return None
        sound: dict[str, float] = {}
        for word, number in value.items():
            if not self._inner_word(word, attribute.words, attribute.name) or _open(number):
                continue
            checked = self._checked_number(attribute, number, (attribute.name, word))
            most = attribute.most.get(word, inf)
            if checked is not None and checked > most:
                self._refuse((attribute.name, word), f"{shown(number)} is more than {most:g}; {attribute.meaning}.", "")
            elif checked is not None:
                sound[word] = checked
        return dict(sorted(sound.items()))

    def _levels(self, attribute: Attribute, value: Any) -> dict[str, str] | None:
        if not isinstance(value, dict):
            self._refuse((attribute.name,), f"{shown(value)} is not a mapping of criteria to levels.", "")
            return None
        sound: dict[str, str] = {}
        for word, level in value.items():
            if not self._inner_word(word, self.criteria, attribute.name) or _open(level):
                continue
            if level not in LEVELS:
                self._refuse((attribute.name, word), f"{shown(level)} is not a level.", nearest(level, LEVELS))
                continue
            sound[word] = level
        return dict(sorted(sound.items()))

    def _inner_word(self, word: str, allowed: Collection[str], name: str) -> bool:
        if word in allowed:
            return True
        self._refuse((name, word), f"the key {shown(word)} is not known.", nearest(word, allowed, limit=20))
        return False

    def _refuse(self, path: tuple[str | int, ...], message: str, hint: str) -> None:
        self.problems.add(message, self.place(path), hint)
