"""Completes the answers by what a project says, by what this machine says of the places here, and by definition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING

from advisor.frozen import replace
from advisor.model.answers import Answer, Answers, Clash, Origin, ProjectSays, Situation
from advisor.model.vocabulary import Band, Naming, Vocabulary

if TYPE_CHECKING:
    from advisor.model.measurement import Machine

_DEFAULT_HERE = ("develop",)
_WORDS = re.compile(r"[a-z0-9]+")
_TOGETHER = re.compile(r"\b(rtx|gtx|rx|tpu)(?=v?[0-9])|(?<=[0-9])(?=(?:xtx|xt|gre|ti)\b)")
"""Where people also write the name of a chip without a space: behind its series, before what comes after its number."""
_CHIP = "accelerator"
"""The answer that names chips."""
_OPEN_MINDED = ("mixed", "none", "cpu")
"""Hardware beside which a chip can be named all the same."""
_COMPUTERS = (None, "none", "cloud_api", "onprem_server", "batch", "desktop_mac", "desktop_windows")
"""Targets that can be the machine whose chip is named; phones, boards and other programs bring a chip of their own."""
_OWN_MACHINE = (None, "none")
"""Targets that leave the developers' own machine to run the model."""
_NATIVE_WINDOWS = "native_windows_only"
"""The constraint that says which system a site has."""


def complete(
    answers: Answers, vocabulary: Vocabulary, machine: Machine | None, project: ProjectSays | None = None
) -> Situation:
    """The situation; an answer always wins over what is read from a project, detected or implied, in this order."""
    known: dict[str, Answer] = dict(answers)
    origins: dict[str, Origin] = dict.fromkeys(answers, "answered")
    for key, answer in project.answers.items() if project is not None else ():
        if key not in known:
            known[key], origins[key] = answer, "project"
    for key, value in _detected(answers, machine).items():
        if key not in known:
            known[key], origins[key] = value, "detected"
    for follows in (_of_fleets, _of_names, _of_running, _of_words, _of_bands):
        implied: Mapping[str, Answer] = follows(known, vocabulary)
        for key, answer in implied.items():
            if key not in known:
                known[key], origins[key] = answer, "implied"
    return Situation(answers=known, origins=origins)


def definition(key: str, answers: Answers, vocabulary: Vocabulary) -> tuple[str, str]:
    """The answer that an implied one follows from, and why it does; both empty where none implies it."""
    said = [
        *_named(answers, vocabulary),
        *((i.key, i.implies, i.reason) for i in vocabulary.implications if answers.get(i.key) == i.word),
        *((band.key, band.implies, band.reason) for band in _bands(answers, vocabulary)),
        *_running(answers, vocabulary),
    ]
    return next(((by, reason) for by, implied, reason in said if implied.get(key) == answers.get(key)), ("", ""))


def clashes(
    answers: Answers, vocabulary: Vocabulary, machine: Machine | None = None, project: ProjectSays | None = None
) -> tuple[Clash, ...]:
    """Pairs of answers that exclude each other by definition, and answers that machine or project contradict."""
    return (
        *_by_definition(answers, vocabulary),
        *_by_detection(answers, machine),
        *(_by_project(answers, project) if project is not None else ()),
    )


def _by_definition(answers: Answers, vocabulary: Vocabulary) -> Iterator[Clash]:
    said = [
        (implication.key, implication.implies, implication.reason)
        for implication in vocabulary.implications
        if answers.get(implication.key) == implication.word
    ]
    for key, implied, reason in (*_named(answers, vocabulary), *said):
        for other, word in implied.items():
            given = answers.get(other, word)
            if isinstance(word, str) and given not in (word, *_OPEN_MINDED):
                message = f"{key} {answers[key]} and {other} {given} exclude each other: {reason}."
                yield Clash(word="definition", said={key: str(answers[key]), other: str(given)}, message=message)


