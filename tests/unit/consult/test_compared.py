"""Which options are compared changes none of what is said of them."""

from __future__ import annotations

from itertools import combinations

from consulting import base, checked, session

from advisor.consult.adviser import Adviser
from advisor.inference import plain

ANSWERS = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"}


def test_one_adviser_tells_sets_of_options_of_the_same_size_apart() -> None:
    adviser, whole = Adviser(base(), plain.compile_rules), session().adviser.weigh(checked(ANSWERS))
    for only in combinations(("jax", "keras", "mindspore", "pytorch", "tensorflow"), 2):
        weighed = adviser.weigh(checked(ANSWERS), only=only)
        for option in only:
            assert weighed.scores[option] == whole.scores[option]
