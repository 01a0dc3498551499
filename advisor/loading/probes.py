"""Reads the definitions of probes, the whole models, and the workloads that somebody asks about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.errors import InputError
from advisor.loading.documents import Document
from advisor.loading.problems import Path as KeyPath
from advisor.loading.problems import Problems, nearest, shown
from advisor.loading.validate import validate
from advisor.loading.yaml_reader import read_file
from advisor.model.probe import Composition, Model, Models, ProbeDefinition, Profile

MOST_PROFILES, LARGEST = 100, 10**9
"""Of workloads in a file, and of any size: beyond that it is a mistake."""
LONGEST_NAME = 60
_KEYS = ("name", "workload_class", "sizes", "domain")


def load_definitions(folder: Path) -> tuple[ProbeDefinition, ...]:
    """Every definition in the folder, by id; raises `InputError` with every problem."""
    problems = Problems()
    found: dict[str, ProbeDefinition] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = read_file(path, problems, name=f"probes/definitions/{path.name}")
        definition = validate(ProbeDefinition, document, problems) if document else None
        if definition is None or document is None:
            continue
        if definition.id != path.stem:
            problems.add(f"the id {shown(definition.id)} is not the file's name.", document.place(("id",)))
        found[definition.id] = definition
    problems.settle()
    return tuple(found.values())


def load_models(path: Path) -> Models:
    """The whole models; raises `InputError` with every problem."""
    problems = Problems()
    document = read_file(path, problems, name=f"probes/workloads/{path.name}")
    if document is None or (models := validate(Models, document, problems)) is None:
        raise InputError(*problems.found)
    words = {word for model in models.models.values() for sizes in model.sizes.values() for word in sizes}
    for name, model in models.models.items():
        _check_sizes(model, ("models", name), document, problems)
        _check_meaning(model, ("models", name), words, document, problems)
    problems.settle()
    return models


def _check_sizes(model: Model, path: KeyPath, document: Document, problems: Problems) -> None:
    """Say where the sizes, and what is changed of them, do not go together."""
    known, *others = (set(sizes) for sizes in model.sizes.values())
    if any(words != known for words in others):
        problems.add("the sizes have different words.", document.place((*path, "sizes")))
    for word in set(model.fewer) - known:
        problems.add(f"{shown(word)} is not one of its sizes.", document.place((*path, "fewer")))
    if len(model.extrapolated) > 1 or not set(model.extrapolated) <= known - set(model.fewer):
        message = "one word of its sizes was expected, and none of those that are made fewer."
        problems.add(message, document.place((*path, "extrapolated")))
    for word, (shallow, deep) in model.extrapolated.items():
        if not 1 <= shallow < deep:
            message = "two numbers were expected, the smaller one first."
            problems.add(message, document.place((*path, "extrapolated", word)))


def _check_meaning(model: Model, path: KeyPath, words: Collection[str], document: Document, problems: Problems) -> None:
    """Say where nothing can mean it, or what is to mean it cannot; `words` are those of any model's sizes."""
    if not (model.default or model.domains or model.implied_by or model.implied_within):
        message = "nothing means it: domains, implied_by, implied_within or default was expected."
        problems.add(message, document.place((*path, "default")))
    for number, word in enumerate(model.implied_by):
        if word not in words:
            place = document.place((*path, "implied_by", number))
            problems.add(f"{shown(word)} is a word of no sizes.", place, nearest(word, words))
    for word, (least, most) in model.implied_within.items():
        place = document.place((*path, "implied_within", word))
        own = [sizes[word] for sizes in model.sizes.values() if word in sizes]
        if not own:
            problems.add(f"{shown(word)} is not one of its sizes.", place, nearest(word, model.sizes["cpu"]))
        elif not 1 <= least <= min(own) <= max(own) <= most:
            message = "two numbers were expected, the smaller one first, with its own sizes between them."
            problems.add(message, place)


def load_composition(path: Path) -> Mapping[str, Composition]:
    """What the whole models consist of, by their names; raises `InputError` with every problem."""
    problems = Problems()
    document = read_file(path, problems, name=f"probes/workloads/{path.name}")
    found = {name: validate(Composition, document, problems, (name,)) for name in document.data} if document else {}
    problems.settle()
    return {name: each for name, each in found.items() if each is not None}


def load_profiles(source: Path, *, classes: Collection[str], words: Collection[str]) -> tuple[Profile, ...]:
    """The workloads that somebody asks about, in a file with a list of them; raises `InputError` with every problem.

    `classes` and `words` are what they may be written in.
    """
    problems = Problems()
    document = read_file(source, problems)
    if document is None:
        raise InputError(*problems.found)
    if not isinstance(document.data, list) or not 1 <= len(document.data) <= MOST_PROFILES:
        hint = 'For example: [{"name": "mine", "workload_class": "vision_train", "sizes": {"image": 128, "batch": 4}}]'
        problems.add(f"a list of 1 to {MOST_PROFILES} workloads was expected.", document.place(), hint)
        problems.settle()
    found: dict[str, Profile] = {}
    for number in range(len(document.data)):
        profile = _profile(document, number, classes, words, problems)
        if profile and profile.name in found:
            problems.add(f"the name {shown(profile.name)} stands there twice.", document.place((number, "name")))
        elif profile:
            found[profile.name] = profile
    problems.settle()
    return tuple(found.values())


def _profile(
    document: Document, number: int, classes: Collection[str], words: Collection[str], problems: Problems
) -> Profile | None:
    entry, before = document.data[number], len(problems.found)
    if not isinstance(entry, dict):
        problems.add("a workload has a name, a workload_class and sizes.", document.place((number,)))
        return None
    for key in entry:
        if key not in _KEYS:
            problems.add(
                f"{shown(key)} says nothing of a workload.", document.place((number, key)), nearest(key, _KEYS)
            )
    name, word, sizes = entry.get("name"), entry.get("workload_class"), entry.get("sizes") or {}
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"a name of 1 to {LONGEST_NAME} printable characters was expected."
        problems.add(message, document.place((number, "name")))
    if not isinstance(word, str) or word not in classes:
        place = document.place((number, "workload_class"))
        problems.add(f"{shown(word)} is not a class of workload.", place, nearest(word, classes))
    if not isinstance(domain := entry.get("domain", ""), str):
        problems.add("a word was expected, as answers have it.", document.place((number, "domain")))
    if not isinstance(sizes, dict):
        problems.add("a mapping of words to numbers was expected.", document.place((number, "sizes")))
        return None
    given = dict(_numbers(sizes, document, number, words, problems))
    if len(problems.found) > before:
        return None
    return Profile(name=str(name), workload_class=str(word), sizes=given, domain=domain)


def _numbers(
    sizes: dict[Any, Any], document: Document, number: int, words: Collection[str], problems: Problems
) -> Iterator[tuple[str, int]]:
    for word, size in sizes.items():
        place = document.place((number, "sizes", word))
        if word not in words:
            problems.add(f"{shown(word)} is not a word of sizes.", place, nearest(word, words))
        elif isinstance(size, bool) or not isinstance(size, int | float) or not 1 <= size <= LARGEST or size % 1:
            problems.add(f"{shown(size)} is not a whole number from 1 to {LARGEST}.", place)
        else:
            yield word, int(size)
