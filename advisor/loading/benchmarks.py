"""Reads published tables of times, each of which is comparable within a row only."""

from __future__ import annotations

import math

from advisor.loading.documents import Document
from advisor.loading.folders import Folder, check_day, check_distinct, check_word
from advisor.loading.problems import Problems
from advisor.loading.validate import validate
from advisor.model.knowledge import Benchmark
from advisor.model.vocabulary import Vocabulary


def read_benchmarks(folders: tuple[Folder, ...], vocabulary: Vocabulary, problems: Problems) -> tuple[Benchmark, ...]:
    """Every table, in the order of the folders and files."""
    tables: list[Benchmark] = []
    rows: list[tuple[str, str]] = []
    for folder in folders:
        for _, document in folder.documents("benchmarks", problems):
            table = validate(Benchmark, document, problems)
            if table is not None:
                _check(table, vocabulary, document, problems)
                tables.append(table)
                rows += [(row.id, document.place(("rows", i, "id"))) for i, row in enumerate(table.rows)]
    check_distinct(rows, "id", problems)
    return tuple(tables)


def _check(table: Benchmark, vocabulary: Vocabulary, document: Document, problems: Problems) -> None:
    variants = {f"{name}/{variant}" for name, found in vocabulary.variants.items() for variant in found}
    hardware = vocabulary.answer("train_hw")
    words = hardware.words if hardware else ()
    check_day(table.source, document.place(("source", "observed")), problems)
    check_word(table.accelerator, words, "accelerator", document.place(("accelerator",)), problems)
    check_word(table.reference, variants, "variant", document.place(("reference",)), problems)
    for i, row in enumerate(table.rows):
        place = document.place(("rows", i, "workload_class"))
        check_word(row.workload_class, vocabulary.workload_classes, "class of workload", place, problems)
        for variant, time in row.times.items():
            place = document.place(("rows", i, "times", variant))
            check_word(variant, variants, "variant", place, problems)
            if not 0 < time < math.inf:
                problems.add(f"{time:g} is no time.", place)