def _by_detection(answers: Answers, machine: Machine | None) -> Iterator[Clash]:
    for key, value in _detected(answers, machine).items():
        if key in answers and not _agree(answers[key], value, machine):
            message = f"{key} is answered {answers[key]}, and this machine has {value}."
            yield Clash(word="detected_hardware", said={key: str(answers[key])}, message=message)
    detected = answers.get("detected_accelerator")
    if detected is not None:
        key = next((key for key in ("accelerator", "train_hw", "develop_hw") if key in answers), "")
        message = (
            f"{key} is answered {answers[key]}, and {detected} was detected." if key else f"{detected} was detected."
        )
        said = {key: str(answers[key])} if key else {}
        yield Clash(word="detected_hardware", said={**said, "detected_accelerator": str(detected)}, message=message)


def _by_project(answers: Answers, project: ProjectSays) -> Iterator[Clash]:
    for key in project.present:
        given, read = answers.get(key), project.answers.get(key)
        if given is not None and read is not None and given != read:
            message = f"{key} is answered {given}, and the files of the project say {read}."
            yield Clash(word="project_files", said={key: str(given)}, message=message)


def _of_names(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Mapping[str, str | float]:
    return {key: value for _, implied, _ in _named(known, vocabulary) for key, value in implied.items()}


def _of_running(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Mapping[str, str]:
    """The chip that runs the model, and its system, where nothing is trained."""
    return {key: word for _, implied, _ in _running(known, vocabulary) for key, word in implied.items()}


def _running(answers: Mapping[str, Answer], vocabulary: Vocabulary) -> Iterator[tuple[str, Mapping[str, str], str]]:
    """What runs the model where nothing is trained: the answer that says it, what is implied, why.

    `train_hw: none` says that nothing is trained, not that there is no hardware: the chip that is named is then the one
    that runs the model, and where the model goes nowhere else, the developers' machine is.
    """
    target, deploy_chip = answers.get("deploy_target"), vocabulary.answer("deploy_chip")
    if answers.get("train_hw") != "none" or target not in _COMPUTERS or deploy_chip is None:
        return
    constraints = answers.get("constraints", ())
    if target == "onprem_server" and isinstance(constraints, tuple) and _NATIVE_WINDOWS in constraints:
        yield "constraints", {"deploy_os": "windows_native"}, "nothing is trained, so the server is what has it"
    hosts = {
        i.word: i.implies["train_os"]
        for i in vocabulary.implications
        if i.key == "train_hw" and "train_os" in i.implies
    }
    chips = {key: implied.get("train_hw") for key, implied, _ in _named(answers, vocabulary) if key == _CHIP}
    systems = {_CHIP: hosts.get(str(chips.get(_CHIP)))}
    if not chips and target in _OWN_MACHINE:
        own, system = answers.get("develop_hw"), answers.get("develop_os")
        chips = {"develop_hw": own if isinstance(own, str) else None}
        systems = {"develop_hw": system if isinstance(system, str) else hosts.get(str(own))}
    for key, chip in chips.items():
        if isinstance(chip, str) and chip in deploy_chip.words:
            system = systems[key]
            implied = {"deploy_chip": chip} if system is None else {"deploy_chip": chip, "deploy_os": system}
            yield key, implied, "nothing is trained, so this chip runs the model"


def _of_words(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for implication in vocabulary.implications:
        if known.get(implication.key, found.get(implication.key)) == implication.word:
            found = {**implication.implies, **found}
    return found


def _named(
    answers: Mapping[str, Answer], vocabulary: Vocabulary
) -> Iterator[tuple[str, Mapping[str, str | float], str]]:
    """What each answer in free text says by the names in it: key, what is implied, why. Several kinds say nothing."""
    for key in dict.fromkeys(map(attrgetter("key"), vocabulary.namings)):
        text = answers.get(key)
        if not isinstance(text, str):
            continue
        found = [_telling(part, key, vocabulary) for part in text.split("+")]
        first = found[0]
        if first is not None and all(other is not None and other.implies == first.implies for other in found):
            yield key, first.implies, first.reason


def named(key: str, answers: Mapping[str, object], vocabulary: Vocabulary) -> Mapping[str, str | float]:
    """What the name in a text says of other keys by definition."""
    text = answers.get(key)
    naming = _telling(text, key, vocabulary) if isinstance(text, str) else None
    return naming.implies if naming else {}


def _of_fleets(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Mapping[str, Answer]:
    """The kinds of accelerator in a text that names several, as in h100+mi300x."""
    parts = str(known.get(_CHIP, "")).split("+")
    namings = [_telling(part, _CHIP, vocabulary) for part in parts]
    kinds = {str(naming.implies["train_hw"]) for naming in namings if naming is not None}
    answer = vocabulary.answer("fleet")
    if None in namings or len(kinds) == 1 or answer is None:
        return {}
    return {"fleet": tuple(word for word in answer.words if word in kinds), "train_hw": "mixed"}


def unnamed(answers: Mapping[str, Answer], vocabulary: Vocabulary) -> tuple[str, ...]:
    """The parts of the accelerator's text that name nothing that is known, so that nothing follows from them."""
    text = answers.get(_CHIP)
    parts = text.split("+") if isinstance(text, str) else ()
    return tuple(part.strip() for part in parts if _telling(part, _CHIP, vocabulary) is None)


_KEPT: dict[tuple[int, str, str], tuple[Vocabulary, Naming | None]] = {}
_MOST_KEPT = 4096
"""Names at once, so that a long batch runs in constant memory."""


def _telling(text: str, key: str, vocabulary: Vocabulary) -> Naming | None:
    """What the names in a text say; the same text is asked about in every what-if, and looked through once."""
    place = id(vocabulary), key, text
    kept = _KEPT.get(place)
    if kept is None or kept[0] is not vocabulary:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        kept = _KEPT[place] = vocabulary, _look_through(text, key, vocabulary)
    return kept[1]


def _look_through(text: str, key: str, vocabulary: Vocabulary) -> Naming | None:
    """Give what says most, then what has the longest name; of one name all that is said counts."""
    words = joined(text)
    said: dict[str, Naming] = {}
    for naming in vocabulary.namings:
        for name in naming.like if naming.key == key else ():
            if name in said:
                said[name] = replace(said[name], implies={**naming.implies, **said[name].implies})
            elif stands(name, words):
                said[name] = naming
    return said[max(said, key=lambda name: (len(said[name].implies), len(name)))] if said else None


def joined(text: str) -> str:
    """The words of a text in small letters, with `_` before and after each."""
    return "_" + "_".join(_WORDS.findall(_TOGETHER.sub(r"\1 ", text.lower()))) + "_"


def stands(name: str, words: str) -> bool:
    """Whether the name begins one of the joined words; a name that ends in a figure is not followed by another one."""
    at = words.find(f"_{name}")
    while at >= 0:
        after = words[at + 1 + len(name)]
        if not (name[-1].isdigit() and after.isdigit()):
            return True
        at = words.find(f"_{name}", at + 1)
    return False


def _of_bands(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Mapping[str, str]:
    """What the numbers among the answers say of other keys."""
    return {key: word for band in _bands(known, vocabulary) for key, word in band.implies.items()}


def _bands(known: Mapping[str, Answer], vocabulary: Vocabulary) -> Iterator[Band]:
    """The band that each number among the answers lies in."""
    for key in dict.fromkeys(band.key for band in vocabulary.bands):
        number = known.get(key)
        bands = [band for band in vocabulary.bands if band.key == key]
        if isinstance(number, (int, float)):
            yield from [band for band in bands if number < band.below][:1]


def _agree(answer: Answer, value: str, machine: Machine | None) -> bool:
    """A machine with several kinds of accelerator agrees with each of them, and every machine has a CPU."""
    if machine is None or answer in ("cpu", "none", "mixed") or value == answer:
        return True
    return answer in {accelerator.vendor for accelerator in machine.accelerators}


def _detected(answers: Answers, machine: Machine | None) -> Mapping[str, str]:
    if machine is None:
        return {}
    here = answers.get("here", _DEFAULT_HERE)
    cards = sorted(machine.accelerators, key=lambda card: -(card.memory_gb or 0.0))
    hardware = cards[0].vendor if cards else "cpu"
    found: dict[str, str] = {}
    for place in ("develop", "train"):
        if isinstance(here, tuple) and place in here:
            found |= {f"{place}_hw": hardware, f"{place}_os": machine.os}
    return found
