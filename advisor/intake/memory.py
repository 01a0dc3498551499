"""What the memory of the accelerators suffices for, by parameters and bytes alone."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.model.answers import Answers
from advisor.model.knowledge import MemoryModel
from advisor.model.vocabulary import Vocabulary

_TOO_MUCH = {"exceeds", "serves_not"}


def suffices(answers: Answers, vocabulary: Vocabulary, model: MemoryModel) -> frozenset[str]:
    """Words of the derived attribute `memory`; none where parameters or memory are open.

    Of a size class only its least size is known, so that then only what is too much can be said; and where the number
    of accelerators is open, only what one of them holds.
    """
    memory, count = _number(answers, "accel_mem_gb"), _number(answers, "accelerator_count")
    parameters = _number(answers, "model_params_b")
    least = parameters or _least(answers, vocabulary)
    if not memory or not least:
        return frozenset()
    one = memory * model.usable
    together = one * max(1.0, count)
    fitting = {*_trained(least, one, together, model), *_served(least, one, together, model)}
    if not count:
        return frozenset(word for word in fitting if parameters and word.endswith("_on_one"))
    return frozenset(fitting if parameters else fitting & _TOO_MUCH)


def _trained(billions: float, one: float, together: float, model: MemoryModel) -> Iterator[str]:
    ways = (
        ("trains_on_one", model.train.total, one),
        ("adapters_on_one", model.adapters.total, one),
        ("four_bit_on_one", model.four_bit.total, one),
        ("trains_on_all", model.train.total, together),
        ("adapters_on_all", model.adapters.total, together),
        ("four_bit_on_all", model.four_bit.total, together),
    )
    fits = [word for word, size, room in ways if billions * size <= room]
    yield fits[0] if fits else "exceeds"
    if "trains_on_all" in fits:
        yield "trains_on_all"
    elif "adapters_on_all" in fits and "adapters_on_one" not in fits:
        yield "adapters_on_all"


def _served(billions: float, one: float, together: float, model: MemoryModel) -> Iterator[str]:
    if billions * model.serve.total <= one:
        yield "serves_on_one"
    elif billions * model.serve_four_bit.total <= one:
        yield "serves_four_bit_on_one"
    elif billions * model.serve_four_bit.total <= together:
        yield "serves_on_all"
    else:
        yield "serves_not"


def _number(answers: Answers, key: str) -> float:
    value = answers.get(key)
    return float(value) if isinstance(value, (int, float)) else 0.0


def _least(answers: Answers, vocabulary: Vocabulary) -> float:
    """The least number of parameters, in billions, of the class that the model is said to be of."""
    least = 0.0
    for band in vocabulary.bands:
        if band.implies.get("model_size") == answers.get("model_size"):
            return least
        least = band.below
    return 0.0
