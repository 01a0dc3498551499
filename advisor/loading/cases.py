"""Reads gold cases: situations with the answer that a good adviser gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from advisor.frozen import dataclass
from advisor.loading.answers import check_answers, read_answers
from advisor.loading.problems import Problems
from advisor.loading.yaml_reader import read_file
from advisor.model.answers import Answers
from advisor.model.knowledge import KnowledgeBase


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldCase:
    """A situation and the primaries that are right for it."""

    id: str
    title: str
    answers: Answers
    acceptable: tuple[str, ...]


def read_cases(files: Iterable[Path], base: KnowledgeBase) -> tuple[GoldCase, ...]:
    """Every case of the files; raises `InputError` with every problem in them."""
    problems = Problems()
    cases = [case for file in files for case in _of_file(file, base, problems)]
    problems.settle()
    return tuple(cases)


def read_examples(files: Iterable[Path], base: KnowledgeBase) -> tuple[Answers, ...]:
    """The answers in each of the files; raises `InputError` with every problem in them."""
    problems = Problems()
    criteria = [criterion.id for criterion in base.criteria]
    documents = [read_answers(file.read_bytes(), f"{file.parent.name}/{file.name}", problems) for file in files]
    answers = tuple(check_answers(one.data, base.vocabulary, criteria, one.place, problems) for one in documents)
    problems.settle()
    return answers


def _of_file(file: Path, base: KnowledgeBase, problems: Problems) -> Iterable[GoldCase]:
    document = read_file(file, problems, name=f"{file.parent.name}/{file.name}")
    if document is None:
        return
    listed = document.data.get("cases") if isinstance(document.data, dict) else None
    if not isinstance(listed, list):
        problems.add("a list of cases was expected.", document.place(("cases",)))
        return
    for i, entry in enumerate(listed):
        if not _is_case(entry):
            hint = "Expected: id, facts, and expect with acceptable_primary."
            problems.add("this is no case.", document.place(("cases", i)), hint)
            continue

        def place(path: tuple[str | int, ...], i: int = i) -> str:
            return document.place(("cases", i, "facts", *path))

        answers = check_answers(entry["facts"], base.vocabulary, [c.id for c in base.criteria], place, problems)
        yield GoldCase(
            id=str(entry["id"]),
            title=str(entry.get("title", "")),
            answers=answers,
            acceptable=tuple(map(str, entry["expect"]["acceptable_primary"])),
        )


def _is_case(entry: Any) -> bool:
    if not isinstance(entry, Mapping) or "id" not in entry or not isinstance(entry.get("facts"), dict):
        return False
    expected = entry.get("expect")
    return isinstance(expected, Mapping) and isinstance(expected.get("acceptable_primary"), list)
