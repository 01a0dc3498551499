"""From what was seen in a project to answers: each with where it was seen, how sure it is and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from advisor.frozen import dataclass, field
from advisor.intake.project.known import Known
from advisor.intake.project.python_range import minors
from advisor.intake.project.seen import Seen
from advisor.intake.project.tally import MOST_PLACES, Count, Tally
from advisor.loading.signs import CHIP
from advisor.model.answers import Answer
from advisor.model.project import Candidate, Part, Place, Reading, Sign, Sureness, Use
from advisor.model.vocabulary import Vocabulary

_SCALE: tuple[Sureness, ...] = get_args(Sureness)
_RUNS = "inference"
"""The task of a project that trains nothing."""
_MOST_REASONS = 3
_FEW = 0.1
"""Of the files with code: a language with a smaller share is a hint at what the team speaks."""


@dataclass(slots=True)
class _Support:
    """What speaks for one word."""

    sure: Sureness = "hint"
    seen: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    ranked: dict[Place, int] = field(default_factory=dict)
    """Reasons and places, each with the rank of the surest thing that it stands for."""

    def add(self, sure: Sureness, why: str, count: Count) -> None:
        rank = _SCALE.index(sure)
        self.sure = max(self.sure, sure, key=_SCALE.index)
        self.seen += count.seen
        self.reasons[why] = max(rank, self.reasons.get(why, 0))
        for place in count.places:
            self.ranked[place] = max(rank, self.ranked.get(place, 0))

    def join(self, other: _Support) -> None:
        self.sure = max(self.sure, other.sure, key=_SCALE.index)
        self.seen += other.seen
        self.reasons, self.ranked = {**other.reasons, **self.reasons}, {**other.ranked, **self.ranked}

    @property
    def why(self) -> tuple[str, ...]:
        """The surest reasons."""
        return tuple(sorted(self.reasons, key=lambda why: -self.reasons[why])[:_MOST_REASONS])

    @property
    def where(self) -> tuple[Place, ...]:
        """The surest places."""
        return tuple(sorted(self.ranked, key=lambda place: (-self.ranked[place], place))[:MOST_PLACES])


_Words = dict[str, _Support]


def read(path: str, tally: Tally, known: Known, vocabulary: Vocabulary) -> Part:
    """What was seen in a project, as answers."""
    speaking = list(_speaking(tally, known))
    keys = {attribute.name: _Words() for attribute in vocabulary.answers} | {CHIP: _Words()}
    for sign, sure, count, _ in speaking:
        for key, said in sign.says.items():
            for word in (said,) if isinstance(said, str) else said:
                keys[key].setdefault(word, _Support()).add(sure, sign.reason, count)
    _pythons(tally, keys["python_version"])
    _languages(tally, keys["team_languages"])
    chips = keys.pop(CHIP)
    task = _reading("task", keys["task"], known, vocabulary)
    _accelerators(chips, keys, task, vocabulary)
    found = (_reading(key, words, known, vocabulary) for key, words in keys.items())
    names = (seen.name for seen, _ in tally.of("project") if seen.name)
    return Part(
        path=path,
        name=next(names, ""),
        python=tuple(sorted({seen.name for seen, _ in tally.of("python") if seen.sure != "hint" and seen.name})),
        uses=_uses(speaking),
        readings=tuple(reading for reading in found if reading is not None),
    )


_Speaking = tuple[Sign, Sureness, Count, str]
"""A sign, how sure it is here, where, and the version that it was seen in."""


def _speaking(tally: Tally, known: Known) -> Iterator[_Speaking]:
    """The signs that were met. What a lock has is certain where it is asked for, and in that version."""
    locked: dict[str, list[tuple[Seen, Count]]] = {}
    for seen, count in tally.of("lock"):
        locked.setdefault(seen.name, []).append((seen, count))
    asked = {seen.name for seen, _ in tally.of("package") if seen.sure != "hint"}
    for seen, count in tally.of("package"):
        if not (seen.sure == "likely" and seen.name in locked):
            yield from _met(seen, count, known)
    for name, versions in locked.items():
        for seen, count in versions:
            sure: Sureness = "certain" if name in asked else "hint"
            yield from _met(Seen("package", name, 0, sure, seen.version), count, known)
    for seen, count in tally.of("name", "npm", "image", "mark", "file"):
        yield from _met(seen, count, known)


def _met(seen: Seen, count: Count, known: Known) -> Iterator[_Speaking]:
    for sign in known.of(seen):
        # A tag may say no version, as `latest` does.
        version = seen.version if seen.kind != "image" else seen.version[: _digits(seen.version)]
        yield sign, min(sign.sure, seen.sure, key=_SCALE.index), count, version


def _digits(tag: str) -> int:
    length = next((i for i, letter in enumerate(tag) if not (letter.isdigit() or letter == ".")), len(tag))
    return length if "." in tag[:length] else 0


def _uses(speaking: Iterable[_Speaking]) -> tuple[Use, ...]:
    """The frameworks and components in use, the surest first."""
    found: dict[str, tuple[_Support, dict[str, None]]] = {}
    for sign, sure, count, version in speaking:
        if sign.part:
            support, versions = found.setdefault(sign.part, (_Support(), {}))
            support.add(sure, "", count)
            if version and (sign.package or sign.image or sign.npm):
                versions[version] = None
    uses = [
        Use(part=part, versions=_told(versions), sure=support.sure, where=support.where)
        for part, (support, versions) in found.items()
    ]
    return tuple(sorted(uses, key=lambda use: (-_SCALE.index(use.sure), use.part)))


def _told(versions: Iterable[str]) -> tuple[str, ...]:
    """The versions; ranges only where there is no single one."""
    single = sorted(version for version in versions if version[0].isdigit())
    return tuple(single or sorted(versions))


def _pythons(tally: Tally, words: _Words) -> None:
    """The version of Python that is forced, where a pin or a range leaves one."""
    for seen, count in tally.of("python"):
        left = minors(seen.name)
        if len(left) == 1:
            words.setdefault(left[0], _Support()).add(seen.sure, "the only version that is allowed there", count)


def _languages(tally: Tally, words: _Words) -> None:
    found = [(seen, count) for seen, count in tally.of("language") if seen.sure != "hint"]
    total = sum(count.seen for _, count in found)
    for seen, count in found:
        few = count.seen < _FEW * total
        words.setdefault(seen.name, _Support()).add("hint" if few else "likely", f"files: {count.seen}", count)


def _accelerators(chips: _Words, keys: dict[str, _Words], task: Reading | None, vocabulary: Vocabulary) -> None:
    """Chips are what is trained on, or what runs the model where nothing is trained; where that is open, a hint."""
    settled = task is not None and task.answer is not None and task.sure != "hint"
    key = "deploy_chip" if settled and task is not None and task.answer == _RUNS else "train_hw"
    attribute = vocabulary.answer(key)
    for word, support in chips.items():
        if attribute is not None and word in attribute.words:
            support.sure = support.sure if settled else "hint"
            keys[key][word] = support


def _reading(key: str, words: _Words, known: Known, vocabulary: Vocabulary) -> Reading | None:
    """What the files say about a key; nothing where they are silent."""
    if not words:
        return None
    attribute = vocabulary.answer(key)
    several = attribute is not None and attribute.kind == "words"
    left = words if several else _decisive(_joined(words, known.signs.together.get(key, {})), known, key)
    order = sorted(left, key=lambda word: (-_SCALE.index(left[word].sure), -left[word].seen, word))
    sure = left[order[0]].sure
    # A hint settles nothing beside something surer, and contradicts nothing.
    leading = [word for word in order if left[word].sure != "hint"] or order
    answer: Answer | None = tuple(leading) if several else leading[0] if len(leading) == 1 else None
    return Reading(
        key=key,
        answer=answer,
        sure=min((left[word].sure for word in leading), key=_SCALE.index) if answer is not None else sure,
        candidates=tuple(_candidate(word, left[word]) for word in order),
    )


def _candidate(word: str, support: _Support) -> Candidate:
    return Candidate(answer=word, sure=support.sure, why=support.why, where=support.where, seen=support.seen)


def _joined(words: _Words, together: Mapping[str, tuple[str, ...]]) -> _Words:
    """With one word in the place of several that it stands for, where all of them are more than hints."""
    found = dict(words)
    for word, parts in together.items():
        surely = [part for part in parts if part in found and found[part].sure != "hint"]
        if word in found or len(surely) == len(parts):
            whole = found.setdefault(word, _Support())
            for part in [part for part in parts if part in found]:
                whole.join(found.pop(part))
    return found


def _decisive(words: _Words, known: Known, key: str) -> _Words:
    """Without the words that a surer or equally sure one says more than."""
    more = known.signs.says_more.get(key, {})
    passed = {
        other
        for word, others in more.items()
        for other in others
        if word in words and other in words and (words[word].sure != "hint" or words[other].sure == "hint")
    }
    return {word: support for word, support in words.items() if word not in passed}
