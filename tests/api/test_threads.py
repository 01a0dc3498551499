"""Several threads that ask one knowledge get what one thread alone gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

import advisor

THREADS, CALLS = 8, 2000
ROUND = 240
"""After so many calls, everything that is asked comes again."""
SITUATIONS: list[dict[str, object]] = [
    {"domain": domain, "task": task, "train_hw": hardware, "deploy_target": target}
    for domain in ("cv", "llm", "molecular")
    for task in ("train", "inference")
    for hardware in ("nvidia_gpu", "google_tpu")
    for target in ("cloud_api", "android")
]


def said(knowledge: advisor.Knowledge, number: int) -> object:
    """One of several things that can be asked, each time about another situation; most are quickly answered."""
    answers = SITUATIONS[number % len(SITUATIONS)]
    match number % ROUND:
        case 7:
            return knowledge.recommend(answers)
        case 67:
            return knowledge.explain(answers, "why-not", "jax")
        case 127:
            return knowledge.next_question(answers)
        case 187:
            return knowledge.compare(answers, ["jax", "keras"])
    return knowledge.recommend(answers, depth="core")


@pytest.mark.slow
def test_the_same_answers_from_eight_threads(knowledge: advisor.Knowledge) -> None:
    expected = [said(knowledge, number) for number in range(ROUND)]
    fresh, start = advisor.Knowledge(), Barrier(THREADS)

    def ask(thread: int) -> list[int]:
        start.wait()
        numbers = range(thread, CALLS, THREADS)
        return [number for number in numbers if said(fresh, number) != expected[number % ROUND]]

    with ThreadPoolExecutor(THREADS) as threads:
        assert [wrong for found in threads.map(ask, range(THREADS)) for wrong in found] == []


def test_what_is_known_is_the_same_to_threads_that_look_at_it_first(knowledge: advisor.Knowledge) -> None:
    fresh, start = advisor.Knowledge(), Barrier(THREADS)

    def look(thread: int) -> bool:
        start.wait()
        return (fresh.facts, fresh.rules) == (knowledge.facts, knowledge.rules) and thread >= 0

    with ThreadPoolExecutor(THREADS) as threads:
        assert all(threads.map(look, range(THREADS)))
