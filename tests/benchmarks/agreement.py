"""How often the two engines disagree, over rulebooks that nobody wrote and over the program's own.

Run it by hand; it needs durable-rules:

    python tests/benchmarks/agreement.py [CONSULTATIONS] [PROCESSES]

Half of the consultations, 20,000 unless told otherwise, are of random rulebooks and random facts, 50 of each rulebook;
the other half are of the program's own three rulebooks, compiled once and whole, over answers that nobody thought of:
a consultation of an adviser asks about the situation, about every option in it that differs from the others in what
rules read, and about the verdict. What is compared is everything that an engine says: which rules fired, on which
facts, and what was derived. It prints how many there were, how many rulebooks, how many rules fired, how long it took
and each disagreement with the seed that brings it about again, and ends with status 1 where there was one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests" / "property"), str(CHECKOUT / "tests" / "unit" / "consult")]

from consulting import some_answers  # noqa: E402  (found by the line above)
from test_engines_agree import agree  # noqa: E402
from tracing import traced  # noqa: E402

from advisor.inference import durable, plain  # noqa: E402

FOR_EACH_RULEBOOK = 50
FOR_EACH_ADVISER = 500
"""Consultations of one pair of compiled rulebooks, after which a process compiles them anew."""


class Counted(NamedTuple):
    """What came of some consultations."""

    consultations: int
    rulebooks: int
    fired: int
    disagreements: tuple[str, ...] = ()


def of_random_rulebook(seed: int) -> Counted:
    """Both engines over one random rulebook."""
    try:
        consultations, fired = agree(seed, FOR_EACH_RULEBOOK)
    except AssertionError as error:
        return Counted(FOR_EACH_RULEBOOK, 1, 0, (f"random rulebook {seed}: {str(error)[:300]}",))
    return Counted(consultations, 1, fired)


def of_own_rulebooks(seed: int) -> Counted:
    """Both engines over the program's own rulebooks."""
    fired, found = 0, list[str]()
    with traced(plain.compile_rules) as reference, traced(durable.compile_rules) as core:
        for number in range(FOR_EACH_ADVISER):
            answers = some_answers(Random(f"{seed}/{number}"))
            expected = reference.tell(answers)
            fired += sum(len(trace.firings) for trace in expected)
            if core.tell(answers) != expected:
                found.append(f"own rulebooks, batch {seed}, consultation {number}: {answers}")
    return Counted(FOR_EACH_ADVISER, 3, fired, tuple(found))


def counted(work: Callable[[int], Counted], seeds: range, processes: int) -> Iterator[Counted]:
    """What came of each seed, as it comes."""
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(work, seeds)


def main(consultations: int, processes: int) -> int:
    """Consult, and print what came of it."""
    disagreements: list[str] = []
    for name, work, each in (
        ("random rulebooks", of_random_rulebook, FOR_EACH_RULEBOOK),
        ("own rulebooks", of_own_rulebooks, FOR_EACH_ADVISER),
    ):
        began = time.perf_counter()
        batches = -(-(consultations // 2) // each)
        all_of_them = list(counted(work, range(batches), processes))
        took = time.perf_counter() - began
        found = [one for batch in all_of_them for one in batch.disagreements]
        asked, fired = sum(one.consultations for one in all_of_them), sum(one.fired for one in all_of_them)
        over = sum(one.rulebooks for one in all_of_them) if work is of_random_rulebook else 3
        print(
            f"{name}: {asked:,} consultations over {over:,} rulebooks, {fired:,} rules fired, {len(found)} "
            f"disagreements; {took:.0f} s, {asked / took:.0f} consultations a second",
            flush=True,
        )
        disagreements += found
    for one in disagreements:
        print(one)
    return 1 if disagreements else 0


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*given, *(20_000, 2)[len(given) :]))
