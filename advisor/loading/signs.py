"""Reads what the libraries and files of a project mean, and holds it against the vocabulary."""

from __future__ import annotations

from pathlib import Path

from packaging.version import InvalidVersion, Version

from advisor.loading.folders import check_word
from advisor.loading.problems import Problems, shown
from advisor.loading.validate import validate
from advisor.loading.yaml_reader import read_file
from advisor.model.project import Sign, Signs
from advisor.model.vocabulary import Vocabulary

FILE = "signs.yaml"
CHIP = "chip"
"""What a sign says of an accelerator, before it is known whether something is trained on it."""
_CHIPS = ("train_hw", "deploy_chip")


def load_signs(folder: Path, vocabulary: Vocabulary) -> Signs:
    """Every sign in the folder's file; raises `InputError` with every problem."""
    problems = Problems()
    document = read_file(folder / FILE, problems, name=f"{folder.name}/{FILE}")
    found = validate(Signs, document, problems) if document else None
    if document is None or found is None:
        problems.settle()
        raise AssertionError("a file that could not be read is a problem")
    for i, sign in enumerate(found.signs):
        place = document.place(("signs", i))
        _check_sign(sign, vocabulary, place, problems)
        for key, said in sign.says.items():
            for word in (said,) if isinstance(said, str) else said:
                _check_said(key, word, vocabulary, place, problems)
    for key in found.present:
        _check_key(key, vocabulary, document.place(("present",)), problems)
    for name in ("says_more", "together"):
        for key, words in getattr(found, name).items():
            for word, others in words.items():
                for one in (word, *others):
                    _check_said(key, one, vocabulary, document.place((name, key, word)), problems)
    problems.settle()
    return found


def _check_sign(sign: Sign, vocabulary: Vocabulary, place: str, problems: Problems) -> None:
    if not (sign.package or sign.name or sign.npm or sign.image or sign.mark or sign.file):
        problems.add("nothing says how it is recognised.", place, "Add package, name, npm, image, mark or file.")
    if not sign.part and not sign.says:
        problems.add("it says nothing.", place, "Add part or says.")
    if sign.part:
        known = {*vocabulary.primaries, *vocabulary.components}
        check_word(sign.part, known, "framework or component", place, problems)
    for bound in filter(None, (sign.below, sign.since)):
        try:
            Version(bound)
        except InvalidVersion:
            problems.add(f"{shown(bound)} is not a version.", place)


def _check_key(key: str, vocabulary: Vocabulary, place: str, problems: Problems) -> bool:
    return check_word(key, [*(answer.name for answer in vocabulary.answers), CHIP], "key", place, problems)


def _check_said(key: str, word: str, vocabulary: Vocabulary, place: str, problems: Problems) -> None:
    if not _check_key(key, vocabulary, place, problems):
        return
    answers = [vocabulary.answer(name) for name in (_CHIPS if key == CHIP else (key,))]
    for answer in answers:
        if answer is not None and answer.kind in ("word", "words"):
            check_word(word, answer.words, f"word of {answer.name}", place, problems)
        elif answer is not None and answer.kind != "text":
            problems.add(f"a sign cannot say {answer.name}, which is no word.", place)
